"""What operators do with dead letters: looked for, mended, replayed, discarded, each step kept with who and when.

A letter's history begins with its first refusal, which is written with whatever is done to it first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.submission import micros
from hub.ports import AuditRow, RecordId, SubmissionId
from hub.store.bulk import execute_many, insert_rows
from hub.store.columns import among
from hub.store.dead_letters import LetterState
from hub.store.engine import writing
from hub.store.jobs import JobRow, advance
from hub.store.letter_rows import ORIGINAL, Handling, Replay, ReplayOutcome, What
from hub.store.rows import audit_values
from hub.store.tables import assertion, audit, dead_letter, handling, local_id, mended
from hub.store.times import from_micros

_BY_HUB = "hub"
_NOBODYS = RecordId("", "", "")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job that replays: its job as it was before, who runs it, and where it has got to."""

    job: JobRow
    runner: str
    cursor: str


class HandlingStore:
    """What is written of dead letters. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def mend(
        self, position: str, headers: bytes, value: bytes | None, entry: AuditRow
    ) -> tuple[LetterState | None, int]:
        """Keep a new version, if the letter waits; the state it was found in (None: no such letter), the version.

        headers, value: sealed. entry: for the audit, with who and when.
        """
        async with writing(self._engine) as connection:
            letters = await _locked(connection, [position])
            if position not in letters or letters[position].state != LetterState.WAITING:
                return _state(letters.get(position)), ORIGINAL
            last = select(func.coalesce(func.max(mended.c.version), ORIGINAL)).where(mended.c.position == position)
            version = int(await connection.scalar(last) or ORIGINAL) + 1
            new = {"position": position, "version": version, "at": micros(entry.at), "by": entry.actor}
            await connection.execute(insert(mended).values({**new, "headers": headers, "value": value}))
            await _add(connection, letters, [Handling(position, 0, entry.at, entry.actor, What.MENDED, version)])
            await connection.execute(insert(audit).values(audit_values(entry)))
            return LetterState.WAITING, version

    async def discard(self, position: str, why: str, entry: AuditRow) -> LetterState | None:
        """Give a letter up, if it waits; the state it was found in, None: no such letter."""
        async with writing(self._engine) as connection:
            letters = await _locked(connection, [position])
            if position not in letters or letters[position].state != LetterState.WAITING:
                return _state(letters.get(position))
            gone = update(dead_letter).where(dead_letter.c.position == position)
            await connection.execute(gone.values(state=LetterState.DISCARDED))
            done = Handling(position, 0, entry.at, entry.actor, What.DISCARDED, ORIGINAL, detail=why)
            await _add(connection, letters, [done])
            await connection.execute(insert(audit).values(audit_values(entry)))
            return LetterState.WAITING

    async def replayed(self, replays: Sequence[Replay], by: str, at: datetime, step: Step | None = None) -> None:
        """Note what came of replays: what was taken is settled, what was refused waits on, with the newer reason.

        step: of the job that replayed them, advanced in the same transaction.

        Raises:
            Moved: another process runs that job; nothing is noted.
        """
        taken = {each.position for each in replays if each.outcome is not ReplayOutcome.REFUSED}
        refused = [each for each in replays if each.outcome is ReplayOutcome.REFUSED]
        job = step.job.id if step else None
        async with writing(self._engine) as connection:
            if step:
                counted = {"done": len(replays) - len(refused), "failed": len(refused)}
                await advance(connection, step.job, step.runner, step.cursor, at, **counted)
            letters = await _locked(connection, [each.position for each in replays])
            await _add(connection, letters, [_handling(each, by, at, job) for each in replays])
            done = update(dead_letter).where(among(dead_letter.c.position, taken)).values(state=LetterState.TAKEN)
            await connection.execute(done)
            await _refuse(connection, letters, refused)
            records = await _records(connection, replays)
            entries = [
                _entry(each, records.get(SubmissionId(each.agency, each.submission)), by, at) for each in replays
            ]
            await connection.execute(insert(audit), [audit_values(entry) for entry in entries])


async def _records(connection: AsyncConnection, replays: Sequence[Replay]) -> Mapping[SubmissionId, RecordId]:
    """The records, and whose they are, that the replays speak of that were taken."""
    taken = {SubmissionId(each.agency, each.submission) for each in replays if each.submission}
    of_ids = (
        among(assertion.c.id, {each.id for each in taken}),
        among(assertion.c.agency, {each.agency for each in taken}),
    )
    named = select(assertion.c.agency, assertion.c.id, local_id.c.person, assertion.c.type, assertion.c.key)
    rows = await connection.execute(named.join(local_id, local_id.c.key == assertion.c.local).where(*of_ids))
    return {SubmissionId(*row[:2]): RecordId(*row[2:]) for row in rows}


def _entry(replay: Replay, record: RecordId | None, by: str, at: datetime) -> AuditRow:
    return AuditRow(at, "dead-letter-replayed", by, replay.agency, *(record or _NOBODYS), replay.position)


async def _locked(connection: AsyncConnection, positions: Sequence[str]) -> Mapping[str, Row[Any]]:
    """The letters, for nobody else until this transaction ends."""
    query = select(dead_letter).where(among(dead_letter.c.position, positions)).order_by(dead_letter.c.position)
    return {row.position: row for row in await connection.execute(query.with_for_update())}


async def _add(connection: AsyncConnection, letters: Mapping[str, Row[Any]], done: Sequence[Handling]) -> None:
    """Add one step to the history of each letter, and the first refusal where the history begins with it."""
    counted = select(handling.c.position, func.max(handling.c.number)).where(among(handling.c.position, letters))
    last = {row[0]: row[1] for row in await connection.execute(counted.group_by(handling.c.position))}
    firsts = [first_refusal(letters[each.position]) for each in done if each.position not in last]
    numbered = [{**_values(each), "number": last.get(each.position, 0) + 1} for each in done]
    await insert_rows(connection, handling, [*(_values(each) for each in firsts), *numbered])


async def _refuse(connection: AsyncConnection, letters: Mapping[str, Row[Any]], refused: Sequence[Replay]) -> None:
    """Letters that wait say why they were refused last; what somebody has settled meanwhile stays settled."""
    waiting = [each for each in refused if letters[each.position].state == LetterState.WAITING]
    change = update(dead_letter).where(dead_letter.c.position == bindparam("at_position"))
    rows = [
        {"at_position": each.position, "reason": each.reason, "detail": each.detail, "faults": each.faults}
        for each in waiting
    ]
    await execute_many(connection, change, rows)


def first_refusal(letter: Row[Any]) -> Handling:
    """The beginning of a letter's history, from a row of the letter to which nothing has been done yet."""
    return Handling(
        letter.position,
        0,
        from_micros(letter.at),
        _BY_HUB,
        What.REFUSED,
        ORIGINAL,
        ReplayOutcome.REFUSED,
        letter.reason,
        letter.detail,
        letter.faults,
    )


def handling_row(row: Row[Any]) -> Handling:
    """A row of a letter's history."""
    values = {name: getattr(row, name) for name in Handling.__slots__}
    return Handling(**{**values, "at": from_micros(row.at), "what": What(row.what)})


def _handling(replay: Replay, by: str, at: datetime, job: str | None) -> Handling:
    return Handling(
        replay.position,
        0,
        at,
        by,
        What.REPLAYED,
        replay.version,
        replay.outcome,
        replay.reason,
        replay.detail,
        replay.faults,
        job,
    )


def _values(each: Handling) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__} | {"at": micros(each.at)}


def _state(row: Row[Any] | None) -> LetterState | None:
    return None if row is None else LetterState(row.state)
