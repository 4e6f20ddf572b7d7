"""A level of risk is looked at again when its author's day has passed, or its author no longer holds the person.

Until somebody has, it stands as it is and is marked; what is late is an alert; nothing is known but in the store.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.metrics import Metrics
from hub.store.queues import look_at_queues
from hub.store.tables import watch
from tests.builders.at_risk import OFFENDER, ON_BOTH, PNC, AtRisk
from tests.rest import RestHub

LOCKED = {"status": "LOCKED_INCOMPLETE"}
REASON = {"reason": "both services looked at it together"}


class Killed(BaseException):
    """The process ends here."""


class Reviewed(AtRisk):
    """Quill, whose level of risk is reviewed."""

    async def reviews(self, **query: str) -> list[Any]:
        answer = await self.hub.operator.get("/v1/admin/risk-reviews", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["reviews"])

    async def asked(self, agency: str, **query: str) -> list[Any]:
        client = self.hub.prison if agency == "prison" else self.hub.probation
        answer = await client.get("/v1/risk-reviews", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["reviews"])

    async def marks(self, agency: str) -> list[Any]:
        """The level and the marks of the last release of each registration."""
        client = self.hub.prison if agency == "prison" else self.hub.probation
        deliveries = (await client.get("/v1/feed")).json()["deliveries"]
        released = [each["release"] for each in deliveries if each["release"]["type"] == "registration"]
        return [
            (each["body"]["riskLevel"], each["marks"]["underReview"]) if "body" in each else None for each in released
        ]

    async def ruled(self, person: str, stands: str) -> None:
        """An operator rules on the one level on which agencies differ."""
        query = {"person": person, "state": "levels"}
        listed = (await self.hub.operator.get("/v1/admin/conflicts", params=query)).json()["conflicts"]
        (path,) = (f"/v1/admin/conflicts/{each['id']}" for record in listed for each in record["differences"])
        opinions = (await self.hub.operator.get(path)).json()["opinions"]
        (name,) = (each["name"] for each in opinions if each["value"] == stands)
        ruling = {"settles": [each["name"] for each in opinions], "stands": name, "why": REASON["reason"]}
        answer = await self.hub.operator.post(f"{path}/ruling", json=ruling)
        assert answer.status_code == 200, answer.text

    async def alerts(self) -> list[Any]:
        answer = await self.hub.operator.get("/v1/admin/alerts")
        return [each for each in answer.json()["alerts"] if each["why"] == "not-reviewed"]


@pytest.fixture
def case(behind_rest: RestHub) -> Reviewed:
    return Reviewed(behind_rest)


async def test_a_level_past_its_review_day_is_put_to_its_author_and_marked_but_not_lowered(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-03")
    on_the_day = await case.reviews(), await case.marks("probation")

    await case.at("2026-03-04")
    (review,) = await case.reviews()

    assert on_the_day == ([], [("high", [])])
    assert (review["cause"], review["author"], review["agency"], review["path"]) == (
        "past-review-date",
        "probation",
        "probation",
        "/riskLevel",
    )
    assert review["deadline"].startswith("2026-03-11T12:00")
    assert await case.marks("probation") == [("high", ["/riskLevel"])]
    assert [each["id"] for each in await case.asked("probation")] == [review["id"]]
    assert [each.purpose for each in await case.hub.audited("risk-review-opened")] == ["past-review-date"]


async def test_a_later_review_day_closes_it_and_takes_the_mark_away(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")

    await case.registered("2026-09-03")
    await case.passes()

    (review,) = await case.reviews()
    assert (review["state"], review["closed"]["as"]) == ("closed", "said-anew")
    assert await case.marks("probation") == [("high", [])]
    assert await case.asked("probation") == []


async def test_an_entry_that_was_ended_and_is_mended_later_does_not_hide_the_one_that_stands(case: Reviewed) -> None:
    mappa = {"scheme": "mappa", "code": "MAPP", "concern": None, "riskLevel": None, "mappa": {"level": "2"}}
    await case.supervised()
    await case.registered("2026-03-20", reference="R2", **mappa)
    ended = {"start": "2024-01-01", "review": "2025-01-01", "end": "2026-01-01"}
    await case.registered(None, reference="R1", **mappa, period=ended)
    await case.at("2026-03-21")

    (review,) = await case.reviews(state="open")
    assert (review["cause"], review["record"]["key"]) == ("past-review-date", "mappa")


async def test_the_same_said_once_more_answers_nothing(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")

    await case.registered("2026-03-03", notes="sent again with the night's extract")
    await case.passes()

    assert [each["state"] for each in await case.reviews()] == ["open"]


async def test_the_mark_goes_with_a_level_that_comes_to_stand_in_another_record(case: Reviewed) -> None:
    rosh = {"cells": {"publicCommunity": "high"}, "overall": "high", "reviewDate": "2026-03-03"}
    assessed = {"reference": "A1", "layer": 3, "lifecycle": {"status": "LOCKED_INCOMPLETE"}, "roshSummary": rosh}
    await case.supervised()
    await case.probation("/assessments/A1", {**assessed, "oasysNumber": "70"})
    await case.at("2026-03-04")

    await case.probation("/assessments/A1", {**assessed, "oasysNumber": "71"})
    await case.passes()

    deliveries = (await case.hub.probation.get("/v1/feed")).json()["deliveries"]
    releases = [each["release"] for each in deliveries if each["release"]["type"] == "assessment"]
    marked = [(each["key"], each["marks"]["underReview"]) for each in releases if "body" in each]
    assert marked == [("71", ["/roshSummary"])]


async def test_a_withdrawal_closes_it(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")

    await case.probation("/registrations/R1", None)
    await case.passes()

    assert [each["closed"]["as"] for each in await case.reviews()] == ["withdrawn"]


@ON_BOTH
async def test_a_change_of_hands_puts_the_level_to_whoever_holds_the_person_now(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2027-01-01")
    await case.passes(hours=1)
    before = await case.reviews()

    await case.held()
    await case.passes(hours=1)
    (review,) = await case.reviews()
    asked, own = await case.asked("prison"), await case.asked("probation", own="true")

    assert before == []
    assert (review["cause"], review["author"], review["agency"]) == ("author-no-longer-holds", "probation", "prison")
    assert [each["id"] for each in asked] == [each["id"] for each in own] == [review["id"]]
    assert await case.marks("probation") == [("high", ["/riskLevel"])]


async def test_the_only_prison_that_knows_somebody_in_custody_is_asked_once_its_record_has_come(case: Reviewed) -> None:
    known = {**OFFENDER, "identifiers": [{"scheme": "prison-number", "value": "A1234BC"}]}
    await case.probation("", {**known, "location": {"place": "community"}})
    await case.registered("2027-01-01")
    entry = {"scheme": "prison-alert", "type": "O", "code": "OTHER", "reference": "7", "concern": "other", "period": {}}
    await case.prison("/registrations/7", entry)
    await case.passes(hours=1)
    await case.probation("", {**known, "location": {"place": "custody"}})
    await case.passes(hours=1)
    before = await case.reviews()

    await case.prison("", OFFENDER)
    await case.passes()

    assert before == []
    assert [(each["cause"], each["agency"]) for each in await case.reviews()] == [("author-no-longer-holds", "prison")]


async def test_what_the_holder_says_of_the_same_risk_answers_it(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2027-01-01")
    await case.held()
    await case.passes(hours=1)

    alert = {"scheme": "prison-alert", "type": "X", "code": "XR", "reference": "7", "concern": "serious-harm"}
    await case.prison("/registrations/7", {**alert, "riskLevel": "medium", "period": {"start": "2026-03-01"}})
    await case.passes()

    (review,) = await case.reviews()
    assert (review["state"], review["closed"]["as"]) == ("closed", "said-anew")
    assert ("high", []) in await case.marks("probation"), "what probation says stands beside it as high as ever"


async def test_who_holds_the_person_again_is_asked_no_more(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2027-01-01")
    await case.held()
    await case.passes(hours=1)

    await case.held("community")
    await case.passes(hours=1)

    assert [each["closed"]["as"] for each in await case.reviews()] == ["held-again"]


@ON_BOTH
async def test_what_is_not_looked_at_in_time_is_an_alert_until_it_is(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")
    await case.passes(days=6)
    early = await case.alerts()
    await case.passes(days=1, minutes=1)
    await case.passes(days=1)
    (raised,) = await case.alerts()
    (review,) = await case.reviews()

    await case.registered("2026-09-03")
    await case.passes()
    (closed,) = await case.alerts()

    assert early == []
    assert (raised["agency"], raised["state"], raised["number"], raised["review"]) == (
        "probation",
        "open",
        None,
        review["id"],
    )
    assert closed["closed"]["by"] == "review"


@ON_BOTH
async def test_an_operator_closes_it_with_a_reason_and_only_for_this_time(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")
    (review,) = await case.reviews()
    path = f"/v1/admin/risk-reviews/{review['id']}"

    closed = await case.hub.operator.post(f"{path}/close", json=REASON)
    again = await case.hub.operator.post(f"{path}/close", json=REASON)
    await case.passes(days=30)
    marks = await case.marks("probation")
    await case.registered("2026-05-01")
    await case.at("2026-05-02")

    assert closed.json()["closed"]["as"] == "operator"
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "wrong-state")
    assert marks == [("high", [])]
    assert [each["state"] for each in await case.reviews()] == ["closed", "open"]
    assert await case.alerts() == []
    assert (await case.hub.operator.get(path)).json()["closed"]["reason"] == REASON["reason"]


async def test_an_operator_s_closing_holds_while_the_same_is_said_whenever_it_is_said_to_have_begun(
    case: Reviewed,
) -> None:
    await case.supervised()
    await case.registered("2027-01-01")
    await case.at("2026-03-05")
    await case.held()
    await case.passes(hours=1)
    (review,) = await case.reviews()
    await case.hub.operator.post(f"/v1/admin/risk-reviews/{review['id']}/close", json=REASON)

    await case.held("custody", since="2026-03-04")
    await case.passes(hours=1)
    told_later = [each["state"] for each in await case.reviews()]
    await case.held("community")
    await case.at("2026-03-12")
    await case.held("custody")
    await case.passes(hours=1)

    assert told_later == ["closed"], "the same change of hands, known to have been earlier"
    assert [each["state"] for each in await case.reviews()] == ["closed", "open"], "another change of hands"


async def test_who_takes_a_level_back_and_says_it_again_has_said_it_anew(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")
    (review,) = await case.reviews()
    await case.hub.operator.post(f"/v1/admin/risk-reviews/{review['id']}/close", json=REASON)

    await case.probation("/registrations/R1", None)
    await case.registered("2026-03-03")
    await case.passes()

    assert [each["state"] for each in await case.reviews()] == ["closed", "open"]


@ON_BOTH
async def test_a_ruling_for_another_s_level_closes_it_until_the_ruling_is_over(case: Reviewed) -> None:
    mappa = {"scheme": "mappa", "code": "M1", "reference": "7"}
    await case.supervised()
    await case.held("community")
    await case.probation(
        "/registrations/7",
        {**mappa, "mappa": {"level": "3"}, "period": {"start": "2026-01-01", "review": "2026-03-03"}},
    )
    await case.prison("/registrations/7", {**mappa, "mappa": {"level": "2"}, "period": {"start": "2026-01-01"}})
    await case.at("2026-03-04")
    (review,) = await case.reviews()

    await case.ruled(review["record"]["person"], "2")
    await case.passes()
    (closed,) = await case.reviews()
    await case.prison("/registrations/7", {**mappa, "mappa": {"level": "1"}, "period": {"start": "2026-01-01"}})
    await case.passes()

    assert (review["path"], review["author"]) == ("/mappa", "probation")
    assert (closed["id"], closed["closed"]["as"]) == (review["id"], "ruled")
    assert [each["state"] for each in await case.reviews()] == ["closed", "open"]


async def test_whoever_is_nobody_s_contract_to_see_is_asked_without_being_shown(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    restricted = {"limitedAccess": {"exclusion": True, "restriction": False}}
    await case.probation("", {**OFFENDER, "identifiers": PNC, **restricted})
    await case.at("2026-03-04")

    assert len(await case.reviews(state="open")) == 1
    assert await case.asked("probation") == []


@ON_BOTH
async def test_a_review_of_an_assessment_that_is_withheld_by_itself_is_withheld_too(case: Reviewed) -> None:
    await case.supervised()
    said = {"reference": "7", "layer": 3, "lifecycle": LOCKED, "riskToOthers": "high"}
    await case.probation("/assessments/7", {**said, "reviewDate": "2026-03-03"})
    await case.at("2026-03-04")
    shown = [len(await case.asked("probation", **own)) for own in ({}, {"own": "true"})]

    await case.probation("/assessments/7", {**said, "reviewDate": "2026-03-03", "limitedAccess": True})
    await case.passes()

    assert shown == [1, 1]
    assert len(await case.reviews(state="open")) == 1
    assert [await case.asked("probation", **own) for own in ({}, {"own": "true"})] == [[], []]


@ON_BOTH
async def test_a_crash_in_the_middle_of_a_look_forgets_nothing(case: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    case.hub.now += timedelta(days=3)

    async def killed(*_rows: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("hub.store.watching.delete_rows", killed)
        with pytest.raises(Killed):
            await case.timekeeper().step()
    nothing_done = await case.reviews()
    await case.passes()

    assert nothing_done == []
    assert [each["state"] for each in await case.reviews()] == ["open"]
    assert await case.marks("probation") == [("high", ["/riskLevel"])]


async def test_nobody_is_looked_at_without_a_reason(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-20")
    await case.passes()
    waiting = await case.hub.rows(select(watch.c.due))

    await case.probation("", {**OFFENDER, "identifiers": PNC, "location": {"place": "community"}, "sex": "female"})
    unchanged = await case.hub.rows(select(watch.c.due))
    await case.at("2026-03-21")

    assert waiting == unchanged
    assert len(waiting) == 1
    assert await case.hub.rows(select(watch.c.due)) == []


async def test_open_reviews_are_counted_in_the_metrics(case: Reviewed) -> None:
    await case.supervised()
    await case.registered("2026-03-03")
    await case.at("2026-03-04")

    exposed = Metrics(()).exposition(await look_at_queues(case.hub.engine, frozenset(), case.hub.clock())).decode()

    assert 'hub_risk_reviews_open{agency="probation",cause="past-review-date"} 1.0' in exposed
