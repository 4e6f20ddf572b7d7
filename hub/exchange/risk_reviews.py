"""Risk reviews: for operators all of them, for an agency those it is asked about, and those on what it says itself."""

from dataclasses import dataclass

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Reason, Rejected
from hub.exchange.alerts import SHORTEST_REASON
from hub.exchange.consulting import consultation
from hub.exchange.people import People
from hub.ports import AuditRow
from hub.store.auditing import AuditStore
from hub.store.risk_reviews import RiskReviewRow, RiskReviewState, RiskReviewStore, SoughtReviews

_UNKNOWN = "there is no risk review of this id"


@dataclass(frozen=True, slots=True)
class RiskReviewPage:
    """Some reviews, the first opened first. last: the id after which there are more, None at the end."""

    reviews: list[RiskReviewRow]
    last: str | None


class RiskReviews:
    """The use case. Every method raises `Unavailable` or `Halt`. operator: who asks, for the audit."""

    def __init__(self, store: RiskReviewStore, people: People, audit: AuditStore, now: Clock) -> None:
        self._store = store
        self._people = people
        self._audit = audit
        self._now = now

    async def listed(
        self,
        operator: str,
        state: RiskReviewState | None,
        agency: str | None,
        person: str | None,
        after: str | None,
        limit: int,
    ) -> RiskReviewPage:
        """Reviews in a state, put to an agency, of a person; None: all. The look is audited.

        Raises:
            Rejected: `not-found`: there is no such person.
        """
        family = None if person is None else await self._people.family(person)
        rows = await self._store.listed(SoughtReviews(state, agency, persons=family), after, limit + 1)
        page = _page(rows, limit)
        await self._look(operator, page.reviews)
        return page

    async def read(self, operator: str, id_: str) -> RiskReviewRow:
        """One review. The look is audited. Raises `Rejected`: `not-found`."""
        found = await self._store.read(id_)
        if found is None:
            raise Rejected(Reason.NOT_FOUND, _UNKNOWN)
        await self._look(operator, [found])
        return found

    async def close(self, operator: str, id_: str, reason: str) -> RiskReviewRow:
        """Close an open review without the level being said anew; why, for the audit. The level stays as it is.

        Raises:
            Rejected: `invalid-body` without a reason; `not-found`; `wrong-state` when it is not open.
        """
        if len(reason.strip()) < SHORTEST_REASON:
            raise Rejected(Reason.INVALID_BODY, "a reason is given in words")
        found = await self._store.read(id_)
        if found is None:
            raise Rejected(Reason.NOT_FOUND, _UNKNOWN)
        named = (found.agency, *found.record)
        entry = AuditRow(self._now(), "risk-review-closed", operator, *named, reference=id_, purpose=reason)
        if not await self._store.close(id_, operator, reason, entry):
            raise Rejected(Reason.WRONG_STATE, "the risk review is not open any more")
        return await self._store.read(id_) or found

    async def _look(self, operator: str, rows: list[RiskReviewRow]) -> None:
        now = self._now()
        await self._audit.note(
            [consultation(now, operator, "risk reviews", each.record.person, each.record[1:]) for each in rows]
        )


async def reviews_of(
    store: RiskReviewStore, contract: Contract, *, own: bool, after: str | None, limit: int
) -> RiskReviewPage:
    """Open reviews that an agency is asked about, or that are on what it says itself (own).

    Of people flagged as limited access it gets none unless its contract has rights for them, nor on an assessment that
    says so of itself, nor of people whom it does not know any more; nor on a property that its contract does not
    release to it, unless it said it itself. So a page may be short, and not the last.

    Raises `Unavailable`, `Halt`.
    """
    mine = {"author" if own else "agency": contract.agency}
    page = _page(await store.listed(SoughtReviews(RiskReviewState.OPEN, **mine), after, limit + 1), limit)
    reviews = {each.id for each in page.reviews}
    known = await store.known(contract.agency, reviews, limited_access=contract.limited_access)
    shown = [each for each in page.reviews if each.id in known and (own or _covers(contract, each))]
    return RiskReviewPage(shown, page.last)


def _covers(contract: Contract, review: RiskReviewRow) -> bool:
    receives = contract.receives.get(review.record.type)
    if receives is None:
        return False
    return receives.fields is None or review.path.split("/")[1:2] == [] or review.path.split("/")[1] in receives.fields


def _page(rows: list[RiskReviewRow], limit: int) -> RiskReviewPage:
    found = rows[:limit]
    return RiskReviewPage(found, found[-1].id if len(rows) > limit else None)
