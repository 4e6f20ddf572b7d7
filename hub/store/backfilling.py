"""Filling an agency from what is there: a job that owes every record, slice by slice, in the order of their keys.

Only what is not changing has to be walked through: whatever changes meanwhile `share` owes by itself. So each slice is
owed, and the cursor moved, in one transaction of the relay, and a crash goes on with the next. Who is on a register is
looked at again, since the contract may say when the agency is to have notice.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping, Select, and_, exists, func, select, tuple_, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.deadlines import MAY_BE_RISK
from hub.domain.ids import uuid7
from hub.domain.submission import micros
from hub.ports import AuditRow, RecordId
from hub.store.bulk import insert_or_ignore, upsert
from hub.store.jobs import UNFINISHED, JobRow, JobState, start
from hub.store.tables import held, job, owed, record, watch

KIND = "backfill"
"""Of the jobs. Their parameter is the agency, their items are records, their cursor is the last one owed."""

_MILLI = 1_000
_FIRST = RecordId("", "", "")


async def begin(connection: AsyncConnection, agency: str, at: datetime) -> None:
    """Begin to fill an agency, from the start if that is under way."""
    parameters = {"agency": agency}
    under_way = and_(
        job.c.kind == KIND, job.c.parameters == orjson.dumps(parameters).decode(), job.c.state.in_(UNFINISHED)
    )
    ended = {"state": JobState.FAILED, "why": "begun again, under another contract", "updated": micros(at)}
    await connection.execute(update(job).where(under_way).values(ended))
    id_ = uuid7(micros(at) // _MILLI)
    row = JobRow(id_, KIND, "hub", at, parameters, await _count(connection, agency), at)
    await start(connection, row, AuditRow(at, KIND, "hub", agency, "-", "-", "-", id_))


async def owe_next(connection: AsyncConnection, limit: int, at: datetime) -> bool:
    """Owe the next slice of the oldest backfill; False when there is none."""
    oldest = select(job).where(job.c.kind == KIND, job.c.state.in_(UNFINISHED)).order_by(job.c.id).limit(1)
    row = (await connection.execute(oldest)).mappings().first()
    if row is None:
        return False
    agency = orjson.loads(row["parameters"])["agency"]
    after = RecordId(*orjson.loads(row["cursor"])) if row["cursor"] else _FIRST
    slice_ = (await connection.execute(_slice(agency, after, limit))).mappings().all()
    debt = {"agency": agency, "stamp": secrets.token_hex(8), "since": micros(at), "later": True}
    await insert_or_ignore(connection, owed, [{**each, **debt} for each in slice_])
    at_risk = {each["person"] for each in slice_ if each["type"] in MAY_BE_RISK}
    await upsert(connection, watch, [{"person": each, "due": micros(at)} for each in at_risk])
    await connection.execute(update(job).where(job.c.id == row["id"]).values(_progress(row, slice_, limit, at)))
    return True


def _slice(agency: str, after: RecordId, limit: int) -> Select[str, str, str]:
    """The next records there are, and the next the agency holds, by key: no more than `limit` of both together."""
    halves = []
    for table in (record, held):
        names = (table.c.person, table.c.type, table.c.key)
        half = select(*names).where(tuple_(*names) > tuple_(*after)).order_by(*names).limit(limit)
        halves.append((half.where(held.c.agency == agency) if table is held else half).subquery())
    there, holds = halves
    both = union(select(there), select(holds)).subquery()
    return select(both.c.person, both.c.type, both.c.key).order_by(both.c.person, both.c.type, both.c.key).limit(limit)


def _progress(row: RowMapping, slice_: Sequence[RowMapping], limit: int, at: datetime) -> dict[str, Any]:
    progress = {"state": JobState.RUNNING, "done": row["done"] + len(slice_), "updated": micros(at)}
    if slice_:
        progress["cursor"] = orjson.dumps(list(slice_[-1].values())).decode()
    return progress if len(slice_) == limit else progress | {"state": JobState.FINISHED}


async def _count(connection: AsyncConnection, agency: str) -> int:
    """How many records there are to be owed."""
    same = [held.c[name] == record.c[name] for name in ("person", "type", "key")]
    gone = select(func.count()).select_from(held).where(held.c.agency == agency, ~exists().where(*same))
    there = select(func.count()).select_from(record)
    return int(await connection.scalar(there) or 0) + int(await connection.scalar(gone) or 0)
