"""Crowded identifiers for operators: numbers that so many local ids hold that they identify nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from hub.clock import Clock
from hub.domain.identifiers import STRONG, parse, strong_scheme
from hub.exchange.consulting import consultation
from hub.exchange.cursors import cursor_of, place_of
from hub.ports import Keys, Seal
from hub.store.auditing import AuditStore
from hub.store.crowds import CrowdPlace, CrowdRow, CrowdStore
from hub.trust.naming import claim_digest, local_key


@dataclass(frozen=True, slots=True)
class Crowded:
    """A number and how many local ids hold it, one of which is named.

    scheme, value: in its canonical form; None where the one named says it no more since it was looked up.
    """

    scheme: str | None
    value: str | None
    holders: int
    since: datetime
    agency: str
    local_id: str


@dataclass(frozen=True, slots=True)
class CrowdedPage:
    """Some of them, the oldest first. next: the cursor to read on from, None at the end."""

    identifiers: list[Crowded]
    next: str | None


class CrowdedIdentifiers:
    """The use case."""

    def __init__(self, store: CrowdStore, audit: AuditStore, keys: Keys, seal: Seal, now: Clock) -> None:
        self._store = store
        self._audit = audit
        self._keys = keys
        self._seal = seal
        self._now = now

    async def listed(self, operator: str, after: str | None, limit: int) -> CrowdedPage:
        """Those there are, beyond a cursor. The look is audited.

        Raises:
            Rejected: `after` is no cursor.
            Unavailable, Halt: from the store.
        """
        place = place_of(after, int, str)
        rows = await self._store.listed(CrowdPlace(*place) if place else None, limit + 1)  # type: ignore[arg-type]  # checked by place_of
        found, now = rows[:limit], self._now()
        await self._audit.note(
            [consultation(now, operator, "crowded-identifiers", row.holder.person, ("offender", "-")) for row in found]
        )
        last = found[-1].place if len(rows) > limit else None
        return CrowdedPage([self._opened(row) for row in found], cursor_of(last))

    def _opened(self, row: CrowdRow) -> Crowded:
        local_id = self._seal.open(f"local:{row.holder.key}", row.holder.sealed).decode()
        numbers = self._numbers(row, local_id)
        scheme, value = next((number for digest, *number in numbers if digest == row.place.digest), (None, None))
        return Crowded(scheme, value, row.holders, row.since, row.holder.agency, local_id)

    def _numbers(self, row: CrowdRow, local_id: str) -> Iterator[tuple[str, str, str]]:
        """All that the holder claims: digest, scheme and canonical form."""
        said = {} if row.said is None else orjson.loads(self._seal.open(f"local:{row.holder.key}", row.said))
        for each in said.get("identifiers") or ():
            scheme, value = strong_scheme(each["scheme"]), each.get("canonical")
            if scheme and value:
                yield claim_digest(self._keys, scheme, value), scheme, value
                yield local_key(self._keys, row.holder.agency, value), each["scheme"], value
        for scheme in sorted(STRONG):
            if value := parse(scheme, local_id, self._now().year).canonical:
                yield claim_digest(self._keys, scheme, value), scheme, value
