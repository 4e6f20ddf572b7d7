"""Prison and probation share records through a hub that runs: over REST, over Kafka, each in a process of its own."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.client.link import Event, RecordName
from adapters.client.stream import StreamLink
from deploy.servers.hub import Hub
from hub.domain.canonical import Json
from tests.builders.live import NOON, PrisonProcess, Service, prison_in_a_process, said
from tests.builders.records import assessment, movement, offender
from tests.crash.closing import closing
from tests.crash.compacting import compacted
from tests.crash.holding import Holding
from tests.crash.installed import Installed
from tests.crash.submissions import PRISON

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def hub(installed: Installed) -> Iterator[Hub]:
    with Hub(installed.installation) as hub:
        yield hub


@pytest.fixture
async def probation(installed: Installed, hub: Hub) -> AsyncIterator[Service]:
    service = Service(installed, hub.url)
    yield service
    await service.http.aclose()


@pytest.fixture
async def prison(installed: Installed) -> AsyncIterator[StreamLink]:
    """The prison service's way in, over Kafka."""
    async with closing(installed.stream()) as link:
        yield link


@pytest.fixture
async def live(installed: Installed) -> AsyncIterator[Holding]:
    """What the prison holds, from the start of its topic."""
    async with Holding(PRISON, installed.stream()) as store:
        yield store


@pytest.fixture(scope="module")
def prison_process(installed: Installed, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrisonProcess]:  # noqa: ARG001 - it reads what the hub writes
    with prison_in_a_process(installed, tmp_path_factory.mktemp("prison")) as process:
        yield process


def of_both(number: int) -> tuple[str, str, Json]:
    """A person's CRN, prison number, and the offender record in which probation quotes the prison number."""
    crn, prison_number = f"X{number:06d}", f"A{number:04d}AA"
    quoting = [{"scheme": "prison-number", "value": prison_number}]
    return crn, prison_number, offender(f"Person {number}") | {"identifiers": quoting}


async def test_an_assessment_that_probation_puts_reaches_the_prison_in_another_process(
    probation: Service, prison: StreamLink, prison_process: PrisonProcess
) -> None:
    crn, prison_number, body = of_both(1)
    await prison.submit([said("offender", prison_number, offender("Person 1"))])
    await probation.put(f"/v1/offenders/{crn}", body)

    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-1", assessment("ASM-1"))

    shown = await probation.shown(f"/v1/offenders/{crn}/assessments/ASM-1")
    assert shown["release"]["body"]["reference"] == "ASM-1"
    release = shown["release"]
    await prison_process.holding(RecordName(shown["person"], release["type"], release["key"]), shown["digest"])


async def test_a_risk_past_its_day_of_review_is_marked_everywhere_and_a_release_near_is_announced(
    probation: Service, prison: StreamLink, live: Holding
) -> None:
    crn, prison_number, body = of_both(11)
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    held = {"location": {"place": "custody", "since": "2020-01-01"}, "keyDates": [{"type": "CRD", "date": soon}]}
    await prison.submit([said("offender", prison_number, offender("Person 11") | held)])
    await probation.put(f"/v1/offenders/{crn}", body)
    period = {"start": "2020-02-01", "review": "2020-08-01"}
    entry = {"scheme": "probation-register", "code": "RHRH", "reference": "R1", "riskLevel": "high", "period": period}

    await probation.put(f"/v1/offenders/{crn}/registrations/R1", entry)

    shown = await probation.shown(f"/v1/offenders/{crn}/registrations/R1")
    person = shown["person"]
    registration = RecordName(person, "registration", shown["release"]["key"])
    notice = RecordName(person, "notice", "release")
    await live.until(lambda: notice in live.digests and marked(live, registration) == ["/riskLevel"])
    own = (await probation.http.get("/v1/risk-reviews", params={"own": "true", "limit": 200})).json()["reviews"]
    assert live.last[notice].body == {"event": "release", "date": soon, "dateType": "CRD"}
    assert [each["cause"] for each in own if each["record"]["person"] == person] == ["past-review-date"]
    assert live.faults == []


def marked(held: Holding, record: RecordName) -> Json:
    """The places under review in what is held of a record; None while nothing is."""
    return held.last[record].release["marks"]["underReview"] if record in held.digests else None


async def test_what_is_withdrawn_is_gone_everywhere(
    probation: Service, prison: StreamLink, prison_process: PrisonProcess
) -> None:
    crn, prison_number, body = of_both(2)
    await prison.submit([said("offender", prison_number, offender("Person 2"))])
    await probation.put(f"/v1/offenders/{crn}", body)
    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-2", assessment("ASM-2"))
    shown = await probation.shown(f"/v1/offenders/{crn}/assessments/ASM-2")
    name = RecordName(shown["person"], "assessment", shown["release"]["key"])
    await prison_process.holding(name, shown["digest"])

    await probation.withdraw(f"/v1/offenders/{crn}/assessments/ASM-2")

    await prison_process.holding(name, None)
    assert (await probation.http.get(f"/v1/offenders/{crn}/assessments/ASM-2")).status_code == httpx.codes.NOT_FOUND


async def test_a_reception_that_the_prison_sends_is_readable_by_probation(
    installed: Installed, probation: Service, prison: StreamLink
) -> None:
    crn, prison_number, body = of_both(3)
    await probation.put(f"/v1/offenders/{crn}", body)

    await prison.submit([said("movement", prison_number, movement(1, reason="remand", comment="Stays in custody."))])

    key = f"{installed.names[PRISON]}/B1/1"
    shown = await probation.shown(f"/v1/offenders/{crn}/movements/{key}")
    assert shown["release"]["body"] == movement(1, reason="remand")
    assert shown["localIds"] == [crn]


async def test_the_same_message_five_times_is_one_submission(
    installed: Installed, hub: Hub, probation: Service, prison: StreamLink, live: Holding
) -> None:
    crn, prison_number, body = of_both(4)
    outcomes = [await probation.put(f"/v1/offenders/{crn}", body, id_="five-times") for _ in range(5)]
    assert [each["outcome"] for each in outcomes] == ["accepted", *["repeated"] * 4]

    await prison.submit([said("movement", prison_number, movement(4), id_="five-times")] * 5)
    await prison.submit([said("movement", prison_number, movement(5))])

    await live.until(lambda: any(name.key.endswith("B1/5") for name in live.digests))
    mine = next(name.person for name in live.last if name.key.endswith("B1/5"))
    assert Counter(name.person for name in live.last)[mine] == len({"offender", "movement 4", "movement 5"})
    assert not live.faults
    assert (await _resent(installed, hub, said("movement", prison_number, movement(4), id_="five-times"))) == "repeated"


async def _resent(installed: Installed, hub: Hub, event: Event) -> str:
    """The outcome when the prison sends an event again, over HTTP this time."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event.id,
        "ce-source": installed.names[PRISON],
        "ce-type": f"{event.record_type}.submitted",
        "ce-time": event.time.isoformat(),
        "ce-subject": event.local_id,
        "ce-dataschema": f"{event.record_type}/{event.version}",
    }
    async with httpx.AsyncClient(base_url=hub.url, auth=installed.auth(hub.url, PRISON), trust_env=False) as http:
        answer = await http.post("/v1/submissions", json=event.body, headers=headers)
    return str(answer.raise_for_status().json()["outcome"])


async def test_two_updates_that_arrive_in_the_wrong_order_converge(
    installed: Installed, probation: Service, prison: StreamLink
) -> None:
    crn, prison_number, body = of_both(6)
    await probation.put(f"/v1/offenders/{crn}", body | {"nationality": "Irish"}, time=NOON + timedelta(hours=1))
    await probation.put(f"/v1/offenders/{crn}", body | {"nationality": "British"}, time=NOON)

    await prison.submit([said("movement", prison_number, movement(6, reason="remand"), time=NOON + timedelta(hours=1))])
    await prison.submit([said("movement", prison_number, movement(6, reason="imprisonment"), time=NOON)])
    await prison.submit([said("movement", prison_number, movement(7))])

    await probation.shown(f"/v1/offenders/{crn}/movements/{installed.names[PRISON]}/B1/7")
    came = await probation.shown(f"/v1/offenders/{crn}/movements/{installed.names[PRISON]}/B1/6")
    assert came["release"]["body"]["reason"] == "remand"
    assert (await probation.shown(f"/v1/offenders/{crn}"))["release"]["body"]["nationality"] == "Irish"


@pytest.mark.timeout(120)
async def test_a_store_that_starts_empty_is_rebuilt_from_what_compaction_left(
    installed: Installed, hub: Hub, probation: Service, prison: StreamLink, live: Holding
) -> None:
    crn, prison_number, body = of_both(8)
    await probation.put(f"/v1/offenders/{crn}", body)
    for number in range(20):
        await probation.put(f"/v1/offenders/{crn}/assessments/ASM-8", assessment("ASM-8", layer=1 + 2 * (number % 2)))
        await prison.submit([said("movement", prison_number, movement(number + 10))])
    await probation.put(f"/v1/offenders/{crn}/assessments/ASM-9", assessment("ASM-9"))
    await live.until(lambda: {"ASM-8", "ASM-9"} <= {name.key.rpartition("/")[2] for name in live.digests})
    await probation.withdraw(f"/v1/offenders/{crn}/assessments/ASM-9")
    await live.until(lambda: len([name for name in live.digests if name.person == _person_of(live, "ASM-8")]) >= 22)
    await live.until(lambda: "ASM-9" not in {name.key.rpartition("/")[2] for name in live.digests})

    async def move(number: int) -> None:
        await prison.submit([said("movement", prison_number, movement(100 + number))])

    await compacted(installed, move)

    async with (
        Holding(PRISON, installed.stream()) as rebuilt,
        Holding(PRISON, installed.feed(hub.url, PRISON)) as by_feed,
    ):
        await rebuilt.until(lambda: rebuilt.digests == by_feed.digests == live.digests != {})
        assert not [*live.faults, *rebuilt.faults, *by_feed.faults]


def _person_of(store: Holding, reference: str) -> str | None:
    return next((name.person for name in store.digests if name.key.endswith(reference)), None)
