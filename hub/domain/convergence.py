"""Convergence: from all standing assertions on one record to the one shared record. Pure.

A rule tree, made from the schema's `x-converge` (see `hub.spec.convergence`), says for each property who is
believed. An absent property says nothing; null says that there is none. The result does not depend on the
order in which the assertions are given, and converging valid assertions gives a valid record, because rules
that relate properties hold only inside what is taken whole.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from hub.domain.canonical import Json, canonical
from hub.domain.rulings import NONE, Rulings, Saying
from hub.domain.submission import Order


@dataclass(frozen=True, slots=True)
class Standing:
    """An agency's standing assertion on a record, as convergence sees it.

    agency, kind: who says it and what that organisation is. local: what tells two local ids of one agency
    apart. order: its place among that agency's submissions.
    since: for a place in the body, since when this agency has said this very value there; where no entry
    stands, since this assertion.
    """

    agency: str
    kind: str
    local: str
    order: Order
    body: Json
    since: Mapping[str, Order] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Latest:
    """Who has come to say its value last is believed.

    holds: as of `Authority`, among those alone that hold the person, where there are any; None: among all.
    """

    path: str
    holds: Callable[[Standing], bool] | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """The first kind of agency to say something is believed; others only if no listed kind speaks.

    holds: whether an agency holds the person, by what it says in the record. Within a kind, those that do are believed
    before those that do not; where several do and differ, authority is contested: the latest stands and is marked,
    unless a ruling settles it. None: within a kind the latest is believed.
    """

    path: str
    kinds: tuple[str, ...]
    holds: Callable[[Standing], bool] | None = None


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest on an ordered list is believed: for risk. Nothing said is never low.

    by: for an object taken whole, the property that is compared; empty where the value itself is.
    rulable: whether an operator's ruling may settle it, on a level that some agency says.
    """

    path: str
    ranks: Mapping[Json, int]
    by: str
    rulable: bool = False

    def rank(self, value: Json) -> int:
        """Its place among the levels; -1 where none is said."""
        compared = value.get(self.by) if self.by and value is not None else value
        return -1 if compared is None else self.ranks[compared]


@dataclass(frozen=True, slots=True)
class Agree:
    """Agencies must say the same; while they do not, the fallback's value stands and is marked contested.

    Where a ruling settles what they say, the value it names stands instead, and is marked as ruled.
    """

    path: str
    fallback: "Latest | Authority | Highest"


@dataclass(frozen=True, slots=True)
class Union:
    """Lists are joined: items sorted by their key, items of an equal key resolved by a rule of their own.

    key: the properties that tell items apart; empty for plain values.
    """

    path: str
    key: tuple[str, ...]
    equal: "Latest | Authority | Highest | Agree"


@dataclass(frozen=True, slots=True)
class Fields:
    """An object whose properties converge each by its own rule.

    holds: of a record, as of `Authority`; None where its schema does not say.
    """

    path: str
    properties: Mapping[str, "Rule"]
    holds: Callable[[Standing], bool] | None = None


Rule: TypeAlias = Latest | Authority | Highest | Agree | Union | Fields
Said: TypeAlias = tuple[Standing, Json]
"""A standing assertion and what it says at the place in question."""


@dataclass(slots=True)
class Converged:
    """The shared record.

    body: valid under the newest version.
    contested: JSON Pointers, sorted, where agencies differ that must not.
    sources: JSON Pointer of a converged place -> the agencies its value came from, sorted.
    ruled: JSON Pointers, sorted, where agencies differ and a ruling says what stands.
    overruled: (JSON Pointer, local), sorted, of each level of risk that stands no more by a ruling.
    """

    body: Json
    contested: tuple[str, ...]
    sources: dict[str, list[str]]
    ruled: tuple[str, ...]
    overruled: tuple[tuple[str, str], ...] = ()


class State(StrEnum):
    """What agencies that differ at a place come to."""

    OPEN = "open"
    """They must not differ: the place is contested."""
    RULED = "ruled"
    """A ruling says what stands."""
    LEVELS = "levels"
    """They may differ, for each judges risk by itself: the highest level stands, unless a ruling settles it."""


class Disagreement(NamedTuple):
    """A place where agencies differ.

    said: by all who have a say in it. stands: of these, what is shared. level: whether it is a level of risk.
    """

    state: State
    said: list[Said]
    stands: Said
    level: bool


class _Marks:
    """What is noted down while a record is converged."""

    __slots__ = ("disagreements", "rulings", "sources")

    def __init__(self, rulings: Rulings) -> None:
        self.rulings = rulings
        self.disagreements: dict[str, Disagreement] = {}
        self.sources: dict[str, list[str]] = {}

    def in_state(self, state: State) -> tuple[str, ...]:
        """The places that are in a state."""
        return tuple(sorted(path for path, each in self.disagreements.items() if each.state is state))

    def overruled(self) -> tuple[tuple[str, str], ...]:
        """The levels of risk that a ruling has settled otherwise, by place and who says them."""
        return tuple(
            sorted(
                (path, assertion.local)
                for path, each in self.disagreements.items()
                if each.level and each.state is State.RULED
                for assertion, value in each.said
                if canonical(value) != canonical(each.stands[1])
            )
        )

    def disputed(self, path: str, said: list[Said], otherwise: Said, unsettled: State) -> Said:
        """What stands where agencies differ: by a ruling, otherwise as given; then the place is in this state.

        A level of risk is settled among those alone whom the ruling names: whoever else speaks may know more.
        """
        level = unsettled is State.LEVELS
        local = self.rulings.stands(path, sayings(path, said), alone=level)
        stands = next((one for one in said if one[0].local == local), otherwise)
        self.disagreements[path] = Disagreement(unsettled if local is None else State.RULED, said, stands, level)
        return stands


def converge(rule: Rule, standing: Sequence[Standing], rulings: Rulings = NONE) -> Converged:
    """The one shared record of these assertions, at least one, withdrawn ones left out, and of the rulings on it."""
    marks = _Marks(rulings)
    body = _resolve(rule, [(assertion, assertion.body) for assertion in standing], marks)
    return Converged(body, marks.in_state(State.OPEN), marks.sources, marks.in_state(State.RULED), marks.overruled())


def disagreements(rule: Rule, standing: Sequence[Standing], rulings: Rulings = NONE) -> dict[str, Disagreement]:
    """JSON Pointer of each place where agencies differ -> what they come to; of the same as `converge`."""
    marks = _Marks(rulings)
    _resolve(rule, [(assertion, assertion.body) for assertion in standing], marks)
    return marks.disagreements


def sayings(path: str, said: Iterable[Said]) -> list[Saying]:
    """What is said at a place, as rulings see it."""
    return [Saying(each.local, each.since.get(path, each.order), value) for each, value in said]


def latest_per_local_id(rule: Rule, standing: Iterable[Standing]) -> list[Standing]:
    """Of several assertions of one agency for one local id on one record, only the latest speaks.

    One by which it holds the person goes before one by which it does not: an entry of a register that was ended, and
    mended later, does not hide the one that stands.
    """
    of_each: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for assertion in standing:
        of_each[assertion.agency, assertion.local].append(assertion)
    holds = rule.holds if isinstance(rule, Fields) else None

    def place(assertion: Standing) -> tuple[bool, Order]:
        return holds is not None and holds(assertion), assertion.order

    return [said[0] if len(said) == 1 else max(said, key=place) for _, said in sorted(of_each.items())]


def carried_since(rule: Rule, earlier: Standing, body: Json) -> dict[str, Order]:
    """The `since` of an assertion with this body that directly follows `earlier` of the same agency.

    A place whose value is the same as before keeps the moment since when it has been said.
    """
    carried: dict[str, Order] = {}
    _carry(rule, earlier, earlier.body, body, carried)
    return carried


def since_through(
    carry: Callable[[Standing, Json], dict[str, Order]], history: Sequence[tuple[Order, Json | None]]
) -> dict[str, Order]:
    """The `since` of the last of these (order, body; None = withdrawn) by walking all of them in order.

    carry: from an assertion and the body that follows it, as `carried_since` of a rule.
    """
    since: dict[str, Order] = {}
    earlier: Standing | None = None
    for order, body in sorted(history, key=lambda said: said[0]):
        since = {} if earlier is None or body is None else carry(earlier, body)
        earlier = None if body is None else Standing("", "", "", order, body, since)
    return since


def _resolve(rule: Rule, said: list[Said], marks: _Marks) -> Json:
    match rule:
        case Fields():
            return _resolve_fields(rule, said, marks)
        case Union():
            return _resolve_union(rule, said, marks)
        case _:
            chosen, value = _choose(rule, rule.path, said, marks)
            marks.sources[rule.path] = [chosen.agency]
            return value


def _resolve_fields(rule: Fields, said: list[Said], marks: _Marks) -> Json:
    speakers = [(assertion, value) for assertion, value in said if value is not None]
    if not speakers:
        return None
    body: dict[str, Json] = {}
    for name, inner in rule.properties.items():
        spoken = [(assertion, value[name]) for assertion, value in speakers if name in value]
        if spoken:
            body[name] = _resolve(inner, spoken, marks)
    return body


def _resolve_union(rule: Union, said: list[Said], marks: _Marks) -> Json:
    speakers = [(assertion, value) for assertion, value in said if value is not None]
    if not speakers:
        marks.sources[rule.path] = sorted({assertion.agency for assertion, _ in said})
        return None
    marks.sources[rule.path] = sorted({assertion.agency for assertion, _ in speakers})
    groups: dict[bytes, list[Said]] = {}
    for assertion, items in speakers:
        for item in items:
            groups.setdefault(_item_key(rule.key, item), []).append((assertion, item))
    joined: list[Json] = []
    for key in sorted(groups):
        joined.extend(_resolve_group(rule, key, groups[key], marks))
    return joined


def _resolve_group(rule: Union, key: bytes, group: list[Said], marks: _Marks) -> list[Json]:
    if len(group) == 1:
        return [group[0][1]]
    if _repeats_itself(group):
        distinct = {canonical(item): item for _, item in group}
        return [distinct[form] for form in sorted(distinct)]
    _, value = _choose(rule.equal, _item_path(rule, key), group, marks)
    return [value]


def _repeats_itself(group: list[Said]) -> bool:
    """Whether one assertion lists two different items under one key: then none may be left out."""
    first: dict[int, Json] = {}
    return any(first.setdefault(id(assertion), item) != item for assertion, item in group)


def _choose(rule: Latest | Authority | Highest | Agree, path: str, said: list[Said], marks: _Marks) -> Said:
    if len(said) == 1:
        return said[0]
    match rule:
        case Latest():
            return _latest(path, _holders(rule.holds, said))
        case Authority():
            return _with_authority(rule, path, said, marks)
        case Highest():
            highest = _latest(path, _top(rule, said))
            levels = [one for one in said if rule.rank(one[1]) >= 0] if rule.rulable else []
            differ = len({rule.rank(value) for _, value in levels}) > 1
            return marks.disputed(path, levels, highest, State.LEVELS) if differ else highest
        case Agree():
            fallback = _choose(rule.fallback, path, said, marks)
            return marks.disputed(path, said, fallback, State.OPEN) if _differ(said) else fallback


def _with_authority(rule: Authority, path: str, said: list[Said], marks: _Marks) -> Said:
    speakers = _first_kind(rule.kinds, said)
    if rule.holds is None or speakers[0][0].kind not in rule.kinds:
        return _latest(path, speakers)
    holders = [one for one in speakers if rule.holds(one[0])]
    latest = _latest(path, holders or speakers)
    is_contested = _differ(holders) and len({assertion.agency for assertion, _ in holders}) > 1
    return marks.disputed(path, holders, latest, State.OPEN) if is_contested else latest


def _differ(said: list[Said]) -> bool:
    return len({canonical(value) for _, value in said}) > 1


def _holders(holds: Callable[[Standing], bool] | None, said: list[Said]) -> list[Said]:
    """Those who hold the person, where any do; all where none does, or none need."""
    return [one for one in said if holds is not None and holds(one[0])] or said


def _latest(path: str, said: list[Said]) -> Said:
    def recency(one: Said) -> tuple[Order, str, str]:
        assertion = one[0]
        return assertion.since.get(path, assertion.order), assertion.agency, assertion.local

    return max(said, key=recency)


def _first_kind(kinds: tuple[str, ...], said: list[Said]) -> list[Said]:
    for kind in kinds:
        speakers = [one for one in said if one[0].kind == kind]
        if speakers:
            return speakers
    return said


def _top(rule: Highest, said: list[Said]) -> list[Said]:
    top = max(rule.rank(value) for _, value in said)
    return [one for one in said if rule.rank(one[1]) == top]


def _item_key(key: tuple[str, ...], item: Json) -> bytes:
    return canonical([item.get(name) for name in key] if key else item)


def _item_path(rule: Union, key: bytes) -> str:
    return f"{rule.path}#{key.decode()}"


def _carry(rule: Rule, earlier: Standing, before: Json, now: Json, carried: dict[str, Order]) -> None:
    match rule:
        case Fields():
            if before is None or now is None:
                return
            for name, inner in rule.properties.items():
                if name in before and name in now:
                    _carry(inner, earlier, before[name], now[name], carried)
        case Union():
            _carry_items(rule, earlier, before or (), now or (), carried)
        case _:
            if before == now:
                carried[rule.path] = earlier.since.get(rule.path, earlier.order)


def _carry_items(
    rule: Union, earlier: Standing, before: Sequence[Json], now: Sequence[Json], carried: dict[str, Order]
) -> None:
    if not rule.key:
        return  # items that are their own key never differ under it, so nobody asks since when
    said = {_item_key(rule.key, item): item for item in before}
    for item in now:
        key = _item_key(rule.key, item)
        if key in said and said[key] == item:
            path = _item_path(rule, key)
            carried[path] = earlier.since.get(path, earlier.order)
