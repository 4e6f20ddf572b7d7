"""The release of a person on a risk register is announced in time: once, again when it changes, and not in vain."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from hub.metrics import Metrics
from hub.store.alerts import AlertState
from hub.store.queues import look_at_queues
from tests.builders.at_risk import OFFENDER, ON_BOTH, PNC, AtRisk
from tests.rest import RestHub


class Killed(BaseException):
    """The process ends here."""


class Inside(AtRisk):
    """Quill is in custody, on a risk register, and due for release."""

    async def dated(self, day: str | None, **more: Any) -> None:  # noqa: ANN401
        dates = {} if day is None else {"keyDates": [{"type": "CRD", "date": day}]}
        body = {**OFFENDER, "identifiers": PNC, "location": {"place": "custody", "since": "2025-01-01"}}
        await self.prison("", {**body, **dates, **more})

    def days(self, agency: str, days: int) -> None:
        """From now on the contract of this agency says so many days."""
        contract = self.hub.contracts[agency]
        notice = replace(contract.receives["notice"], notice_days=days)
        self.hub.contracts[agency] = replace(contract, receives={**contract.receives, "notice": notice})

    async def counted(self, agency: str) -> tuple[int, int, int]:
        """What the index says of the notices it was given, those that were late, and releases it was not told of."""
        await self.hub.desk.outlook.measuring.step()
        answer = await self.hub.operator.get("/v1/admin/convergence", params={"agency": agency})
        notices = answer.json()["agencies"][0]["days"][-1]["notices"]
        return notices["given"], notices["late"], notices["missed"]

    async def notices(self, agency: str) -> list[Any]:
        """The notices this agency was delivered and that have not been overtaken: bodies, None for one withdrawn."""
        client = self.hub.prison if agency == "prison" else self.hub.probation
        deliveries = (await client.get("/v1/feed", params={"limit": 500})).json()["deliveries"]
        return [
            (each["number"], each["digest"], each["release"].get("body"))
            for each in deliveries
            if each["release"]["type"] == "notice"
        ]


@pytest.fixture
async def inside(behind_rest: RestHub) -> Inside:
    case = Inside(behind_rest)
    await case.supervised()
    await case.registered("2027-01-01")
    return case


async def test_each_agency_is_told_its_own_number_of_days_before_and_once(inside: Inside) -> None:
    inside.days("prison", 10)
    await inside.dated("2026-05-01")
    await inside.at("2026-04-02")
    early = await inside.notices("probation")

    await inside.at("2026-04-03")
    ((number, _, body),) = await inside.notices("probation")
    prison_early = await inside.notices("prison")
    await inside.at("2026-04-21")

    assert early == prison_early == []
    assert body == {"event": "release", "date": "2026-05-01", "dateType": "CRD"}
    assert [each[0] for each in await inside.notices("probation")] == [number], "it is told once"
    assert [each[2] for each in await inside.notices("prison")] == [body]


@ON_BOTH
async def test_another_day_is_told_anew_and_a_release_or_a_day_far_off_takes_it_back(inside: Inside) -> None:
    await inside.dated("2026-05-01")
    await inside.at("2026-04-10")
    first = await inside.notices("probation")

    await inside.dated("2026-04-30")
    await inside.passes()
    again = await inside.notices("probation")
    await inside.dated("2026-12-01")
    await inside.passes()
    far_off = await inside.notices("probation")
    await inside.dated("2026-04-30")
    await inside.passes()
    await inside.held("community")
    await inside.passes()

    assert [each[2]["date"] for each in (*first, *again)] == ["2026-05-01", "2026-04-30"]
    assert [each[2] for each in far_off] == [None]
    assert [each[2] for each in await inside.notices("probation")] == [None]


async def test_what_nobody_acknowledges_is_an_alert_until_somebody_does(inside: Inside) -> None:
    await inside.dated("2026-05-01")
    await inside.at("2026-04-10")
    await inside.passes(days=2)
    alerts = inside.hub.desk.outlook.alerts
    open_ = await alerts.listed("anna", "probation", AlertState.OPEN, None, 50)
    ((number, digest, _),) = await inside.notices("probation")

    receipt = {"receipts": [{"number": number, "digest": digest}]}
    assert (await inside.hub.probation.post("/v1/receipts", json=receipt)).status_code == 200

    of_notice = [each.number for each in open_.alerts if each.record.type == "notice"]
    left = await alerts.listed("anna", "probation", AlertState.OPEN, None, 50)
    assert of_notice == [number]
    assert [each for each in left.alerts if each.record.type == "notice"] == []


async def test_who_comes_off_the_register_is_announced_no_more(inside: Inside) -> None:
    await inside.dated("2026-05-01")
    await inside.at("2026-04-10")

    await inside.probation("/registrations/R1", None)
    await inside.passes()

    assert [each[2] for each in await inside.notices("probation")] == [None]


@ON_BOTH
async def test_what_an_agency_is_told_too_late_or_afterwards_is_counted_once_in_the_index_and_as_a_metric(
    inside: Inside,
) -> None:
    inside.days("prison", 7)
    await inside.dated("2026-05-01")
    await inside.at("2026-04-10")
    learned_late = await inside.counted("probation"), await inside.counted("prison")
    await inside.dated("2026-05-01", location={"place": "custody", "establishment": "HMP Northmoor"})
    await inside.at("2026-04-24")
    in_time = await inside.counted("probation"), await inside.counted("prison")
    await inside.dated("2026-04-20")
    await inside.passes()
    afterwards = await inside.counted("probation"), await inside.counted("prison")
    queues = await look_at_queues(inside.hub.engine, frozenset(), inside.hub.now)

    assert learned_late == ((1, 1, 0), (0, 0, 0))
    assert in_time == ((1, 1, 0), (1, 0, 0))
    assert afterwards == ((2, 2, 0), (2, 1, 0))
    told = Metrics(inside.hub.registry.types()).exposition(queues).decode()
    assert 'hub_notices_late{agency="probation"} 2.0' in told


@ON_BOTH
async def test_a_release_of_which_nobody_was_told_is_counted_once_as_missed_and_an_announced_one_is_not(
    inside: Inside,
) -> None:
    released = {"booking": "38339A", "direction": "out", "type": "released", "reason": "bail"}
    await inside.dated("2026-05-01")
    await inside.at("2026-03-20")
    await inside.prison("/movements/38339A/1", {**released, "sequence": 1, "at": "2026-03-20T09:00:00+00:00"})
    await inside.passes(days=1)
    await inside.held("community")
    await inside.passes(days=1)
    unannounced = await inside.counted("probation"), await inside.counted("prison")

    await inside.dated("2026-05-01", location={"place": "custody", "since": "2026-03-25"})
    await inside.at("2026-04-03")
    await inside.prison("/movements/38339A/2", {**released, "sequence": 2, "at": "2026-04-03T13:00:00+01:00"})
    await inside.held("community")
    await inside.passes(days=1)

    assert unannounced == ((0, 0, 1), (0, 0, 1))
    assert await inside.counted("probation") == (1, 0, 1)
    assert await inside.counted("prison") == (1, 0, 1)


@ON_BOTH
async def test_a_kill_between_looking_and_telling_forgets_no_notice(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    await inside.dated("2026-05-01")
    await inside.passes()
    inside.hub.now = datetime.fromisoformat("2026-04-10T12:00:00+00:00")

    async def killed(*_rows: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("hub.store.watching.insert_rows", killed)
        with pytest.raises(Killed):
            await inside.timekeeper().step()
    await inside.hub.relayed()
    nothing = await inside.notices("probation")
    await inside.passes()

    assert nothing == []
    assert len(await inside.notices("probation")) == 1


@ON_BOTH
async def test_a_planned_transfer_is_announced_beside_the_release_until_it_is_made(inside: Inside) -> None:
    plan = {"booking": "38339A", "sequence": 4, "direction": "out", "type": "transfer-out", "planned": True}
    await inside.dated("2026-05-01")
    await inside.at("2026-04-10")
    await inside.prison("/movements/38339A/4", {**plan, "at": "2026-04-20T09:00:00+01:00"})
    await inside.passes()
    both = await inside.notices("probation")
    await inside.prison("/movements/38339A/4", {**plan, "at": "2026-04-17T09:00:00+01:00"})
    await inside.passes()
    moved = await inside.notices("probation")
    await inside.prison("/movements/38339A/4", {**plan, "at": "2026-04-17T10:12:00+01:00", "planned": False})
    await inside.passes()

    transfer = {"event": "transfer", "date": "2026-04-20"}
    assert sorted(each[2]["event"] for each in both) == ["release", "transfer"]
    assert [each[2] for each in both if each[2]["event"] == "transfer"] == [transfer]
    assert [each[2]["date"] for each in moved if each[2]["event"] == "transfer"] == ["2026-04-17"]
    assert [each[2] and each[2]["event"] for each in await inside.notices("probation")] == ["release", None]


async def test_a_plan_told_under_two_numbers_of_one_person_is_announced_as_it_comes_to_stand(inside: Inside) -> None:
    plan = {"booking": "38339A", "sequence": 4, "direction": "out", "type": "transfer-out", "planned": True}
    first, second = ({**plan, "at": f"2026-04-{day}T09:00:00+01:00"} for day in (17, 20))
    await inside.dated(None, identifiers=[*PNC, {"scheme": "merged-prison-number", "value": "A1234BD"}])
    await inside.at("2026-04-10")
    await inside.prison("/movements/38339A/4", first)
    await inside.prison("/movements/38339A/4", second, number="A1234BD")
    await inside.passes()
    before = await inside.notices("probation")

    await inside.prison("/movements/38339A/4", {**first, "comment": "as planned at first"})
    await inside.passes()

    assert [each[2]["date"] for each in before] == ["2026-04-20"]
    assert [each[2]["date"] for each in await inside.notices("probation")] == ["2026-04-17"]


async def test_when_the_day_of_a_plan_has_passed_the_next_one_is_announced(inside: Inside) -> None:
    plan = {"booking": "38339A", "direction": "out", "type": "temporary-absence", "planned": True}
    await inside.dated(None)
    for sequence, day in enumerate(("2026-04-12", "2026-04-19"), 1):
        said = {**plan, "sequence": sequence, "at": f"{day}T09:00:00+01:00"}
        await inside.prison(f"/movements/38339A/{sequence}", said)
    await inside.at("2026-04-10")
    first = await inside.notices("probation")
    await inside.at("2026-04-13")

    assert [each[2]["date"] for each in first] == ["2026-04-12"]
    assert [each[2]["date"] for each in await inside.notices("probation")] == ["2026-04-19"]


async def test_two_persons_who_become_one_are_announced_as_one(inside: Inside) -> None:
    await inside.prison("", {**OFFENDER, "location": {"place": "custody"}, "keyDates": []})
    await inside.at("2026-04-10")
    apart = await inside.notices("probation")

    await inside.dated("2026-05-01")
    await inside.passes()

    assert apart == []
    assert [each[2]["date"] for each in await inside.notices("probation")] == ["2026-05-01"]
    assert [each[2]["date"] for each in await inside.notices("prison")] == ["2026-05-01"]
