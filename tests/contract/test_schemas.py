"""What the specification promises: its examples, its two validators, and that converging keeps records valid."""

import copy
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.canonical import Json, parse
from hub.domain.convergence import Standing, converge
from hub.domain.errors import Fault, Rejected
from hub.domain.submission import Order
from hub.spec.convergence import compile_rule
from hub.spec.record import RecordSpec, withdrawal_schema
from hub.spec.registry import Registry, schemas_folder
from hub.spec.validation import MOST_FAULTS, Validation

FOLDER = schemas_folder()
REGISTRY = Registry.load(FOLDER)
AT = datetime(2026, 3, 1, tzinfo=UTC)


def _files(kind: str) -> list[Path]:
    return sorted(FOLDER.glob(f"*/*/{kind}/*.json"))


def _named(path: Path) -> str:
    return f"{path.parts[-4]}-{path.parts[-3]}-{path.stem}"


def _spec(path: Path) -> RecordSpec:
    return REGISTRY.get(path.parts[-4], path.parts[-3])


def _valid(record_type: str) -> list[Json]:
    return [orjson.loads(path.read_bytes()) for path in _files("valid") if path.parts[-4] == record_type]


@pytest.mark.parametrize("path", _files("valid"), ids=_named)
def test_a_valid_example_is_taken_and_stays_valid_as_kept(path: Path) -> None:
    spec, body = _spec(path), parse(path.read_bytes())
    spec.check(body)
    spec.check(spec.prepare(body, AT))
    assert spec.key("leeds", body)
    spec.check_withdrawal({name: body[name] for name in spec.schema["x-reference"]})


@pytest.mark.parametrize("path", _files("invalid"), ids=_named)
def test_an_invalid_example_is_refused_for_its_stated_reason_alone(path: Path) -> None:
    case = orjson.loads(path.read_bytes())
    assert case.keys() == {"why", "reason", "rule", "path", "body"}
    with pytest.raises(Rejected) as refusal:
        _spec(path).check(case["body"])
    assert refusal.value.reason.value == case["reason"]
    (fault,) = refusal.value.faults
    assert (fault.rule, fault.path) == (case["rule"], case["path"])
    assert fault.detail


@pytest.mark.parametrize("record_type", REGISTRY.types())
def test_every_type_has_examples_enough(record_type: str) -> None:
    for version in REGISTRY.versions(record_type):
        folder = FOLDER / record_type / version
        assert len(list((folder / "valid").glob("*.json"))) >= 6
        assert len(list((folder / "invalid").glob("*.json"))) >= 10


@pytest.mark.parametrize("record_type", REGISTRY.types())
def test_every_rule_of_a_type_has_an_invalid_example(record_type: str) -> None:
    for version in REGISTRY.versions(record_type):
        folder = FOLDER / record_type / version / "invalid"
        shown = {orjson.loads(path.read_bytes())["rule"] for path in folder.glob("*.json")}
        assert set(REGISTRY.get(record_type, version).schema["x-rules"]) <= shown


@pytest.mark.parametrize("record_type", REGISTRY.types())
def test_the_valid_examples_show_every_property(record_type: str) -> None:
    shown = {name for body in _valid(record_type) for name in body}
    assert shown == set(REGISTRY.newest(record_type).schema["properties"])


# --- the two validators -------------------------------------------------------------------------------------

_TIMES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["2024-02-29", "2023-02-29", "0000-01-01", "2024-13-01", "2024-1-1", "9999-12-31"]),
    st.sampled_from(["", "T", "t", " "]),
    st.sampled_from(["", "12:30:00", "24:00:00", "23:59:60", "12:30", "12:60:00"]),
    st.sampled_from(["", ".5", ".", ".1234567890"]),
    st.sampled_from(["", "Z", "z", "+01:00", "+24:00", "-00:00", "+0100", "\n"]),
)
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.text("AX-/ 0.9\n", max_size=6),
    st.just("x" * 33_000),
    _TIMES,
    st.sampled_from(["male", "low", "1", "3.3", "R3.1", "COMPLETE", "mappa"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["surname", "number", "type", "extra"]), st.integers(), max_size=2),
)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_what_decides_and_what_explains_agree(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_files("valid")), label="example")
    body = orjson.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        _damage(data, body)
    assert _agree(Validation.of(_spec(path).schema), body)


@given(data=st.data())
def test_the_first_fault_is_one_of_those_explained(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_files("valid")), label="example")
    body = orjson.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        _damage(data, body)
    validation = Validation.of(_spec(path).schema)
    if not validation.decides.is_valid(body):
        first, explained = validation.first(body), validation.faults(body)
        assert first.path in {each.path for each in explained} or len(explained) == MOST_FAULTS
        assert first in explained or any(each.path == first.path for each in explained)


@given(body=_JUNK)
def test_they_agree_on_what_is_no_record_at_all(body: Json) -> None:
    for record_type in REGISTRY.types():
        schema = REGISTRY.newest(record_type).schema
        assert _agree(Validation.of(schema), body)
        assert _agree(Validation.of(withdrawal_schema(schema)), body)


def _agree(validation: Validation, body: Json) -> bool:
    return bool(validation.decides.is_valid(body) == validation.explains.is_valid(body))


def _damage(data: st.DataObject, body: Json) -> None:
    """Put junk in one place of the body, or take out what is there, or add what nobody asked for."""
    places = _places(body)
    holder, name = data.draw(st.sampled_from(places or [(body, "extra")]), label="place")
    what = data.draw(st.sampled_from(["replace", "remove", "add"] if places else ["add"]), label="what")
    if what == "replace" and isinstance(holder[name], str):
        spelt = [holder[name] + "\n", f" {holder[name]}", holder[name].upper(), holder[name][1:]]
        holder[name] = data.draw(st.one_of(st.sampled_from(spelt), _JUNK), label="junk")
    elif what == "replace":
        holder[name] = data.draw(_JUNK, label="junk")
    elif what == "remove":
        del holder[name]
    elif isinstance(holder, dict):
        holder[data.draw(st.sampled_from(["extra", "surname", "Type", ""]), label="name")] = 1
    else:
        holder.append(data.draw(_JUNK, label="junk"))


def _places(value: Json) -> list[tuple[Json, str | int]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    places: list[tuple[Json, str | int]] = [(value, name) for name, _ in inside]
    for holder, name in list(places):
        if isinstance(holder[name], dict | list):
            places += _places(holder[name])
    return places


# --- convergence --------------------------------------------------------------------------------------------


@st.composite
def _said_of_one_record(draw: st.DrawFn) -> tuple[RecordSpec, list[Standing]]:
    """What up to four agencies say of one record, each a valid body put together from the examples."""
    record_type = draw(st.sampled_from(["assessment", "offender", "registration"]))
    spec = REGISTRY.newest(record_type)
    examples = [spec.prepare(body, AT) for body in _valid(record_type)]
    base = draw(st.sampled_from(examples))
    of_one_scheme = [body for body in examples if body.get("scheme") == base.get("scheme")]
    standing = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(["prison", "probation", "court"]), max_size=4))):
        body = _put_together(draw, spec.schema, of_one_scheme)
        order = Order(draw(st.integers(0, 3)), -1, str(number))
        standing.append(Standing(f"agency-{number % 3}", kind, str(number), order, body))
    standing.append(Standing("agency-0", "prison", "0", Order(1, -1, "0"), base))
    return spec, standing


def _put_together(draw: st.DrawFn, schema: Json, examples: list[Json]) -> Json:
    body: dict[str, Json] = {}
    for name, node in schema["properties"].items():
        choices = [example[name] for example in examples if name in example]
        if name in schema.get("required", ()) or name in {"names", "mappa"}:
            body |= {name: draw(st.sampled_from(choices))} if choices else {}
        elif draw(st.booleans()):
            nothing = [None] if "null" in node.get("type", ()) else []
            body |= {name: draw(st.sampled_from(choices + nothing))}
    return copy.deepcopy(body)


@settings(max_examples=150, deadline=None)
@given(_said_of_one_record())
def test_converging_valid_records_gives_a_valid_record(said: tuple[RecordSpec, list[Standing]]) -> None:
    spec, standing = said
    for assertion in standing:
        spec.check(assertion.body)
    converged = converge(compile_rule(spec.schema), standing)
    assert _faults(spec, converged.body) == ()


def _faults(spec: RecordSpec, body: Json) -> tuple[Fault, ...]:
    try:
        spec.check(body)
    except Rejected as refused:
        return refused.faults
    return ()
