"""Where agencies differ in a record, what each of them says there, and what was ruled on it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hub.domain.canonical import Json, canonical
from hub.domain.contract import Contract
from hub.domain.convergence import (
    Disagreement,
    Rule,
    Said,
    Standing,
    State,
    disagreements,
    latest_per_local_id,
    sayings,
)
from hub.domain.rulings import Rulings
from hub.exchange.case import live_of
from hub.ports import Keys, Seal, StandingRow
from hub.store.conflicts import DifferingRow, RulingKept
from hub.store.times import from_micros
from hub.trust.naming import opinion_digest, place_key, said_digest


@dataclass(frozen=True, slots=True)
class Opinion:
    """Agencies that say the same. since: when the first of them came to say so, by its own records, UTC.

    name: keyed digest, by which a ruling names what is said. stands: whether it is what is shared now.
    """

    agencies: tuple[str, ...]
    since: datetime
    value: Json
    name: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What was ruled on a place. why: the reason. holds: whether it holds now. over_*: where it was taken back."""

    id: str
    by: str
    at: datetime
    why: str
    holds: bool
    over_by: str | None = None
    over_at: datetime | None = None
    over_why: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where agencies differ. path: JSON Pointer into the record. opinions: the longest held first.

    place: keyed digest of the path. rulings: all there ever were on it, the oldest first.
    """

    path: str
    place: str
    state: State
    opinions: tuple[Opinion, ...]
    rulings: tuple[Past, ...]

    @property
    def since(self) -> datetime:
        """When a second opinion came up, UTC."""
        return self.opinions[1].since

    @property
    def agencies(self) -> frozenset[str]:
        """All that take part."""
        return frozenset(name for opinion in self.opinions for name in opinion.agencies)


class Differing:
    """Tells where agencies differ. rules: by record type, as convergence has them."""

    def __init__(self, rules: Mapping[str, Rule], contracts: Mapping[str, Contract], keys: Keys, seal: Seal) -> None:
        self._rules = rules
        self._contracts = contracts
        self._keys = keys
        self._seal = seal

    def differences(self, row: DifferingRow) -> list[Difference]:
        """The places of a record where agencies differ now, by path."""
        rule = self._rules[row.record.id.type]
        standing = latest_per_local_id(rule, (self._said(each) for each in row.standing))
        in_force = [each.ruling for each in row.rulings if each.over_at is None]
        rulings = Rulings(in_force, partial(said_digest, self._keys))
        found = disagreements(rule, standing, rulings)
        return [
            Difference(
                path,
                place_key(self._keys, path),
                found[path].state,
                opinions(path, found[path], partial(opinion_digest, self._keys, row.record.rid, path)),
                self._past(row, path, found[path], rulings),
            )
            for path in sorted(found)
        ]

    def _said(self, row: StandingRow) -> Standing:
        contract = self._contracts.get(row.agency)
        return live_of(row, self._seal).said(contract.kind if contract else "", self._seal)

    def _past(self, row: DifferingRow, path: str, differing: Disagreement, rulings: Rulings) -> tuple[Past, ...]:
        holding = rulings.holding(path, sayings(path, differing.said), alone=differing.level)
        hold = {each.id for each in holding} if differing.state is State.RULED else set()
        return tuple(self._opened(each, hold) for each in row.rulings if each.ruling.path == path)

    def _opened(self, kept: RulingKept, hold: set[str]) -> Past:
        def opened(sealed: bytes | None) -> str | None:
            return None if sealed is None else self._seal.open(f"local:{kept.local}", sealed).decode()

        return Past(
            kept.ruling.id,
            kept.by,
            kept.at,
            opened(kept.reason) or "",
            kept.ruling.id in hold,
            kept.over_by,
            kept.over_at,
            opened(kept.over_reason),
        )


def opinions(path: str, differing: Disagreement, name: Callable[[Json], str]) -> tuple[Opinion, ...]:
    """Who says the same at a place, the longest held first. name: the digest that names what is said there."""
    together: dict[bytes, list[Said]] = defaultdict(list)
    for one in differing.said:
        together[canonical(one[1])].append(one)
    shared = canonical(differing.stands[1])
    of_each = [
        Opinion(
            tuple(sorted({assertion.agency for assertion, _ in said})),
            from_micros(min(each.since.micros for each in sayings(path, said))),
            said[0][1],
            name(said[0][1]),
            stands=form == shared,
        )
        for form, said in together.items()
    ]
    return tuple(sorted(of_each, key=lambda each: (each.since, each.agencies)))
