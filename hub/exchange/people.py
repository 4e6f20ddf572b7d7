"""Finding people for operators, by an agency's local id or an identifier: looked up by keyed digest, never logged."""

from collections.abc import Collection
from dataclasses import dataclass

from hub.clock import Clock
from hub.domain.errors import Reason, Rejected
from hub.exchange.consulting import consultation
from hub.exchange.read import identifier_of, is_person_id
from hub.ports import Keys
from hub.store.reading import SqlReading, View
from hub.trust.naming import claim_digest, local_key


@dataclass(frozen=True, slots=True)
class Known:
    """A person. merged: who was merged into them. agencies: those that know them."""

    person: str
    merged: tuple[str, ...]
    agencies: tuple[str, ...]


class People:
    """The use case. Every method raises `Unavailable` or `Halt`. operator: who asks, for the audit."""

    def __init__(self, store: SqlReading, keys: Keys, now: Clock) -> None:
        self._store = store
        self._keys = keys
        self._now = now

    async def by_local_id(self, agency: str, local_id: str, operator: str) -> list[Known]:
        """Whose this local id of the agency is; nobody's where the agency never said anything of it."""
        async with self._store.viewing() as view:
            person = await view.person_of(local_key(self._keys, agency, local_id))
            known = await _known(view, [person] if person else [])
        return await self._told(known, operator)

    async def by_identifier(self, scheme: str, value: str, operator: str) -> list[Known]:
        """Of whom some agency states this strong identifier; several where that is contested.

        Raises:
            Rejected: `unknown-code`, `invalid-body` for a scheme or a value that is none.
        """
        identifier = identifier_of(scheme, value, self._now().year)
        forms = identifier.candidates or (identifier.canonical or "",)
        async with self._store.viewing() as view:
            holders = await view.holders({claim_digest(self._keys, scheme, form) for form in forms})
            known = await _known(view, holders)
        return await self._told(known, operator)

    async def family(self, person: str) -> list[str]:
        """Everybody who is one with this person: whoever is alive of them, and all who were merged into that one.

        Raises:
            Rejected: `not-found`.
        """
        async with self._store.viewing() as view:
            survivor = await view.survivor(person) if is_person_id(person) else None
            if survivor is None:
                raise Rejected(Reason.NOT_FOUND, "there is no person of this id")
            return await view.family(survivor)

    async def _told(self, known: list[Known], operator: str) -> list[Known]:
        now = self._now()
        await self._store.consulted([consultation(now, operator, "people", each.person) for each in known])
        return known


async def _known(view: View, persons: Collection[str]) -> list[Known]:
    rows = await view.persons(persons)
    families = {person: await view.family(person) for person in rows}
    return [
        Known(
            person,
            tuple(each for each in families[person] if each != person),
            tuple(sorted({agency for agency, _, _ in rows[person].locals})),
        )
        for person in sorted(rows)
    ]
