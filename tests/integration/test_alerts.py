"""What is not applied in time is raised once, told until it has arrived, and kept until somebody has seen to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from hub.domain.errors import Unavailable
from hub.exchange import telling
from hub.exchange.due import Timekeeper, notices_of
from hub.exchange.risk_watch import RiskWatch
from hub.exchange.telling import Telling
from hub.metrics import Metrics
from hub.store.alerts import AlertRow, AlertStore
from hub.store.notices import NoticeRow, NoticeStore
from hub.store.queues import look_at_queues
from hub.store.tables import alert, held, notice
from hub.store.watching import WatchStore
from tests.rest import OPERATOR, RestHub, rest_hub

ALERTS = "/v1/admin/alerts"
RISK = {"scheme": "probation-register", "code": "RHRH", "period": {"start": "2026-01-01"}, "concern": "serious-harm"}
REASON = {"reason": "the duty manager was told by telephone"}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Outside:
    """Where notices are posted to. away: does not answer. dies: the hub is killed when it has arrived."""

    arrived: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    dies: bool = False
    two: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, id_: str, content: bytes) -> None:
        if self.away:
            raise Unavailable("no answer")
        document = orjson.loads(content)
        assert document["id"] == id_
        self.arrived.append(document)
        if len(self.arrived) == 2:
            self.two.set()
        if self.dies:
            raise Killed


@dataclass
class Late:
    """A hub, its timekeeper, and time that passes."""

    hub: RestHub
    outside: Outside = field(default_factory=Outside)

    def __post_init__(self) -> None:
        for agency in self.hub.contracts:
            self.must_see(None, agency)
        base = self.hub.base
        risks = RiskWatch(WatchStore(base.engine), self.hub.contracts, base.keys, base.seal, self.hub.clock)
        self.timekeeper = Timekeeper(AlertStore(self.hub.engine), risks, self.hub.clock, tells=True)
        self.telling = Telling(NoticeStore(self.hub.engine), self.outside, self.hub.clock)

    async def says(self, key: str = "R1", level: str = "high") -> None:
        """Probation registers a risk, and both agencies concerned are released it."""
        offender = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "sex": "male"}
        await self.hub.probation.put("/v1/offenders/X1", json=offender, headers={"ce-id": "offender"})
        body = {**RISK, "reference": key, "riskLevel": level}
        path = f"/v1/offenders/X1/registrations/{key}"
        answer = await self.hub.probation.put(path, json=body, headers={"ce-id": f"{key}-{level}"})
        assert answer.status_code == 200, answer.text
        await self.hub.relayed()

    def must_see(self, seconds: int | None, agency: str = "probation") -> None:
        """By when an agency must say from now on who has seen a risk; None: never."""
        contract = self.hub.contracts[agency]
        registration = replace(contract.receives["registration"], seen_deadline=seconds)
        receives = {**contract.receives, "registration": registration}
        self.hub.contracts[agency] = replace(contract, receives=receives)

    async def sees(self, number: int) -> None:
        """Probation says who has seen a delivery, with its receipt."""
        deliveries = (await self.hub.probation.get("/v1/feed")).json()["deliveries"]
        (digest,) = [each["digest"] for each in deliveries if each["number"] == number]
        receipt = {"number": number, "digest": digest, "seen": {"by": "J. Marsh", "at": "2026-03-01T12:01:00+00:00"}}
        assert (await self.hub.probation.post("/v1/receipts", json={"receipts": [receipt]})).status_code == 200

    async def applies(self, *, to: int) -> None:
        """Probation applies all it was given up to a number."""
        deliveries = (await self.hub.probation.get("/v1/feed")).json()["deliveries"]
        receipts = [{"number": each["number"], "digest": each["digest"]} for each in deliveries if each["number"] <= to]
        assert receipts
        assert (await self.hub.probation.post("/v1/receipts", json={"receipts": receipts})).status_code == 200

    async def passes(self, seconds: float) -> None:
        self.hub.now += timedelta(seconds=seconds)
        while await self.timekeeper.step():
            pass

    async def alerts(self, **query: str) -> list[Any]:
        answer = await self.hub.operator.get(ALERTS, params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["alerts"])

    async def acknowledge(self, id_: str, document: object = REASON) -> httpx.Response:
        return await self.hub.operator.post(f"{ALERTS}/{id_}/acknowledge", json=document)

    async def tell(self) -> int:
        """Send what may be sent; how many that were."""
        count = 0
        while await self.telling.step():
            count += 1
        return count


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def late(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Late]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield Late(hub)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_risk_not_applied_within_a_minute_of_its_commit_is_raised_once(late: Late) -> None:
    await late.says()
    await late.passes(50)
    early = await late.alerts()
    await late.passes(15)
    raised = await late.alerts(agency="probation")
    await late.passes(600)

    assert early == []
    (one,) = raised
    assert (one["why"], one["state"], one["record"]["type"], one["number"]) == (
        "not-applied",
        "open",
        "registration",
        2,
    )
    assert await late.alerts(agency="probation") == raised
    assert {each["agency"] for each in await late.alerts()} == {"probation", "court"}


async def test_what_was_applied_in_time_is_never_raised(late: Late) -> None:
    await late.says()
    await late.applies(to=2)
    await late.passes(100_000)

    assert await late.alerts(agency="probation") == []


async def test_the_rest_is_due_when_its_contract_says(late: Late) -> None:
    await late.says()
    await late.passes(100)
    await late.passes(86_400)

    assert [each["record"]["type"] for each in await late.alerts(agency="probation")] == ["registration", "offender"]


async def test_an_alert_is_open_until_somebody_says_with_a_reason_that_they_have_seen_to_it(late: Late) -> None:
    await late.says()
    await late.passes(100)
    (one,) = await late.alerts(agency="probation")
    refused = [problem(await late.acknowledge(one["id"], each)) for each in ({}, {"reason": ""}, {"reason": "    "})]
    seen = (await late.acknowledge(one["id"])).json()

    assert refused == [(422, "invalid-body")] * 3
    assert (seen["state"], seen["acknowledged"]["by"]) == ("acknowledged", OPERATOR)
    assert seen["acknowledged"]["reason"] == REASON["reason"]
    assert await late.alerts(agency="probation", state="open") == []
    assert await late.alerts(agency="probation", state="acknowledged") == [seen]
    (entry,) = await late.hub.audited("alert-acknowledged")
    assert (entry.actor, entry.agency, entry.reference) == (OPERATOR, "probation", one["id"])
    assert (entry.person, entry.purpose) == (one["record"]["person"], REASON["reason"])
    assert problem(await late.acknowledge(one["id"])) == (409, "wrong-state")
    assert problem(await late.acknowledge("nobody")) == (404, "not-found")


async def test_who_says_to_hold_something_else_is_waited_for_until_it_holds_what_was_delivered(late: Late) -> None:
    await late.says()
    wrong = {"receipts": [{"number": number, "digest": "0" * 64} for number in (1, 2)]}
    said = [(await late.hub.probation.post("/v1/receipts", json=wrong)).json()]
    await late.passes(100)
    raised = await late.alerts(agency="probation", state="open")
    said.append((await late.hub.probation.post("/v1/receipts", json=wrong)).json())
    still = await late.alerts(agency="probation", state="open")
    await late.applies(to=2)

    assert [each["outcome"] for answer in said for each in answer["outcomes"]] == ["diverging"] * 4
    assert [each["number"] for each in raised] == [2]
    assert still == raised
    assert await late.alerts(agency="probation", state="open") == []


async def test_a_later_receipt_closes_an_alert_by_itself(late: Late) -> None:
    await late.says()
    await late.passes(100)
    await late.applies(to=2)

    (closed,) = await late.alerts(agency="probation")
    assert (closed["state"], closed["closed"]["by"]) == ("closed", "receipt")
    assert {each["agency"] for each in await late.alerts(state="open")} == {"court"}
    assert problem(await late.acknowledge(closed["id"])) == (409, "wrong-state")


async def test_a_receipt_for_less_than_what_is_overdue_closes_nothing(late: Late) -> None:
    await late.says()
    first = (await late.hub.probation.get("/v1/feed")).json()["deliveries"][1]
    await late.says(level="very-high")
    await late.passes(100)
    receipt = {"number": first["number"], "digest": first["digest"]}
    await late.hub.probation.post("/v1/receipts", json={"receipts": [receipt]})
    (one,) = await late.alerts(agency="probation")
    await late.applies(to=3)

    assert (one["state"], one["number"]) == ("open", 3)
    assert [each["state"] for each in await late.alerts(agency="probation")] == ["closed"]


async def test_a_change_after_an_alert_has_a_deadline_and_an_alert_of_its_own(late: Late) -> None:
    await late.says()
    await late.passes(100)
    await late.says(level="very-high")
    await late.passes(50)
    still_one = await late.alerts(agency="probation")
    await late.passes(20)

    assert len(still_one) == 1
    assert [each["number"] for each in await late.alerts(agency="probation")] == [2, 3]


async def test_what_is_withdrawn_and_was_never_acknowledged_is_waited_for_no_longer(late: Late) -> None:
    await late.says()
    await late.passes(100)
    await late.hub.probation.delete("/v1/offenders/X1/registrations/R1", headers={"ce-id": "gone"})
    await late.hub.relayed()
    await late.passes(100)

    assert [each["closed"]["by"] for each in await late.alerts()] == ["withdrawal", "withdrawal"]


async def test_alerts_are_read_page_by_page(late: Late) -> None:
    for key in ("R1", "R2", "R3"):
        await late.says(key)
    await late.passes(100)
    first = (await late.hub.operator.get(ALERTS, params={"limit": 4})).json()
    second = (await late.hub.operator.get(first["next"])).json()

    both = [each["id"] for each in (*first["alerts"], *second["alerts"])]
    assert (len(set(both)), second["next"]) == (6, None)


async def test_open_alerts_are_counted_by_agency_and_kind_with_the_age_of_the_oldest(late: Late) -> None:
    await late.says()
    await late.passes(100)
    late.hub.now += timedelta(seconds=30)
    (one,) = await late.alerts(agency="court")
    await late.acknowledge(one["id"])
    queues = await look_at_queues(late.hub.engine, frozenset(), late.hub.now)
    told = Metrics(late.hub.registry.types()).exposition(queues).decode()

    assert 'hub_alerts_open{agency="probation",why="not-applied"} 1.0' in told
    assert 'hub_alert_oldest_seconds{agency="probation",why="not-applied"} 30.' in told
    assert 'hub_alerts_open{agency="court"' not in told


# --- seen by somebody ---------------------------------------------------------------------------------------


async def test_a_risk_that_was_applied_and_nobody_has_seen_is_overdue_too(late: Late) -> None:
    late.must_see(3_600)
    await late.says()
    await late.applies(to=2)
    await late.passes(3_500)
    early = await late.alerts(agency="probation")
    await late.passes(200)
    (one,) = await late.alerts(agency="probation")
    await late.applies(to=2)
    (still,) = await late.alerts(agency="probation")
    await late.sees(2)
    (closed,) = await late.alerts(agency="probation")

    assert early == []
    assert (one["why"], one["state"], one["number"]) == ("not-seen", "open", 2)
    assert (still["state"], closed["state"], closed["closed"]["by"]) == ("open", "closed", "receipt")
    (entry,) = await late.hub.audited("seen")
    assert (entry.actor, entry.agency, entry.type, entry.reference) == ("J. Marsh", "probation", "registration", "2")


async def test_a_risk_that_was_seen_in_time_is_never_raised_until_it_changes(late: Late) -> None:
    late.must_see(3_600)
    await late.says()
    await late.sees(2)
    await late.passes(10_000)
    quiet = await late.alerts(agency="probation")
    await late.says(level="very-high")
    await late.applies(to=3)
    await late.passes(4_000)

    assert quiet == []
    assert [(each["why"], each["number"]) for each in await late.alerts(agency="probation")] == [("not-seen", 3)]


async def test_who_has_seen_it_counts_for_what_they_saw_and_not_for_what_came_since(late: Late) -> None:
    late.must_see(3_600)
    await late.says()
    first = (await late.hub.probation.get("/v1/feed")).json()["deliveries"][1]
    await late.says(level="very-high")
    seen = {"by": "J. Marsh", "at": "2026-03-01T12:00:00Z"}
    receipt = {"number": first["number"], "digest": first["digest"], "seen": seen}
    await late.hub.probation.post("/v1/receipts", json={"receipts": [receipt]})
    await late.applies(to=3)
    await late.passes(4_000)

    assert [(each["why"], each["number"]) for each in await late.alerts(agency="probation")] == [("not-seen", 3)]


async def test_what_is_no_risk_any_more_need_not_be_seen(late: Late) -> None:
    late.must_see(3_600)
    await late.says()
    await late.applies(to=2)
    await late.passes(4_000)
    await late.hub.probation.delete("/v1/offenders/X1/registrations/R1", headers={"ce-id": "gone"})
    await late.hub.relayed()

    assert [(each["why"], each["state"]) for each in await late.alerts(agency="probation")] == [("not-seen", "closed")]


async def test_a_contract_that_does_not_ask_is_not_waited_for(late: Late) -> None:
    await late.says()
    await late.applies(to=2)
    await late.passes(80_000)

    assert await late.alerts(agency="probation") == []


# --- told outside -------------------------------------------------------------------------------------------


async def test_what_is_raised_is_told_outside_once_without_any_persons_data(late: Late) -> None:
    await late.says("R1")
    await late.says("R2")
    await late.passes(100)

    assert await late.tell() == 2
    by_agency = {each["agency"]: each for each in late.outside.arrived}
    ids = [each["id"] for each in await late.alerts(agency="probation")]
    assert by_agency["probation"].keys() == {"id", "agency", "why", "count", "due", "alerts"}
    assert (by_agency["probation"]["count"], sorted(by_agency["probation"]["alerts"])) == (2, sorted(ids))
    assert await late.tell() == 0


async def test_what_does_not_arrive_is_sent_again_and_again_with_longer_pauses(late: Late) -> None:
    await late.says()
    await late.passes(100)
    late.outside.away = True
    attempts = 0
    for _ in range(20):
        attempts += await late.tell()
        late.hub.now += timedelta(seconds=1)
    waiting = await late.hub.rows(notice.select())
    late.outside.away = False
    late.hub.now += telling.LONGEST_PAUSE
    arrived = await late.tell()

    assert 2 * 3 < attempts < 2 * 7
    assert len(waiting) == arrived == len(late.outside.arrived) == 2
    assert await late.hub.rows(notice.select()) == []


@pytest.mark.parametrize("attempts", range(40))
def test_a_pause_has_its_limits(attempts: int) -> None:
    assert telling.FIRST_PAUSE <= telling.pause(attempts) <= telling.LONGEST_PAUSE


# --- crashes ------------------------------------------------------------------------------------------------


async def test_killed_before_the_commit_nothing_is_raised_and_all_is_found_again(late: Late) -> None:
    await late.says()
    late.hub.now += timedelta(seconds=100)

    def killed(raised: object) -> list[NoticeRow]:
        assert raised
        raise Killed

    with pytest.raises(Killed):
        await AlertStore(late.hub.engine).overdue(late.hub.clock(), 10, killed)
    assert await late.hub.rows(alert.select()) == []
    await late.passes(0)

    assert len(await late.alerts()) == await late.tell() == 2


async def test_killed_between_raising_and_sending_it_is_told_by_the_next_process(late: Late) -> None:
    await late.says()
    late.hub.now += timedelta(seconds=100)
    await AlertStore(late.hub.engine).overdue(late.hub.clock(), 10, notices_of)
    again = Late(late.hub, late.outside)
    await again.passes(0)

    assert await again.tell() == 2
    assert len(await again.alerts()) == 2


async def test_killed_between_sending_and_noting_it_the_same_notice_is_sent_again(late: Late) -> None:
    await late.says()
    await late.passes(100)
    late.outside.dies = True
    with pytest.raises(Killed):
        await late.tell()
    late.outside.dies = False
    others = await Late(late.hub, late.outside).tell()
    late.hub.now += telling.TAKEN_FOR
    repeated = await late.tell()

    first, other, again = late.outside.arrived
    assert (others, repeated) == (1, 1)
    assert first == again != other
    assert len(await late.alerts()) == 2


async def test_two_timekeepers_at_once_raise_everything_once(late: Late) -> None:
    for key in range(8):
        await late.says(f"R{key}")
    late.hub.now += timedelta(seconds=100)
    store = AlertStore(late.hub.engine)

    async def raise_all() -> list[AlertRow]:
        raised = []
        for _ in range(8):
            raised += await store.overdue(late.hub.now, 4, notices_of)
        return raised

    both = await asyncio.gather(raise_all(), raise_all())
    await late.passes(0)

    assert len(await late.alerts()) == 16
    assert len({each.id for raised in both for each in raised}) == sum(map(len, both))
    assert await late.hub.rows(held.select().where(held.c.due <= 0)) == []


async def test_a_running_timekeeper_raises_by_itself_and_stops_when_told(late: Late) -> None:
    await late.says()
    late.hub.now += timedelta(seconds=100)
    stop = asyncio.Event()
    running = [asyncio.create_task(late.timekeeper.run(stop)), asyncio.create_task(late.telling.run(stop))]
    async with asyncio.timeout(10):
        await late.outside.two.wait()
    stop.set()
    await asyncio.wait_for(asyncio.gather(*running), 5)

    assert len(await late.alerts()) == 2
