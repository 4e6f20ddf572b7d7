"""Reading the shared record: just what the caller's contract releases, and every consultation audited.

What a caller may not see is not there: it gets the same `not-found` as for what does not exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.identifiers import STRONG, Identifier, parse
from hub.domain.submission import micros
from hub.exchange.consulting import consultation_of_agency
from hub.ports import Keys, PersonRow, RecordId, RecordRow, Seal
from hub.release import Release, own_local_ids, render
from hub.spec.keys import ONLY_ONE, join
from hub.spec.registry import Registry
from hub.store.reading import Before, SqlReading, View
from hub.trust.naming import claim_digest, local_key, record_key, slot_key


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as released to the caller.

    local_ids: the caller's own for the person. changed: when the shared record last changed, UTC.
    """

    person: str
    local_ids: tuple[str, ...]
    type: str
    key: str
    changed: datetime
    release: Release


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of a person's records. next: the cursor to read on from, None at the end."""

    shown: list[Shown]
    next: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A person found by an identifier. local_ids: the caller's own for the person."""

    person: str
    local_ids: tuple[str, ...]


class Reading:
    """The use case, with everything it stands on.

    In every method: name is the caller's own local id of the person, or the person's id. All raise `Rejected`
    (`not-found` where the caller may not see it) and, from the store, `Unavailable` and `Halt`.
    """

    def __init__(
        self,
        store: SqlReading,
        contracts: Mapping[str, Contract],
        registry: Registry,
        keys: Keys,
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._contracts = contracts
        self._registry = registry
        self._keys = keys
        self._seal = seal
        self._now = now

    async def offender(self, agency: str, name: str) -> Shown:
        """The one offender record of a person."""
        return await self._one(agency, name, "offender", ONLY_ONE)

    async def record(self, agency: str, name: str, record_type: str, reference: str) -> Shown:
        """A record by the caller's own reference, else by its key.

        reference: the reference's parts, with "/" between.
        """
        return await self._one(agency, name, record_type, reference)

    async def records(self, agency: str, name: str, record_type: str, after: str | None, limit: int) -> Listed:
        """The person's records of a type, by key."""
        contract = self._contract(agency, record_type)
        async with self._store.viewing() as view:
            person = await self._person(view, agency, name)
            rows = await view.records_of_type(person.id, record_type, after or "", limit + 1)
        shown = self._shown(contract, person, rows[:limit])
        await self._audit(contract, shown)
        return Listed(shown, rows[limit - 1].id.key if len(rows) > limit else None)

    async def timeline(self, agency: str, name: str, after: str | None, limit: int) -> Listed:
        """All of the person's records, by their last change, newest first."""
        contract = self._contract(agency)
        async with self._store.viewing() as view:
            person = await self._person(view, agency, name)
            rows = await view.newest(person.id, contract.receives.keys(), _place(after), limit + 1)
        shown = self._shown(contract, person, rows[:limit])
        await self._audit(contract, shown)
        return Listed(shown, _cursor(rows[limit - 1]) if len(rows) > limit else None)

    async def search(self, agency: str, scheme: str, value: str) -> list[Found]:
        """The persons of whom somebody states this identifier and something is released to the caller."""
        contract = self._contract(agency)
        identifier = identifier_of(scheme, value, self._now().year)
        forms = identifier.candidates or (identifier.canonical or "",)
        async with self._store.viewing() as view:
            holders = await view.holders({claim_digest(self._keys, scheme, form) for form in forms})
            persons = await view.persons(holders)
            rows = await view.records_of(holders)
        shown = [each for row in rows for each in self._shown(contract, persons[row.id.person], [row])]
        found = {each.person: each for each in shown}
        await self._audit(contract, found.values())
        return [Found(id_, found[id_].local_ids) for id_ in sorted(found)]

    async def _one(self, agency: str, name: str, record_type: str, reference: str) -> Shown:
        contract = self._contract(agency, record_type)
        async with self._store.viewing() as view:
            person = await self._person(view, agency, name)
            row = await view.record(person.id, await self._rids(view, agency, person, record_type, reference))
        shown = self._shown(contract, person, [row] if row else [])
        if not shown:
            _not_found()
        await self._audit(contract, shown)
        return shown[0]

    def _contract(self, agency: str, record_type: str | None = None) -> Contract:
        contract = self._contracts.get(agency)
        if contract is None or (record_type is not None and record_type not in contract.receives):
            _not_found()
        return contract

    async def _person(self, view: View, agency: str, name: str) -> PersonRow:
        return await person_named(view, self._keys, agency, name)

    async def _rids(self, view: View, agency: str, person: PersonRow, record_type: str, reference: str) -> list[str]:
        """The record's digest by the caller's own reference, where it is one, then by key."""
        parts = len(self._registry.newest(record_type).schema["x-reference"])
        own = join(reference.rsplit("/", parts - 1)) if parts else ""
        locals_ = [key for name, key, _ in person.locals if name == agency]
        by_reference = await view.rids_of_slots([slot_key(self._keys, key, record_type, own) for key in locals_])
        return [*by_reference, record_key(self._keys, record_type, reference)]

    def _shown(self, contract: Contract, person: PersonRow, rows: Iterable[RecordRow]) -> list[Shown]:
        own = tuple(own_local_ids(contract.agency, person, self._seal))
        released = [(row, render(contract, row.id, row, person, self._seal)) for row in rows]
        return [
            Shown(person.id, own, row.id.type, row.id.key, row.changed, release)
            for row, release in released
            if not release.withdrawn
        ]

    async def _audit(self, contract: Contract, shown: Iterable[Shown]) -> None:
        """Who looked at what, on which basis and for what purpose: Data Protection Act 2018, section 62."""
        now = self._now()
        records = [RecordId(each.person, each.type, each.key) for each in shown]
        await self._store.consulted([consultation_of_agency(now, contract, each) for each in records])


async def person_named(view: View, keys: Keys, agency: str, name: str) -> PersonRow:
    """The person of this name: the agency's own local id, or the hub's id, of one merged away as well.

    Raises:
        Rejected: `not-found`.
    """
    person = await view.person_of(local_key(keys, agency, name))
    if person is None and is_person_id(name):
        person = await view.survivor(name)
    found = await view.persons([person]) if person else {}
    if person not in found:
        _not_found()
    return found[person]


def identifier_of(scheme: str, value: str, year: int) -> Identifier:
    """A strong identifier as it was typed. Raises `Rejected`: the scheme is not one of these, or the form is none."""
    if scheme not in STRONG:
        detail = f"one of {', '.join(sorted(STRONG))}"
        raise Rejected(
            Reason.UNKNOWN_CODE, "people are found by strong identifiers", (Fault("/scheme", "enum", detail),)
        )
    identifier = parse(scheme, value, year)
    if identifier.canonical is None and not identifier.ambiguous:
        detail = "not of the form this scheme has"
        raise Rejected(Reason.INVALID_BODY, "the identifier cannot be read", (Fault("/value", "identifier", detail),))
    return identifier


def is_person_id(name: str) -> bool:
    """Whether this has the form of a person's id."""
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _cursor(row: RecordRow) -> str:
    return f"{micros(row.changed)}.{row.rid}"


def _place(cursor: str | None) -> Before | None:
    if cursor is None:
        return None
    moment, _, rid = cursor.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 18):
        raise Rejected(Reason.INVALID_ENVELOPE, "`after` is not a cursor this hub gave")
    return Before(int(moment), rid)


def _not_found() -> NoReturn:
    raise Rejected(Reason.NOT_FOUND, "there is nothing here that this agency may see")
