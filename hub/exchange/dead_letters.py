"""Dead letters: what could not be taken is kept with its reason, its sender is told, and rubbish alone is paused.

A letter is named by its position in the topic. A message that its sender gave to a broker twice, as when the broker
died before it answered, is two letters, also with the same id and content: were they folded into one, what comes again
on purpose after a letter was discarded, or just while it is, could vanish into it. Whoever repairs both does no harm:
the id lets one repair be taken, the same repair of the other is `repeated`, and another one is refused as `id-reused`.

A sender whose every message is refused, so many in a row, is broken or under attack; going on would fill the store
and hide the first cause. Its own input is paused until an operator resumes it, and nobody else notices.
"""

import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import structlog

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Rejected
from hub.ports import Message, Publication, Publisher, Seal
from hub.store.dead_letters import DeadLetterRow, DeadLetterStore, InputRow, Streak

REMEMBERED = timedelta(seconds=2)
"""How long a process relies on what it read of the inputs: a pause or its end works everywhere within this time."""

_NOTICES_AT_ONCE = 500
_SAFE_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was not taken, as it came. at: when it was refused, UTC."""

    position: str
    agency: str
    at: datetime
    reason: str
    detail: str
    faults: tuple[Fault, ...]
    headers: Mapping[str, bytes]
    value: bytes | None

    @property
    def submission_id(self) -> str | None:
        """The id its sender gave it, if that can be repeated safely."""
        given = self.headers["ce_id"].decode(errors="replace") if "ce_id" in self.headers else _id_within(self.value)
        return given if isinstance(given, str) and _SAFE_ID.fullmatch(given) else None


class DeadLetters:
    """The use case. Every method raises `Unavailable` or `Halt`.

    limit: rejections in a row after which an agency's input is paused.
    """

    def __init__(self, store: DeadLetterStore, publisher: Publisher, seal: Seal, now: Clock, limit: int) -> None:
        self._store = store
        self._publisher = publisher
        self._seal = seal
        self._now = now
        self._limit = limit
        self._inputs: dict[str, InputRow] = {}
        self._read: datetime | None = None
        self._untold = True

    async def known(self, messages: Iterable[Message]) -> set[str]:
        """The positions of those that are dead letters already: once refused, a message that comes again stays so."""
        known = await self._store.known(message.position for message in messages)
        # Whoever kept them and did not get further may not have told their senders either.
        self._untold = self._untold or bool(known)
        return known

    async def keep(self, refused: Sequence[tuple[Message, Rejected]], streaks: Mapping[str, Streak]) -> None:
        """Keep what was refused, count it, and tell the senders.

        streaks: of every agency that sent something.
        """
        inputs = await self._current_inputs()
        counted = {
            agency: streak
            for agency, streak in streaks.items()
            if streak.longest or (agency in inputs and inputs[agency].rejections)
        }
        if counted:
            await self._keep(refused, counted)
        if self._untold:
            await self.notify()

    async def notify(self) -> None:
        """Publish a notice for every dead letter whose sender was not told; also what a crash has left over."""
        while letters := await self._store.unnotified(_NOTICES_AT_ONCE):
            notices: dict[str, list[Publication]] = defaultdict(list)
            for letter in letters:
                notices[letter.agency].append(_notice(self._opened(letter)))
            for agency, publications in notices.items():
                await self._publisher.reject(agency, publications)
            await self._store.note_notified(letter.position for letter in letters)
        self._untold = False

    async def paused(self) -> frozenset[str]:
        """The agencies whose input stands still, as of at most `REMEMBERED` ago: paused, or the agency suspended."""
        inputs = await self._current_inputs()
        return frozenset(agency for agency, row in inputs.items() if row.paused is not None or row.suspended)

    async def _keep(self, refused: Sequence[tuple[Message, Rejected]], streaks: Mapping[str, Streak]) -> None:
        now = self._now()
        letters = [self._letter(message, rejection, now) for message, rejection in refused]
        paused = await self._store.keep(letters, streaks, self._limit, now)
        for agency in paused:
            _log.error("input_paused", agency=agency, limit=self._limit)
        self._read = None
        self._untold = self._untold or bool(refused)

    async def _current_inputs(self) -> Mapping[str, InputRow]:
        now = self._now()
        if self._read is None or not now - self._read < REMEMBERED:
            self._inputs = await self._store.inputs()
            self._read = now
        return self._inputs

    def _letter(self, message: Message, rejection: Rejected, at: datetime) -> DeadLetterRow:
        headers, value = sealed_contents(self._seal, message.agency, message.headers, message.value)
        return DeadLetterRow(
            message.position,
            message.agency,
            at,
            rejection.reason.value,
            rejection.detail,
            faults_written(rejection.faults),
            headers,
            value,
        )

    def _opened(self, row: DeadLetterRow) -> DeadLetter:
        headers, value = opened_contents(self._seal, row.agency, row.headers, row.value)
        return DeadLetter(
            row.position,
            row.agency,
            row.at,
            row.reason,
            row.detail,
            faults_read(row.faults),
            headers,
            value,
        )


def sealed_contents(
    seal: Seal, agency: str, headers: Mapping[str, bytes], value: bytes | None
) -> tuple[bytes, bytes | None]:
    """What an agency sent, or an operator has made of it, as the store keeps it."""
    owner = f"rejections:{agency}"
    texts = {name: b64encode(content).decode() for name, content in headers.items()}
    return seal.seal(owner, orjson.dumps(texts)), None if value is None else seal.seal(owner, value)


def opened_contents(
    seal: Seal, agency: str, headers: bytes, value: bytes | None
) -> tuple[dict[str, bytes], bytes | None]:
    """The way back. Raises `Halt`: it cannot be opened."""
    owner = f"rejections:{agency}"
    texts = orjson.loads(seal.open(owner, headers))
    opened = {name: b64decode(content) for name, content in texts.items()}
    return opened, None if value is None else seal.open(owner, value)


def faults_written(faults: Sequence[Fault]) -> str:
    """Faults as the store keeps them."""
    return orjson.dumps([_fault(fault) for fault in faults]).decode()


def faults_read(faults: str) -> tuple[Fault, ...]:
    """The way back."""
    return tuple(Fault(**fault) for fault in orjson.loads(faults))


def _id_within(value: bytes | None) -> Json:
    """The id in an event that holds its attributes itself."""
    try:
        event = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    return event.get("id") if isinstance(event, dict) else None


def _notice(letter: DeadLetter) -> Publication:
    """A problem (RFC 9457) without any value of what was sent; its sender finds the message by position and id."""
    problem = {
        "type": f"urn:case-sharing:problem:{letter.reason}",
        "detail": letter.detail,
        "faults": [_fault(fault) for fault in letter.faults],
        "position": letter.position,
        "id": letter.submission_id,
        "time": letter.at.isoformat(),
    }
    return Publication(letter.position, {"content-type": "application/problem+json"}, orjson.dumps(problem))


def _fault(fault: Fault) -> dict[str, str]:
    return {"path": fault.path, "rule": fault.rule, "detail": fault.detail}
