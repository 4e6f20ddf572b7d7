"""Risk reviews: levels of risk that an agency was asked to look at, open and closed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Exists, Row, Select, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.risk import Cause, Question
from hub.domain.submission import micros
from hub.ports import AuditRow, RecordId
from hub.store.bulk import execute_many, insert_rows, upsert
from hub.store.columns import among
from hub.store.engine import reading, writing
from hub.store.rows import audit_values
from hub.store.tables import alert, audit, local_id, person, risk_review, watch, withheld
from hub.store.times import from_micros

_SAID, _ANY = local_id.alias("said"), local_id.alias("known")


class RiskReviewState(StrEnum):
    """OPEN: nobody has said anew how high the risk is. CLOSED: somebody has, or nothing is to be said any more."""

    OPEN = "open"
    CLOSED = "closed"


class Ending(StrEnum):
    """How a review was closed."""

    SAID_ANEW = "said-anew"
    """Its author or the holder has said the level anew."""
    WITHDRAWN = "withdrawn"
    """The level does not stand any more."""
    RULED = "ruled"
    """By a ruling, another agency's level stands in its place."""
    HELD_AGAIN = "held-again"
    """Its author has come to hold the person again."""
    OPERATOR = "operator"
    """An operator has closed it, with a reason."""


@dataclass(frozen=True, slots=True)
class RiskReviewRow:
    """One review, named by its id. since: the moment that made it one, in microseconds since 1970.

    level: digest of what is said, said_since: since when, both as last seen while the review was open.
    local: local key of the author's assertion. record: where the level stands; its person as
    last seen. path: JSON Pointer to the level. author: who says it. agency: who is asked. opened, deadline: UTC.
    due: the deadline, None once it has been raised or is of no consequence.
    closed_by, reason: of the operator, where one closed it.
    """

    slot: str
    cause: Cause
    since: int
    level: str
    said_since: int
    id: str
    local: str
    record: RecordId
    path: str
    author: str
    agency: str
    opened: datetime
    deadline: datetime
    due: datetime | None
    closed: datetime | None = None
    closed_as: Ending | None = None
    closed_by: str | None = None
    reason: str | None = None

    @property
    def state(self) -> RiskReviewState:
        """Whether it is open."""
        return RiskReviewState.OPEN if self.closed is None else RiskReviewState.CLOSED

    def settles(self, question: Question) -> bool:
        """Whether an operator has closed it for this very question.

        The same level is said without a break, and where the author no longer holds the person, the same agency does.
        Of when they came to say so, or to hold the person, something earlier may have become known since.
        """
        said = question.said
        is_same = (said.slot, question.cause, said.level) == (self.slot, self.cause, self.level)
        has_moved = question.cause is Cause.AUTHOR_NO_LONGER_HOLDS and question.to != self.agency
        is_unbroken = said.since <= self.said_since and question.since <= self.since
        return self.closed_as is Ending.OPERATOR and is_same and is_unbroken and not has_moved


@dataclass(frozen=True, slots=True)
class SoughtReviews:
    """Which reviews: in a state, put to an agency, on what an author says, of these persons; None: all."""

    state: RiskReviewState | None = None
    agency: str | None = None
    author: str | None = None
    persons: Collection[str] | None = None


def _of_person(which: ColumnElement[bool]) -> Exists:
    """Whether there is such a local id of the person under whose local id the level is said, whoever that is now."""
    return exists().where(_ANY.c.person == _SAID.c.person, which)


class RiskReviewStore:
    """Risk reviews in the database. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(self, sought: SoughtReviews, after: str | None, limit: int) -> list[RiskReviewRow]:
        """Reviews, the first opened first, beyond one."""
        query = _sought(sought).order_by(risk_review.c.id).limit(limit)
        if after is not None:
            query = query.where(risk_review.c.id > after)
        async with reading(self._engine) as connection:
            return [review_row(row) for row in await connection.execute(query)]

    async def known(self, agency: str, reviews: Collection[str], *, limited_access: bool) -> set[str]:
        """Those of these reviews, by id, that are on people whom the agency knows now.

        limited_access: whether it has rights for people flagged as such; else those on them are left out, and those on
        a record that is withheld from it by itself.
        """
        query = select(risk_review.c.id).join(_SAID, _SAID.c.key == risk_review.c.local)
        query = query.where(among(risk_review.c.id, reviews), _of_person(_ANY.c.agency == agency))
        if not limited_access:
            record = [withheld.c[name] == risk_review.c[name] for name in ("type", "key")]
            kept_back = exists().where(withheld.c.agency == agency, withheld.c.person == _SAID.c.person, *record)
            query = query.where(~_of_person(_ANY.c.restricted), ~kept_back)
        async with reading(self._engine) as connection:
            return set((await connection.execute(query)).scalars())

    async def read(self, id_: str) -> RiskReviewRow | None:
        """One review."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(risk_review).where(risk_review.c.id == id_))).first()
            return review_row(row) if row else None

    async def close(self, id_: str, by: str, reason: str, entry: AuditRow) -> bool:
        """Close an open review, with the audit entry, and have the person looked at; False when it is not open."""
        async with writing(self._engine) as connection:
            whose = await connection.scalar(_WHOSE.where(risk_review.c.id == id_))
            row = (await connection.execute(_LOCKED.where(risk_review.c.id == id_))).first()
            if row is None or row.closed is not None:
                return False
            review = replace(review_row(row), due=None, closed=entry.at, closed_as=Ending.OPERATOR)
            await keep_reviews(connection, [replace(review, closed_by=by, reason=reason)])
            await upsert(connection, watch, [{"person": whose, "due": micros(entry.at)}])
            await insert_rows(connection, audit, [audit_values(entry)])
            return True


def _sought(sought: SoughtReviews) -> Select[Any]:
    query = select(risk_review)
    if sought.state is not None:
        is_open = risk_review.c.closed.is_(None)
        query = query.where(is_open if sought.state is RiskReviewState.OPEN else ~is_open)
    if sought.agency is not None:
        query = query.where(risk_review.c.agency == sought.agency)
    if sought.author is not None:
        query = query.where(risk_review.c.author == sought.author)
    if sought.persons is not None:
        query = query.where(among(risk_review.c.person, sought.persons))
    return query


async def keep_reviews(connection: AsyncConnection, rows: Collection[RiskReviewRow]) -> None:
    """Keep reviews as they now are; the alerts on those that are closed, or put to somebody else, are closed, too."""
    await upsert(connection, risk_review, [review_values(row) for row in rows])
    over = [
        {"of": row.id, "asked": row.agency if row.closed is None else "", "at": micros(row.closed or row.opened)}
        for row in sorted(rows, key=lambda each: each.id)
    ]
    await execute_many(connection, _NO_LONGER_ASKED, over)


_WHOSE = (
    select(person.c.id)
    .join(local_id, local_id.c.person == person.c.id)
    .join(risk_review, risk_review.c.local == local_id.c.key)
    .with_for_update(of=person)
)
"""The person is locked before the review, as everywhere."""
_LOCKED = select(risk_review).with_for_update()
_NO_LONGER_ASKED = (
    update(alert)
    .where(alert.c.review == bindparam("of"), alert.c.agency != bindparam("asked"), alert.c.closed.is_(None))
    .values(closed=bindparam("at"), closed_by="review")
)

OPEN_BY_AGENCY = (
    select(
        risk_review.c.agency,
        risk_review.c.cause,
        func.count().label("many"),
        func.min(risk_review.c.opened).label("oldest"),
    )
    .where(risk_review.c.closed.is_(None))
    .group_by(risk_review.c.agency, risk_review.c.cause)
    .order_by(risk_review.c.agency, risk_review.c.cause)
)
"""Open reviews counted by who is asked and why, with when the oldest was opened."""


def review_row(row: Row[Any]) -> RiskReviewRow:
    """A review as its table keeps it."""
    return RiskReviewRow(
        row.slot,
        Cause(row.cause),
        row.since,
        row.level,
        row.said_since,
        row.id,
        row.local,
        RecordId(row.person, row.type, row.key),
        row.path,
        row.author,
        row.agency,
        from_micros(row.opened),
        from_micros(row.deadline),
        None if row.due is None else from_micros(row.due),
        None if row.closed is None else from_micros(row.closed),
        None if row.closed_as is None else Ending(row.closed_as),
        row.closed_by,
        row.reason,
    )


def review_values(row: RiskReviewRow) -> dict[str, Any]:
    """The way back."""
    return {
        "slot": row.slot,
        "cause": row.cause,
        "since": row.since,
        "level": row.level,
        "said_since": row.said_since,
        "id": row.id,
        "local": row.local,
        **row.record._asdict(),
        "path": row.path,
        "author": row.author,
        "agency": row.agency,
        "opened": micros(row.opened),
        "deadline": micros(row.deadline),
        "due": None if row.due is None else micros(row.due),
        "closed": None if row.closed is None else micros(row.closed),
        "closed_as": row.closed_as,
        "closed_by": row.closed_by,
        "reason": row.reason,
    }
