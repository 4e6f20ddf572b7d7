"""Conflicts for operators: where agencies differ, who says which since when, and what was ruled on it.

The list tells what each agency says no more than that they differ; reading one place whole does, and is audited as
such. Levels of risk on which agencies differ are no conflict, for each judges risk by itself; they are listed for
whoever asks for a person's, since a ruling may settle them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.clock import Clock
from hub.domain.convergence import State
from hub.domain.errors import Reason, Rejected
from hub.exchange.consulting import HUB, consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.differing import Difference, Differing
from hub.exchange.people import People
from hub.ports import RecordId
from hub.store.auditing import AuditStore
from hub.store.conflicts import ConflictStore, DifferingRow, Wanted

_CONFLICT = "c"
NO_CONFLICT = "agencies do not differ there"


class Place(NamedTuple):
    """Where agencies differ, as a conflict's id says it. rid, path: keyed digests."""

    person: str
    rid: str
    path: str

    @property
    def id(self) -> str:
        """How a conflict is asked for; it goes on naming the place when the person is merged."""
        return ".".join((_CONFLICT, *self))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record in which agencies differ now. rid: its keyed digest."""

    record: RecordId
    rid: str
    differences: tuple[Difference, ...]

    def id_of(self, difference: Difference) -> str:
        """How the conflict at one of its places is asked for."""
        return Place(self.record.person, self.rid, difference.place).id


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Some conflicts, by person and record. next: the cursor to read on from, None at the end."""

    conflicts: list[Conflict]
    next: str | None


class Asked(NamedTuple):
    """Which conflicts are asked for. None: of everybody, of every agency, however old.

    person: the hub's id. agency: that takes part. before: the second opinion came up by then.
    """

    person: str | None = None
    agency: str | None = None
    state: State = State.OPEN
    before: datetime | None = None


def place_of_conflict(conflict: str) -> Place:
    """The way back of `Place.id`. Raises `Rejected`: it is the id of no conflict."""
    match conflict.split("."):
        case [kind, person, rid, path] if kind == _CONFLICT and person and rid and path:
            return Place(person, rid, path)
        case _:
            raise Rejected(Reason.NOT_FOUND, NO_CONFLICT)


class OpenConflicts:
    """The use case."""

    def __init__(
        self, store: ConflictStore, people: People, audit: AuditStore, differing: Differing, now: Clock
    ) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._differing = differing
        self._now = now

    async def listed(self, operator: str, asked: Asked, after: str | None, limit: int) -> ConflictPage:
        """Conflicts that are in a state now. A page may be short of `limit` and yet not the last.

        Raises:
            Rejected: there is no such person, levels are asked for of nobody in particular, or `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, str, str, str)
        if asked.state is State.LEVELS and asked.person is None:
            raise Rejected(Reason.INVALID_ENVELOPE, "levels of risk are listed of one person: name it")
        persons = None if asked.person is None else await self._people.family(asked.person)
        wanted = Wanted(persons, asked.agency, state=asked.state)
        found = await self._store.listed(wanted, RecordId(*place) if place else None, limit)  # type: ignore[arg-type]  # checked by place_of
        conflicts = [
            Conflict(row.record.id, row.record.rid, differences)
            for row in found.rows
            if (differences := tuple(each for each in self._differing.differences(row) if _is_asked(each, asked)))
        ]
        now = self._now()
        await self._audit.note(
            [
                consultation(now, operator, "conflicts", each.record.person, each.record[1:], asked.agency or HUB)
                for each in conflicts
            ]
        )
        return ConflictPage(conflicts, cursor_of(found.next))

    async def read(self, operator: str, conflict: str) -> tuple[Conflict, Difference]:
        """One place with all that is said there, and all that was ruled on it. The look is audited.

        Raises:
            Rejected: agencies do not differ there, or not any more.
            Unavailable, Halt: from the store.
        """
        place = place_of_conflict(conflict)
        row = await self.row(place)
        difference = next((each for each in self._differing.differences(row) if each.place == place.path), None)
        if difference is None:
            raise Rejected(Reason.NOT_FOUND, NO_CONFLICT)
        record = row.record.id
        await self._audit.note([consultation(self._now(), operator, "conflict", record.person, record[1:])])
        return Conflict(record, row.record.rid, (difference,)), difference

    async def row(self, place: Place) -> DifferingRow:
        """The record of a conflict, whose person may have been merged. Raises as `read`; nothing is audited."""
        row = await self._store.one(await self._persons(place), place.rid)
        if row is None:
            raise Rejected(Reason.NOT_FOUND, NO_CONFLICT)
        return row

    async def _persons(self, place: Place) -> Collection[str]:
        return await self._people.family(place.person)


def _is_asked(difference: Difference, asked: Asked) -> bool:
    return (
        difference.state is asked.state
        and (asked.agency is None or asked.agency in difference.agencies)
        and (asked.before is None or difference.since <= asked.before)
    )
