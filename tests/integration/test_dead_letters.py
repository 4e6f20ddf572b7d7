"""What cannot be taken from Kafka, on both databases: kept once, told once, and rubbish alone is paused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest
from structlog.testing import capture_logs

from hub.domain.errors import Reason, Unavailable
from hub.exchange.consume import Consumption
from hub.exchange.dead_letters import REMEMBERED, DeadLetters, opened_contents
from hub.exchange.intake import Intake
from hub.exchange.parked import Parkings
from hub.exchange.receipts import settle
from hub.ports import Message, Publication, TopicExtent
from hub.store.agencies import AgencyStore
from hub.store.dead_letters import DeadLetterStore
from hub.store.letter_rows import LetterFilter, LetterLine
from hub.store.letters import LetterStore
from hub.store.parked import ParkedStore
from hub.store.receipts import ReceiptStore
from hub.store.tables import assertion, held
from hub.trust.agencies import Agencies, Scope
from tests.builders.hub import KEYS, NOW, SEAL, Hub
from tests.builders.poison import KINDS, SECRET, Raw, good

LIMIT = 5
BODY_LIMIT = 1_048_576


@dataclass
class Notices:
    """A publisher that keeps notices, unless it is down."""

    down: bool = False
    told: list[tuple[str, Publication]] = field(default_factory=list)

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        if self.down:
            raise Unavailable("no broker")
        self.told.extend((agency, publication) for publication in publications)

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        raise NotImplementedError

    async def extent(self, agency: str) -> TopicExtent:
        raise NotImplementedError

    @property
    def problems(self) -> list[dict[str, object]]:
        return [orjson.loads(publication.value or b"") for _, publication in self.told]


@dataclass
class Desk:
    """Consuming, with everything behind it but the broker."""

    hub: Hub
    notices: Notices = field(default_factory=Notices)
    sent: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As a process does that has just begun: nothing is remembered."""
        hub = self.hub
        self.letters = DeadLetters(DeadLetterStore(hub.engine), self.notices, SEAL, lambda: hub.now, LIMIT)
        receipts = ReceiptStore(hub.engine)
        self.consumption = Consumption(
            Intake(
                hub.sharing.share,
                lambda agency, given: settle(receipts, agency, given, hub.now),
                Parkings(ParkedStore(hub.engine), receipts, SEAL, lambda: hub.now).park,
                BODY_LIMIT,
            ),
            self.letters,
        )

    async def register(self, *agencies: str) -> None:
        for agency in agencies:
            await self.register_of().add(agency, [Scope.SUBMIT])

    def register_of(self) -> Agencies:
        """The register of another process."""
        return Agencies(AgencyStore(self.hub.engine), self.hub.contracts, KEYS, lambda: NOW)

    async def kept(self) -> list[LetterLine]:
        """The prison's dead letters, the oldest first."""
        return await LetterStore(self.hub.engine).listed(LetterFilter("prison"), 10)

    async def said(self, position: str) -> tuple[dict[str, bytes], bytes | None]:
        """What a dead letter says."""
        (kept,) = await LetterStore(self.hub.engine).newest([position])
        return opened_contents(SEAL, kept.agency, kept.headers, kept.value)

    def message(self, raw: Raw, agency: str = "prison") -> Message:
        """The next message of an agency's topic."""
        self.sent += 1
        return Message(agency, f"hub.in.{agency}/0/{self.sent}/1", raw.headers, raw.value)

    def good(self, agency: str = "prison") -> Message:
        return self.message(good(agency, self.sent, NOW - timedelta(hours=1)), agency)

    def bad(self, kind: str = "no JSON", agency: str = "prison") -> Message:
        return self.message(KINDS[kind][0](agency, self.sent, NOW - timedelta(hours=1)), agency)

    async def ids(self) -> set[str]:
        return {str(row["id"]) for row in await self.hub.rows(assertion)}

    def later(self, by: timedelta = REMEMBERED) -> None:
        self.hub.now += by


@pytest.fixture
async def desk(hub: Hub) -> Desk:
    desk = Desk(hub)
    await desk.register("prison", "probation")
    return desk


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_poison_is_a_dead_letter_with_its_reason_and_its_neighbours_pass(
    desk: Desk, kind: str
) -> None:
    await desk.consumption.take([desk.good()])
    before, poison, after = desk.good(), desk.bad(kind), desk.good()
    with capture_logs() as logs:
        await desk.consumption.take([before, poison, after])
    (letter,) = await desk.kept()
    assert (letter.position, Reason(letter.reason)) == (poison.position, KINDS[kind][1])
    assert await desk.said(letter.position) == (poison.headers, poison.value)
    assert len(await desk.ids()) == 3
    (problem,) = desk.notices.problems
    assert (problem["type"], problem["position"]) == (f"urn:case-sharing:problem:{letter.reason}", poison.position)
    assert SECRET not in f"{problem}{logs}"


async def test_a_notice_names_the_submission_and_the_faults(desk: Desk) -> None:
    poison = desk.bad("a code on no list")
    await desk.consumption.take([poison])
    ((agency, publication),) = desk.notices.told
    problem = orjson.loads(publication.value or b"")
    assert (agency, publication.key) == ("prison", poison.position)
    assert problem["id"] == poison.headers["ce_id"].decode()
    assert [fault["path"] for fault in problem["faults"]] == ["/sex"]
    assert problem["time"] == NOW.isoformat()


async def test_an_id_that_might_say_something_is_not_repeated(desk: Desk) -> None:
    poison = desk.message(good("prison", 1, NOW, ce_id=f"{SECRET}, born 1981", ce_subject=None))
    await desk.consumption.take([poison])
    assert [problem["id"] for problem in desk.notices.problems] == [None]


async def test_a_notice_names_a_submission_that_holds_its_attributes_itself(desk: Desk) -> None:
    event = orjson.dumps({"specversion": "1.0", "id": "e-77", "source": "court"})
    await desk.consumption.take([desk.message(Raw({"content-type": b"application/cloudevents+json"}, event))])
    assert [problem["id"] for problem in desk.notices.problems] == ["e-77"]


async def test_a_message_that_comes_again_is_one_dead_letter_and_one_notice(desk: Desk) -> None:
    messages = [desk.good(), desk.bad(), desk.good()]
    await desk.consumption.take(messages)
    desk.start()
    await desk.consumption.take(messages)
    assert len(await desk.kept()) == 1
    assert len(desk.notices.told) == 1


async def test_what_was_refused_once_stays_refused(desk: Desk) -> None:
    early = desk.bad("a time to come")
    await desk.consumption.take([early])
    desk.later(timedelta(days=500))
    await desk.consumption.take([early])
    assert await desk.ids() == set()


async def test_a_notice_that_could_not_be_published_is_published_later(desk: Desk) -> None:
    poison, fine = desk.bad(), desk.good()
    desk.notices.down = True
    with pytest.raises(Unavailable):
        await desk.consumption.take([poison, fine])
    assert len(await desk.kept()) == 1
    desk.start()
    desk.notices.down = False
    await desk.consumption.take([poison, fine])
    assert [problem["position"] for problem in desk.notices.problems] == [poison.position]


async def test_a_sender_of_rubbish_is_paused_alone(desk: Desk) -> None:
    with capture_logs() as logs:
        for _ in range(LIMIT):
            await desk.consumption.take([desk.bad(), desk.bad(agency="probation"), desk.good("probation")])
    assert await desk.letters.paused() == {"prison"}
    assert [log for log in logs if log["event"] == "input_paused"] == [
        {"event": "input_paused", "log_level": "error", "agency": "prison", "limit": LIMIT}
    ]


async def test_rejections_in_a_row_are_counted_within_a_poll_too(desk: Desk) -> None:
    await desk.consumption.take([desk.good(), *[desk.bad() for _ in range(LIMIT)], desk.good()])
    assert await desk.letters.paused() == {"prison"}


async def test_a_good_message_starts_the_count_anew(desk: Desk) -> None:
    await desk.consumption.take([desk.bad() for _ in range(LIMIT - 1)])
    await desk.consumption.take([desk.good()])
    await desk.consumption.take([desk.bad() for _ in range(LIMIT - 1)])
    assert await desk.letters.paused() == set()
    await desk.consumption.take([desk.bad()])
    assert await desk.letters.paused() == {"prison"}


async def test_the_count_outlives_the_process(desk: Desk) -> None:
    for _ in range(LIMIT):
        desk.start()
        await desk.consumption.take([desk.bad()])
    desk.start()
    assert await desk.letters.paused() == {"prison"}


async def test_a_message_that_comes_again_is_not_counted_again(desk: Desk) -> None:
    poison = desk.bad()
    for _ in range(LIMIT + 1):
        await desk.consumption.take([poison])
    assert await desk.letters.paused() == set()


async def test_an_input_resumed_elsewhere_goes_on_soon_and_counts_from_nothing(desk: Desk) -> None:
    await desk.consumption.take([desk.bad() for _ in range(LIMIT)])
    assert await desk.letters.paused() == {"prison"}
    await desk.register_of().resume_input("prison", "anna")
    desk.later()
    assert await desk.letters.paused() == set()
    await desk.consumption.take([desk.bad()])
    assert await desk.letters.paused() == set()


async def test_the_input_of_a_suspended_agency_stands_still(desk: Desk) -> None:
    register = desk.register_of()
    await register.suspend("prison")
    assert await desk.letters.paused() == {"prison"}
    await register.resume("prison")
    desk.later()
    assert await desk.letters.paused() == set()


async def test_receipts_settle_deliveries_and_wrong_ones_are_dead_letters(desk: Desk) -> None:
    await desk.consumption.take([desk.good()])
    await desk.hub.deliver()
    (row,) = [each for each in (await desk.hub.held()).values() if each.id.agency == "prison"]
    receipt = {"ce_type": b"receipt", "content-type": b"application/json"}
    right = orjson.dumps({"receipts": [{"number": row.number, "digest": row.digest}]})
    wrong = orjson.dumps({"receipts": [{"number": "one"}]})
    await desk.consumption.take([desk.message(Raw(receipt, wrong)), desk.message(Raw(receipt, right))])
    assert [each["applied_number"] for each in await desk.hub.rows(held) if each["agency"] == "prison"] == [row.number]
    assert [letter.reason for letter in await desk.kept()] == [Reason.INVALID_BODY]


async def test_two_updates_in_one_poll_count_by_their_time_not_by_their_place(desk: Desk) -> None:
    newer = desk.message(good("prison", 9, NOW - timedelta(hours=1), ce_subject="A1"))
    older = desk.message(good("prison", 8, NOW - timedelta(hours=2), {"names": {"surname": "Older"}}, ce_subject="A1"))
    await desk.consumption.take([newer, older])
    await desk.hub.deliver()
    (release,) = [each for held_id, each in (await desk.hub.current()).items() if held_id.agency == "prison"]
    assert release.document["body"]["names"]["surname"] == SECRET
