"""Consuming: what a poll of the agencies' topics brings is shared in one go, and what is refused is kept aside.

`Consumption.take` returns only when everything is safe in the store, so that whoever polled may commit. When it
raises, the same poll comes again: ids stop doubles, and a message once refused stays refused.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from hub.domain.canonical import parse
from hub.domain.errors import Reason, Rejected
from hub.domain.outcome import Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.dead_letters import DeadLetters
from hub.exchange.envelope import from_kafka
from hub.exchange.parked import Parked, Parking, read_parked
from hub.exchange.receipts import Receipt, Settlement, read_receipts
from hub.ports import Message
from hub.store.dead_letters import Streak

Share: TypeAlias = Callable[[Sequence[Submission]], Awaitable[Sequence[Outcome]]]
"""One outcome per submission, in order; raises `Unavailable` or `Halt` for the whole batch."""

Settle: TypeAlias = Callable[[str, Sequence[Receipt]], Awaitable[Sequence[Settlement]]]
"""Notes an agency's receipts; raises `Unavailable` or `Halt`."""

Park: TypeAlias = Callable[[str, Sequence[Parked]], Awaitable[Sequence[Parking]]]
"""Keeps what an agency could not apply; raises `Unavailable` or `Halt`."""

RECEIPT = b"receipt"
"""The event type (`ce_type`) of a message that carries receipts and what is parked, which comes in binary mode."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Receipts:
    agency: str
    receipts: list[Receipt]
    parked: list[Parked]


class Consumption:
    """The use case. body_limit: bytes of the largest message that is taken."""

    def __init__(self, share: Share, settle: Settle, park: Park, dead_letters: DeadLetters, body_limit: int) -> None:
        self._share = share
        self._settle = settle
        self._park = park
        self._dead_letters = dead_letters
        self._body_limit = body_limit

    async def take(self, messages: Sequence[Message]) -> None:
        """Share the submissions of one poll in its order, settle its receipts, keep what is parked or cannot be taken.

        Raises:
            Unavailable: nothing is known of the whole poll; giving it again is right.
            Halt: the hub itself is wrong.
        """
        refused_before = await self._dead_letters.known(messages)
        fresh = [message for message in messages if message.position not in refused_before]
        read = [self._read(message) for message in fresh]
        outcomes = iter(await self._shared([each for each in read if isinstance(each, Submission)]))
        verdicts = [_refusal(next(outcomes)) if isinstance(each, Submission) else _refused(each) for each in read]
        await self._settled([each for each in read if isinstance(each, _Receipts)])
        judged = list(zip(fresh, verdicts, strict=True))
        refused = [(message, rejection) for message, rejection in judged if rejection is not None]
        await self._dead_letters.keep(refused, _streaks(judged))

    def _read(self, message: Message) -> Submission | _Receipts | Rejected:
        value = message.value or b""
        if len(value) > self._body_limit:
            return Rejected(Reason.TOO_LARGE, f"a message holds at most {self._body_limit} bytes")
        try:
            if message.headers.get("ce_type") == RECEIPT:
                document = parse(value)
                return _Receipts(message.agency, read_receipts(document), read_parked(document))
            return from_kafka(message.agency, message.headers, message.value)
        except Rejected as rejection:
            return rejection

    async def _shared(self, submissions: Sequence[Submission]) -> Sequence[Outcome]:
        return await self._share(submissions) if submissions else ()

    async def _settled(self, given: Sequence[_Receipts]) -> None:
        """Agency by agency, for many messages in one go."""
        for agency in sorted({each.agency for each in given}):
            of_agency = [each for each in given if each.agency == agency]
            settlements = await self._settle(agency, [receipt for each in of_agency for receipt in each.receipts])
            astray = sum(settlement is not Settlement.SETTLED for settlement in settlements)
            if astray:
                _log.warning("receipts_astray", agency=agency, count=astray)
            parkings = await self._park(agency, [parked for each in of_agency for parked in each.parked])
            parked = sum(parking is Parking.PARKED for parking in parkings)
            if parked:
                _log.warning("deliveries_parked", agency=agency, count=parked)


def _refused(read: Rejected | _Receipts) -> Rejected | None:
    return read if isinstance(read, Rejected) else None


def _refusal(outcome: Outcome) -> Rejected | None:
    return outcome.rejection if isinstance(outcome, Refused) else None


def _streaks(judged: Sequence[tuple[Message, Rejected | None]]) -> Mapping[str, Streak]:
    """How many messages in a row were refused, agency by agency."""
    refused: dict[str, list[bool]] = defaultdict(list)
    for message, rejection in judged:
        refused[message.agency].append(rejection is not None)
    return {agency: streak(each) for agency, each in refused.items()}


def streak(refused: Sequence[bool]) -> Streak:
    """The streak of rejections in an agency's messages of one poll, each refused or not."""
    runs = "".join("x" if each else " " for each in refused).split(" ")
    lengths = [len(run) for run in runs]
    return Streak(lengths[0], max(lengths), lengths[-1] if len(lengths) > 1 else None)
