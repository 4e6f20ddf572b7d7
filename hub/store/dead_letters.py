"""Submissions that could not be taken, and whose input stands still because it sent nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.store.bulk import insert_or_ignore
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.tables import agency, dead_letter
from hub.store.times import from_micros


class LetterState(StrEnum):
    """WAITING: to be mended and replayed. TAKEN: a replay was taken. DISCARDED: an operator gave it up, and why."""

    WAITING = "waiting"
    TAKEN = "taken"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """One message that was not taken. position: where it stands in its topic, and its identity.

    faults: JSON. headers, value: sealed. at: when it was refused, UTC. reason, detail, faults: why it was refused
    when it was last tried.
    """

    position: str
    agency: str
    at: datetime
    reason: str
    detail: str
    faults: str
    headers: bytes
    value: bytes | None
    state: LetterState = LetterState.WAITING


@dataclass(frozen=True, slots=True)
class Streak:
    """Rejections in a row among an agency's messages of one poll.

    first: before anything was accepted. longest: without interruption. last: after the last acceptance; None when
    nothing was accepted, so that the count goes on.
    """

    first: int
    longest: int
    last: int | None

    def after(self, count: int) -> tuple[int, int]:
        """The count that follows after `count` rejections in a row, and the highest it has been on the way."""
        follows = count + self.first if self.last is None else self.last
        return follows, max(count + self.first, self.longest)


@dataclass(frozen=True, slots=True)
class InputRow:
    """An agency's input. rejections: in a row, up to now. paused: since when, UTC. suspended: the agency is."""

    rejections: int
    paused: datetime | None
    suspended: bool


class DeadLetterStore:
    """Dead letters and inputs. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def known(self, positions: Iterable[str]) -> set[str]:
        """Which of these positions are dead letters already."""
        async with reading(self._engine) as connection:
            query = select(dead_letter.c.position).where(among(dead_letter.c.position, positions))
            return set((await connection.execute(query)).scalars())

    async def keep(
        self, letters: Sequence[DeadLetterRow], streaks: Mapping[str, Streak], limit: int, at: datetime
    ) -> list[str]:
        """Keep new dead letters and count rejections in a row; names the agencies that are paused by this.

        One at a position that is kept already stays as it is; the same content at another is another letter.

        limit: so many in a row pause an agency's input.
        """
        rows = [_values(letter) for letter in letters]
        async with writing(self._engine) as connection:
            await insert_or_ignore(connection, dead_letter, rows)
            return await _count(connection, streaks, limit, at)

    async def unnotified(self, limit: int) -> list[DeadLetterRow]:
        """Dead letters whose senders have not been told yet, the oldest first."""
        query = select(dead_letter).where(dead_letter.c.notified.is_(False)).order_by(dead_letter.c.at).limit(limit)
        async with reading(self._engine) as connection:
            return [_letter(row) for row in await connection.execute(query)]

    async def note_notified(self, positions: Iterable[str]) -> None:
        """Their senders have been told."""
        change = update(dead_letter).where(among(dead_letter.c.position, positions)).values(notified=True)
        async with writing(self._engine) as connection:
            await connection.execute(change)

    async def inputs(self) -> dict[str, InputRow]:
        """Every registered agency's input."""
        async with reading(self._engine) as connection:
            columns = (agency.c.name, agency.c.rejections, agency.c.paused, agency.c.suspended)
            return {row.name: _input(row) for row in await connection.execute(select(*columns))}


async def _count(connection: AsyncConnection, streaks: Mapping[str, Streak], limit: int, at: datetime) -> list[str]:
    if not streaks:
        return []
    query = select(agency.c.name, agency.c.rejections, agency.c.paused).where(among(agency.c.name, streaks))
    paused = []
    for row in (await connection.execute(query.order_by(agency.c.name).with_for_update())).all():
        rejections, highest = streaks[row.name].after(row.rejections)
        since = row.paused
        if since is None and highest >= limit:
            since = micros(at)
            paused.append(row.name)
        change = update(agency).where(agency.c.name == row.name).values(rejections=rejections, paused=since)
        await connection.execute(change)
    return paused


def _input(row: Row[Any, Any, Any, Any]) -> InputRow:
    return InputRow(row.rejections, None if row.paused is None else from_micros(row.paused), row.suspended)


def _values(letter: DeadLetterRow) -> dict[str, object]:
    return {
        "position": letter.position,
        "agency": letter.agency,
        "at": micros(letter.at),
        "reason": letter.reason,
        "detail": letter.detail,
        "faults": letter.faults,
        "headers": letter.headers,
        "value": letter.value,
        "notified": False,
        "state": letter.state,
    }


def _letter(row: Row[tuple[object, ...]]) -> DeadLetterRow:
    return DeadLetterRow(
        row.position,
        row.agency,
        from_micros(row.at),
        row.reason,
        row.detail,
        row.faults,
        row.headers,
        row.value,
        LetterState(row.state),
    )
