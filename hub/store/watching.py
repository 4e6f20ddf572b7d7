"""Persons whose risk is to be looked at: what there is of them, and what comes of the look, in one transaction."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, null, or_, select, update
from sqlalchemy import bindparam as bound
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.moves import RELEASE
from hub.domain.notices import NOTICE
from hub.domain.submission import Order, micros
from hub.ports import AuditRow, HeldId, RecordId, RecordRow, StandingLevel
from hub.store.bulk import delete_rows, execute_many, insert_or_ignore, insert_rows, upsert
from hub.store.columns import any_of, as_set
from hub.store.engine import writing
from hub.store.risk_reviews import RiskReviewRow, keep_reviews, review_row
from hub.store.rows import audit_values, record_values
from hub.store.tables import announced, audit, local_id, owed, person, record, risk_review, standing, watch

_OFFENDER, _MOVEMENT = "offender", "movement"


class LevelRow(NamedTuple):
    """A standing assertion that says a level of risk."""

    slot: str
    local: str
    agency: str
    type: str
    key: str
    order: Order
    level: StandingLevel


class Announced(NamedTuple):
    """What an agency is told is to happen to one of its people. local: key of its local id.

    late: it is not told in time. missed: it has happened, and the agency was told nothing.
    """

    agency: str
    local: str
    event: str
    day: str
    late: bool
    missed: bool = False


@dataclass(slots=True)
class Watched:
    """A person as the store has them. agencies: who know the person -> by which local keys.

    offender, movements: the sealed shared records, if there are any; ruled: those of others on which a ruling holds.
    marks: every shared record -> the places in it that are under review. reviews: all there are on what is said.
    """

    person: str
    agencies: dict[str, list[str]] = field(default_factory=dict)
    levels: list[LevelRow] = field(default_factory=list)
    offender: bytes | None = None
    movements: list[bytes] = field(default_factory=list)
    ruled: dict[RecordId, bytes] = field(default_factory=dict)
    marks: dict[RecordId, tuple[str, ...]] = field(default_factory=dict)
    reviews: list[RiskReviewRow] = field(default_factory=list)
    notices: dict[RecordId, tuple[str, int]] = field(default_factory=dict)
    """Notices given -> digest and revision."""
    told_of_release: dict[str, list[int]] = field(default_factory=dict)
    """Agency -> when it was told of a release, in microseconds since 1970."""


@dataclass(slots=True)
class Looked:
    """What comes of a look at some persons. next: person -> when to look again, None for never.

    reviews, marks, notices: those that are new, or not as they were. owed: who is to be told.
    announced: what an agency is told by a notice; what it was told before may be among it.
    """

    next: dict[str, int | None] = field(default_factory=dict)
    reviews: list[RiskReviewRow] = field(default_factory=list)
    marks: dict[RecordId, tuple[str, ...]] = field(default_factory=dict)
    notices: list[RecordRow] = field(default_factory=list)
    owed: set[HeldId] = field(default_factory=set)
    announced: list[Announced] = field(default_factory=list)
    audit: list[AuditRow] = field(default_factory=list)


class WatchStore:
    """The watch in the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def look(self, now: datetime, limit: int, decide: Callable[[Sequence[Watched]], Looked]) -> int:
        """Look at those who are due, the longest due first; how many were due.

        Whoever another transaction is just changing is left to the next look. Raises `Unavailable`, `Halt`.
        """
        at = micros(now)
        async with writing(self._engine) as connection:
            due = list((await connection.execute(_DUE, {"now": at, "limit": limit})).scalars())
            if not due:
                return 0
            free = list((await connection.execute(_LOCK, {"persons": as_set(due)})).scalars())
            looked = decide(await _watched(connection, free))
            await _keep(connection, looked, at)
        return len(due)


async def _watched(connection: AsyncConnection, persons: Sequence[str]) -> list[Watched]:
    """These persons, in a bounded number of statements."""
    found = {each: Watched(each) for each in persons}
    sought = {"persons": as_set(persons)}
    for known in await connection.execute(_AGENCIES, sought):
        found[known.person].agencies.setdefault(known.agency, []).append(known.key)
    for told in await connection.execute(_TOLD_OF_RELEASE, sought):
        found[told.person].told_of_release.setdefault(told.agency, []).append(told.at)
    for of, *said in await connection.execute(_LEVELS, sought):
        found[of].levels.append(_level_row(said))
    for of, *shared in await connection.execute(_RECORDS, sought):
        _note_record(found[of], shared)
    for review in await connection.execute(_REVIEWS, sought):
        found[review.now_of].reviews.append(review_row(review))
    return list(found.values())


def _note_record(watched: Watched, columns: Sequence[Any]) -> None:
    record_type, key, marks, digest, revision, content = columns
    record_id = RecordId(watched.person, record_type, key)
    watched.marks[record_id] = () if marks is None else tuple(marks.split("\n"))
    if record_id.type == NOTICE:
        watched.notices[record_id] = digest, revision
    elif content is not None and record_id.type == _OFFENDER:
        watched.offender = content
    elif content is not None and record_id.type == _MOVEMENT:
        watched.movements.append(content)
    elif content is not None:
        watched.ruled[record_id] = content


async def _keep(connection: AsyncConnection, looked: Looked, at: int) -> None:
    await keep_reviews(connection, looked.reviews)
    marked = [
        {**_named(record_id), "marks": "\n".join(paths) if paths else None, "at": at}
        for record_id, paths in sorted(looked.marks.items())
    ]
    await execute_many(connection, _MARK, marked)
    await upsert(connection, record, [record_values(row) for row in looked.notices])
    await insert_or_ignore(connection, announced, [{**each._asdict(), "at": at} for each in sorted(looked.announced)])
    stamp = secrets.token_hex(8)
    debts = [
        {"agency": each.agency, **each.record._asdict(), "stamp": stamp, "since": at, "later": False}
        for each in looked.owed
    ]
    await upsert(connection, owed, debts, keep=("since",))
    await insert_rows(connection, audit, [audit_values(entry) for entry in looked.audit])
    await upsert(connection, watch, [{"person": each, "due": due} for each, due in looked.next.items() if due])
    await delete_rows(connection, watch, [{"person": each} for each, due in looked.next.items() if due is None])


def _named(record_id: RecordId) -> dict[str, str]:
    return {f"of_{name}": value for name, value in record_id._asdict().items()}


_DUE = select(watch.c.person).where(watch.c.due <= bound("now")).order_by(watch.c.due).limit(bound("limit"))
_LOCK = (
    select(person.c.id).where(any_of(person.c.id, "persons")).order_by(person.c.id).with_for_update(skip_locked=True)
)
_AGENCIES: Select[Any] = select(local_id.c.person, local_id.c.agency, local_id.c.key).where(
    any_of(local_id.c.person, "persons")
)
_TOLD_OF_RELEASE: Select[Any] = (
    select(local_id.c.person, announced.c.agency, announced.c.at)
    .join(announced, and_(announced.c.agency == local_id.c.agency, announced.c.local == local_id.c.key))
    .where(any_of(local_id.c.person, "persons"), announced.c.event == RELEASE, announced.c.missed.is_(False))
)
_LEVELS: Select[Any] = (
    select(
        local_id.c.person,
        *(standing.c[name] for name in ("slot", "local", "agency", "type", "key", "micros", "sequence", "id")),
        *(standing.c[f"level_{name}"] for name in ("subject", "path", "since", "review", "ends", "said")),
    )
    .join(local_id, local_id.c.key == standing.c.local)
    .where(any_of(local_id.c.person, "persons"), standing.c.level_subject.is_not(None))
)
_RECORDS: Select[Any] = select(
    record.c.person,
    record.c.type,
    record.c.key,
    record.c.under_review,
    record.c.digest,
    record.c.revision,
    case((or_(record.c.type.in_((_OFFENDER, _MOVEMENT)), record.c.ruled != ""), record.c.content), else_=null()).label(
        "content"
    ),
).where(any_of(record.c.person, "persons"))
_REVIEWS: Select[Any] = (
    select(risk_review, local_id.c.person.label("now_of"))
    .join(local_id, local_id.c.key == risk_review.c.local)
    .where(any_of(local_id.c.person, "persons"))
    .order_by(risk_review.c.id)
    .with_for_update(of=risk_review)
)
_MARK = (
    update(record)
    .where(*(record.c[name] == bound(f"of_{name}") for name in ("person", "type", "key")))
    .values(under_review=bound("marks"), revision=record.c.revision + 1, changed=bound("at"))
)


def _level_row(columns: Sequence[Any]) -> LevelRow:
    slot, local, agency, record_type, key, at, sequence, id_, subject, path, since, review, ends, said = columns
    level = StandingLevel(subject, path, since, _day(review), _day(ends), said)
    return LevelRow(slot, local, agency, record_type, key, Order(at, sequence, id_), level)


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
