"""Conflicts for operators: where agencies differ that must not, who says which, and since when; never what they say."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.domain.canonical import canonical
from hub.domain.contract import Contract
from hub.domain.convergence import Rule, Said, Standing, disagreements, latest_per_local_id
from hub.exchange.case import live_of
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.people import People
from hub.ports import RecordId, Seal, StandingRow
from hub.store.auditing import AuditStore
from hub.store.conflicts import ConflictStore, ContestedRow
from hub.store.times import from_micros


@dataclass(frozen=True, slots=True)
class Opinion:
    """Agencies that say the same. since: when the first of them came to say so, by its own records, UTC."""

    agencies: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One contested place. path: JSON Pointer into the record. opinions: the longest held first."""

    path: str
    opinions: tuple[Opinion, ...]

    @property
    def since(self) -> datetime | None:
        """When a second opinion came up, UTC; None where that is not known."""
        return self.opinions[1].since if len(self.opinions) > 1 else None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record that is contested now."""

    record: RecordId
    differences: tuple[Difference, ...]

    @property
    def agencies(self) -> frozenset[str]:
        """All that take part."""
        return frozenset(name for each in self.differences for opinion in each.opinions for name in opinion.agencies)


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Some conflicts, by person and record. next: the cursor to read on from, None at the end."""

    conflicts: list[Conflict]
    next: str | None


class OpenConflicts:
    """The use case. rules: by record type, as convergence has them."""

    def __init__(
        self,
        store: ConflictStore,
        people: People,
        audit: AuditStore,
        rules: Mapping[str, Rule],
        contracts: Mapping[str, Contract],
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._rules = rules
        self._contracts = contracts
        self._seal = seal
        self._now = now

    async def listed(
        self, operator: str, person: str | None, agency: str | None, after: str | None, limit: int
    ) -> ConflictPage:
        """Conflicts that stand now, of a person or with an agency's part in them if one is named.

        A page may be short of `limit` and yet not the last.

        Raises:
            Rejected: there is no such person, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, str, str, str)
        persons = None if person is None else await self._people.family(person)
        found = await self._store.listed(persons, agency, RecordId(*place) if place else None, limit)  # type: ignore[arg-type]  # checked by place_of
        conflicts = [each for each in map(self._conflict, found.rows) if agency is None or agency in each.agencies]
        now = self._now()
        await self._audit.note(
            [
                consultation(now, operator, "conflicts", each.record.person, each.record[1:], agency or HUB)
                for each in conflicts
            ]
        )
        return ConflictPage(conflicts, cursor_of(found.next))

    def _conflict(self, row: ContestedRow) -> Conflict:
        standing = latest_per_local_id(self._said(each) for each in row.standing)
        said = disagreements(self._rules[row.record.id.type], standing)
        differences = (Difference(path, _opinions(path, said.get(path, []))) for path in row.record.contested)
        return Conflict(row.record.id, tuple(differences))

    def _said(self, row: StandingRow) -> Standing:
        contract = self._contracts.get(row.agency)
        return live_of(row, self._seal).said(contract.kind if contract else "", self._seal)


def _opinions(path: str, said: list[Said]) -> tuple[Opinion, ...]:
    together: dict[bytes, list[Standing]] = defaultdict(list)
    for assertion, value in said:
        together[canonical(value)].append(assertion)
    opinions = [
        Opinion(
            tuple(sorted({each.agency for each in of_one_mind})),
            from_micros(min(each.since.get(path, each.order).micros for each in of_one_mind)),
        )
        for of_one_mind in together.values()
    ]
    return tuple(sorted(opinions, key=lambda each: (each.since, each.agencies)))
