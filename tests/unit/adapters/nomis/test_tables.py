"""The laws of the lenses, on records of the prison system as dirty as real ones are; refusals are counted."""

from collections.abc import Callable
from random import Random

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.client.native import Taken
from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis
from hub.domain.canonical import Json
from hub.spec.codes import load_code_lists
from hub.spec.lens.laws import get_put, homeless_survive, put_get
from hub.spec.lens.lens import Lens, load_lens
from hub.spec.registry import schemas_folder
from tests.builders.lens import bodies, body_of, dirty_natives, native_of
from tests.builders.native_releases import released
from tests.builders.nomis import EXAMPLES, ROOT, payload, published

_LISTS = load_code_lists(schemas_folder() / "codes")
LENSES = {path.stem: load_lens(path, _LISTS) for path in sorted((ROOT / "adapters" / "nomis").glob("*.toml"))}
_tables = pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
SEEDS = range(150)


@_tables
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_writing_back_what_was_read_changes_nothing(lens: Lens, data: st.DataObject) -> None:
    assert get_put(lens, data.draw(dirty_natives(lens))) == []


@_tables
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_was_written_reads_back_the_same_and_what_has_no_home_stays(lens: Lens, data: st.DataObject) -> None:
    body, onto = data.draw(bodies(lens)), data.draw(st.none() | dirty_natives(lens, wrong=0))
    assume(onto is None or not lens.read(onto).faults)
    assert put_get(lens, body, onto) == []
    assert onto is None or homeless_survive(lens, body, onto) == []


@_tables
def test_the_laws_are_not_kept_by_refusing(lens: Lens) -> None:
    """Of the records that the laws are tried on, three in five are read; of those changed, a quarter is written."""
    randoms = [Random(seed) for seed in SEEDS]  # noqa: S311 - cases for a test
    read = sum(not lens.read(native_of(lens, random, 0.002)).faults for random in randoms)
    written = sum(not lens.write(body_of(lens, random, 0.002), native_of(lens, random, 0)).faults for random in randoms)
    assert read >= 0.6 * len(SEEDS)
    assert written >= 0.25 * len(SEEDS)


@settings(max_examples=80, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_an_element_keeps_what_has_no_home_when_rows_are_removed_added_and_reordered(random: Random) -> None:
    lens = LENSES["offender"]
    names = ["CSR", "CATEGORY", "CSRREV", "PAROLE"]
    rows = [{"assessmentCode": name, "booking": "7", "assessmentSeq": n} for n, name in enumerate(names, 1)]
    native = {"assessments": [row | {"assessorUser": f"user {row['assessmentSeq']}"} for row in rows]}
    items = lens.read(native).body["custodyAssessments"]
    random.shuffle(items)
    added = {"kind": "CSRF", "booking": "7", "sequence": 9}
    kept = items[1:]
    kept[0]["result"] = "HI"

    writing = lens.write({"custodyAssessments": [added, *kept]}, native)

    assert writing.faults == ()
    users = [row.get("assessorUser") for row in writing.native["assessments"]]
    assert users == [None, *(f"user {item['sequence']}" for item in kept)]


@settings(max_examples=60, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_whatever_a_record_holds_reading_it_and_handing_it_over_again_leaves_it_as_it_was(
    system: Nomis, random: Random
) -> None:
    native = native_of(LENSES["offender"], random, 0)
    assume(not system.lenses.offender.read(native).faults)
    held = orjson.loads(orjson.dumps(native))
    for name in ("lastMovementKind", "lastMovementReason"):
        held.pop(name, None)
    handing = system.hand_over(released(1, system.read_back("offender", held)), held)

    assert handing.faults == ()
    assert orjson.dumps(handing.native) == orjson.dumps(held)


_VALUES: tuple[Json, ...] = (
    None,
    True,
    5,
    1.5,
    "",
    " ",
    "x",
    "2026-02-30",
    [],
    {},
    [{}],
    [None],
    {"a": 1},
    "ÄÖ",
    2**60,
    [[]],
    -1,
)


_DOCUMENTS = [path.read_bytes() for path in (*EXAMPLES, *published())]


@settings(max_examples=150, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_a_payload_damaged_anywhere_is_taken_or_refused_and_raises_nothing(system: Nomis, random: Random) -> None:
    document = orjson.loads(random.choice(_DOCUMENTS))
    for _ in range(random.randint(1, 4)):
        document = _damaged(document, random)

    taken = system.take(payload(document), PartsInMemory())

    assert all(each.path.startswith("/") or each.path == "" for each in taken.refused)
    for each in taken.said:
        spec = system.lenses.registry.newest(each.record_type)
        if each.withdrawn:
            spec.check_withdrawal(each.body)
        else:
            spec.check(each.body)


def _damaged(value: Json, random: Random) -> Json:
    """The value with something in it replaced, taken out or doubled."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        name = random.choice(list(value))
        if random.random() < 0.1:
            return {each: inner for each, inner in value.items() if each != name}
        return {**value, name: _damaged(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        index = random.randrange(len(value))
        more = [value[index]] if random.random() < 0.1 else []
        return [*value[:index], _damaged(value[index], random), *more, *value[index + 1 :]]
    return random.choice(_VALUES)


@pytest.mark.parametrize("nothing", [None, 5, "text", True, [], {}, [[]], [None], {"content": []}, {"Message": "no"}])
def test_what_is_no_payload_is_refused_or_says_nothing(take: Callable[..., Taken], nothing: Json) -> None:
    taken = take(nothing)
    assert taken.said == ()
    assert taken.refused or taken.notices or nothing in ([], {"content": []}, [[]])
