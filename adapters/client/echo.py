"""What of a native record is the agency's own word, and what it was merely told and repeats. Pure.

Native systems announce every change, those included that their adapter made by handing over a release. Said as the
agency's own, such a value would come back for ever: it would stand against whoever truly said it, and no longer
fall when that agency takes it back. So what was told and is repeated is left out of what the agency says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.domain.canonical import Json, canonical
from hub.domain.convergence import Agree, Fields, Highest, Rule, Union
from hub.domain.errors import Rejected
from hub.spec.convergence import compile_rule
from hub.spec.keys import AGENCY
from hub.spec.keywords import dereferenced
from hub.spec.record import RecordSpec

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Words:
    """What is left of one place of a record.

    value: what the agency says there, or `_ABSENT`. otherwise: what stands there where something must. own: whether
    any of the value is the agency's own word.
    """

    value: Json
    otherwise: Json
    own: bool


class OwnWords:
    """Tells own words from repeated ones, by the places at which records of one type converge."""

    def __init__(self, spec: RecordSpec) -> None:
        self._spec = spec
        self._rule = compile_rule(spec.schema)
        self._naming = frozenset(_naming(spec.schema))

    def own(self, body: Json, said: Json | None, told: Sequence[Json]) -> Json | None:
        """What the agency says of the record itself; None when it says nothing and never did.

        body: the record as the native system holds it, valid. said: what the agency last said of it; None when it
        never did, or withdrew it. told: the release it holds, in each form in which it may be repeated.

        - A value that was told is left out, even where the agency said something else before: it now holds what it
          was told. It stays where it is what the agency said all along.
        - Under the rule `highest` what the agency said before stays said: to be told of a higher risk softens none.
        - Lists that are joined are looked at item by item, objects that converge whole are taken whole.
        - What names the record, and what it would be invalid without, stands as the agency said it before, else as
          it is repeated.
        """
        if not told:
            return body
        words = self._words(self._rule, self._spec.schema, body, _ABSENT if said is None else said, told)
        if not words.own and said is None:
            return None
        value = words.otherwise if words.value is _ABSENT else words.value
        return value if self._is_valid(value) else self._made_valid(value, body, said)

    def _words(self, rule: Rule, schema: Json, now: Json, said: Json, told: Sequence[Json]) -> _Words:
        match rule:
            case Fields() if isinstance(now, dict):
                return self._fields(rule, dereferenced(self._spec.schema, schema), now, said, told)
            case Union() if isinstance(now, list) and now:
                return _items(rule, now, said, told)
            case _:
                return _whole(rule, now, said, told)

    def _fields(self, rule: Fields, schema: Json, now: Json, said: Json, told: Sequence[Json]) -> _Words:
        words = {
            name: self._words(inner, schema["properties"][name], now[name], _at(name, said), _all_at(name, told))
            for name, inner in rule.properties.items()
            if name in now
        }
        needed = {*schema.get("required", ()), *(self._naming if not rule.path else ())}
        value = {name: each.value for name, each in words.items() if each.value is not _ABSENT}
        for name in needed & words.keys() - value.keys():
            value[name] = words[name].otherwise
        own = any(each.own for each in words.values())
        return _Words(value if own else _ABSENT, value, own)

    def _is_valid(self, body: Json) -> bool:
        try:
            self._spec.check(body)
        except Rejected:
            return False
        return True

    def _made_valid(self, value: Json, body: Json, said: Json | None) -> Json:
        """Rules relate properties: those left out come back, one after the other, until the record is valid."""
        for name in [name for name in body if name not in value]:
            value = {**value, name: (said or {}).get(name, body[name])}
            if self._is_valid(value):
                return value
        return body


def _whole(rule: Rule, now: Json, said: Json, told: Sequence[Json]) -> _Words:
    if said is not _ABSENT and _same(now, said):
        return _Words(now, now, own=True)
    if not any(_same(now, each) for each in told):
        return _Words(now, now, own=True)
    if said is not _ABSENT and _never_softened(rule):
        return _Words(said, said, own=True)
    return _Words(_ABSENT, now if said is _ABSENT else said, own=False)


def _items(rule: Union, now: list[Json], said: Json, told: Sequence[Json]) -> _Words:
    before = said if isinstance(said, list) else []
    own_before, repeated = _forms(before), _forms(item for each in told for item in each or ())
    kept: dict[bytes, Json] = {}
    for item in now:
        form = canonical(item)
        if form in own_before or form not in repeated:
            kept[form] = item
        elif rule.key and _never_softened(rule.equal):
            kept.update({canonical(each): each for each in before if _key(rule, each) == _key(rule, item)})
    if kept:
        return _Words([*kept.values()], now, own=True)
    return _Words(_ABSENT, before or now, own=False)


def _never_softened(rule: Rule) -> bool:
    return isinstance(rule, Highest) or (isinstance(rule, Agree) and isinstance(rule.fallback, Highest))


def _naming(schema: Json) -> Iterable[str]:
    """The properties by which a record and the agency's reference of it are named."""
    yield from schema["x-reference"]
    for alternative in schema["x-key"]:
        yield from alternative.get("when", ())
        yield from (part for part in alternative["parts"] if part != AGENCY)


def _at(name: str, value: Json) -> Json:
    return value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT


def _all_at(name: str, values: Sequence[Json]) -> list[Json]:
    return [value[name] for value in values if isinstance(value, dict) and name in value]


def _key(rule: Union, item: Json) -> bytes:
    return canonical([item.get(name) for name in rule.key])


def _forms(items: Iterable[Json]) -> set[bytes]:
    return {canonical(item) for item in items}


def _same(one: Json, other: Json) -> bool:
    return canonical(one) == canonical(other)
