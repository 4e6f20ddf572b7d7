"""Intake: messages of the agencies' topics are read, shared in one go, and what agencies applied or parked is noted.

A poll comes in here, and so does a dead letter that is replayed: there is no other way in for a message.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from hub.domain.canonical import parse
from hub.domain.errors import Reason, Rejected
from hub.domain.outcome import Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.envelope import from_kafka
from hub.exchange.parked import Parked, Parking, read_parked
from hub.exchange.receipts import Receipt, Settlement, read_receipts
from hub.ports import Message

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
class Noted:
    """A message with receipts, or with what is parked, was taken."""


Verdict: TypeAlias = Outcome | Noted
"""What becomes of a message."""


@dataclass(frozen=True, slots=True)
class _Receipts:
    agency: str
    receipts: list[Receipt]
    parked: list[Parked]


class Intake:
    """The use case. body_limit: bytes of the largest message that is taken."""

    def __init__(self, share: Share, settle: Settle, park: Park, body_limit: int) -> None:
        self._share = share
        self._settle = settle
        self._park = park
        self._body_limit = body_limit

    async def take(self, messages: Sequence[Message]) -> list[Verdict]:
        """Share the submissions in their order, settle receipts, keep what is parked; a verdict for each message.

        Raises:
            Unavailable: nothing is known of all these messages; giving them again is right.
            Halt: the hub itself is wrong.
        """
        read = [self._read(message) for message in messages]
        outcomes = iter(await self._shared([each for each in read if isinstance(each, Submission)]))
        verdicts = [next(outcomes) if isinstance(each, Submission) else _verdict(each) for each in read]
        await self._settled([each for each in read if isinstance(each, _Receipts)])
        return verdicts

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


def _verdict(read: Rejected | _Receipts) -> Verdict:
    return Refused(read) if isinstance(read, Rejected) else Noted()
