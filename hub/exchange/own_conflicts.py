"""Conflicts for agencies: where agencies differ, as far as the contract of whoever asks shows the place.

What an agency may not see is not there: a record its contract does not release, a property it does not name, a person
whose record is withheld from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.clock import Clock
from hub.domain.contract import Contract, People
from hub.domain.errors import Reason, Rejected
from hub.exchange.consulting import consultation_of_agency
from hub.exchange.cursors import cursor_of, place_of
from hub.exchange.differing import Difference, Differing
from hub.exchange.read import person_named
from hub.ports import Keys, RecordId, Seal
from hub.release import own_local_ids, render
from hub.store.conflicts import ConflictStore, DifferingRow, Wanted
from hub.store.reading import SqlReading


@dataclass(frozen=True, slots=True)
class OwnConflict:
    """A record in which agencies differ. local_ids: the caller's own for the person. differences: those it may see."""

    record: RecordId
    local_ids: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class OwnConflictPage:
    """Some conflicts, by person and record. next: the cursor to read on from, None at the end."""

    conflicts: list[OwnConflict]
    next: str | None


class OwnConflicts:
    """The use case. Every method raises `Rejected` and, from the store, `Unavailable` and `Halt`."""

    def __init__(
        self,
        store: ConflictStore,
        reading: SqlReading,
        contracts: Mapping[str, Contract],
        differing: Differing,
        keys: Keys,
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._contracts = contracts
        self._differing = differing
        self._keys = keys
        self._seal = seal
        self._now = now

    async def listed(self, agency: str, name: str | None, after: str | None, limit: int) -> OwnConflictPage:
        """Those of everybody the agency knows, or of the person of this name: its own local id, or the hub's id.

        A page may be short of `limit` and yet not the last.

        Raises:
            Rejected: `not-found` where the agency may not know of the person; `after` is no cursor.
        """
        place = place_of(after, str, str, str)
        contract = self._contracts.get(agency)
        if contract is None:
            raise Rejected(Reason.NOT_FOUND, "there is nothing here that this agency may see")
        known = agency if contract.people is People.KNOWN else None
        wanted = Wanted(await self._persons(agency, name), known, contract.receives)
        found = await self._store.listed(wanted, RecordId(*place) if place else None, limit)  # type: ignore[arg-type]  # checked by place_of
        conflicts = [each for row in found.rows if (each := self._seen(contract, row)).differences]
        await self._audit(contract, conflicts)
        return OwnConflictPage(conflicts, cursor_of(found.next))

    async def _persons(self, agency: str, name: str | None) -> list[str] | None:
        if name is None:
            return None
        async with self._reading.viewing() as view:
            return [(await person_named(view, self._keys, agency, name)).id]

    def _seen(self, contract: Contract, row: DifferingRow) -> OwnConflict:
        """What is marked in the very release of the agency, with what is said there."""
        document = render(contract, row.record.id, row.record, row.person, self._seal).document
        marks = document.get("marks", {})
        marked = {*marks.get("contested", ()), *marks.get("ruled", ())}
        seen = [each for each in self._differing.differences(row) if each.path in marked] if marked else []
        return OwnConflict(row.record.id, tuple(own_local_ids(contract.agency, row.person, self._seal)), tuple(seen))

    async def _audit(self, contract: Contract, conflicts: Iterable[OwnConflict]) -> None:
        now = self._now()
        await self._reading.consulted([consultation_of_agency(now, contract, each.record) for each in conflicts])
