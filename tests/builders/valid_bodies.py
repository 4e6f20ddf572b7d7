"""Valid records of the specification, as many as wanted: its examples, mixed and changed, and still valid."""

from functools import cache
from itertools import chain
from typing import NamedTuple

import orjson
from hypothesis import strategies as st

from hub.domain.canonical import Json, canonical
from hub.domain.errors import Rejected
from hub.spec.keys import AGENCY
from hub.spec.keywords import dereferenced
from hub.spec.registry import RecordSpec, Registry, schemas_folder


@cache
def registry() -> Registry:
    """The specification that ships."""
    return Registry.load(schemas_folder())


@cache
def examples(record_type: str) -> tuple[Json, ...]:
    """The valid examples of a type's newest version."""
    folder = schemas_folder() / record_type / registry().newest(record_type).version / "valid"
    return tuple(orjson.loads(path.read_bytes()) for path in sorted(folder.glob("*.json")))


class _Saying(NamedTuple):
    """What may be said of one property. whole: values; items: of a list, any selection of which may be said."""

    whole: tuple[Json, ...]
    items: tuple[Json, ...]
    may_be_absent: bool


def valid_bodies(record_type: str) -> st.SearchStrategy[Json]:
    """Any valid record of a type."""
    return _mixed(record_type, frozenset()).filter(lambda body: is_valid(record_type, body))


@st.composite
def bodies_of_one_record(draw: st.DrawFn, record_type: str, *, most: int = 4) -> list[Json]:
    """Up to `most` valid bodies that speak of one record: alike in the properties that name it."""
    spec = registry().newest(record_type)
    first = draw(valid_bodies(record_type))
    names = _naming(spec, first)
    others = (
        _mixed(record_type, names)
        .map(lambda body: body | {name: first[name] for name in names})
        .filter(lambda body: is_valid(record_type, body) and spec.key("-", body) == spec.key("-", first))
    )
    return [first, *draw(st.lists(others, max_size=most - 1))]


@st.composite
def _mixed(draw: st.DrawFn, record_type: str, kept: frozenset[str]) -> Json:
    body = dict(draw(st.sampled_from(examples(record_type))))
    sayings = {name: saying for name, saying in _sayings(record_type).items() if name not in kept}
    for name in sorted(draw(st.sets(st.sampled_from(sorted(sayings)), max_size=6))):
        saying = sayings[name]
        if saying.may_be_absent and draw(st.integers(0, 3)) == 0:
            body.pop(name, None)
        elif saying.items:
            body[name] = draw(st.none() | st.lists(st.sampled_from(saying.items), max_size=4, unique_by=canonical))
        else:
            body[name] = draw(st.sampled_from(saying.whole))
    return body


@cache
def _sayings(record_type: str) -> dict[str, _Saying]:
    schema = registry().newest(record_type).schema
    sayings: dict[str, _Saying] = {}
    for name, node in schema["properties"].items():
        said = [body[name] for body in examples(record_type) if name in body]
        resolved = dereferenced(schema, node)
        codes = resolved.get("enum", []) or (
            [*resolved["anyOf"][0]["enum"], "nomis:XTACT"] if "x-codes" in resolved else []
        )
        sayings[name] = _Saying(
            whole=tuple(said + codes),
            items=tuple(chain.from_iterable(value for value in said if isinstance(value, list))),
            may_be_absent=name not in schema.get("required", ()),
        )
    return sayings


def _naming(spec: RecordSpec, body: Json) -> frozenset[str]:
    """The properties that name this record: another body that names it says the same there."""
    for alternative in spec.schema["x-key"]:
        applies = all(body.get(name) in values for name, values in alternative.get("when", {}).items())
        names = frozenset(alternative["parts"]) - {AGENCY}
        if applies and all(body.get(name) is not None for name in names):
            return names
    raise AssertionError("every valid body names a record")


def is_valid(record_type: str, body: Json) -> bool:
    """Whether a body is a valid record of a type's newest version."""
    try:
        registry().newest(record_type).check(body)
    except Rejected:
        return False
    return True
