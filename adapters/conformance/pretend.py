"""The hub as the kit plays it: it takes submissions, releases what a situation tells it to, and fails when told to."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from uuid import uuid4

from adapters.conformance.people import Record
from hub.domain.canonical import Json, digest
from hub.domain.errors import Rejected
from hub.spec.registry import Registry


@dataclass(frozen=True, slots=True)
class Event:
    """A submission as it arrived. time: as sent. body: the record, or what names it when withdrawn."""

    id: str
    record_type: str
    withdrawn: bool
    local_id: str
    time: str
    sequence: int | None
    body: Json


class Failing(Enum):
    """How the hub fails for now."""

    NOT = "answers"
    AWAY = "answers 503"
    FORGETFUL = "takes what it is sent, then answers 500"


@dataclass(slots=True)
class Delivered:
    """A release that was put into the feed. document: as the feed gives it."""

    number: int
    digest: str
    document: Mapping[str, Json]


@dataclass(slots=True)
class PretendHub:
    """One agency's hub. version: of the specification, of all releases."""

    registry: Registry
    agency: str
    client_id: str
    secret: str
    version: str = "1.0.0"
    failing: Failing = Failing.NOT
    taken: list[Event] = field(default_factory=list)
    """What was taken, each id once, in the order it arrived."""
    arrivals: list[Event] = field(default_factory=list)
    """All that arrived, repetitions and what was then answered with an error included."""
    reused: list[str] = field(default_factory=list)
    """Ids that came again with something else."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Submission id and reason."""
    receipts: dict[int, str] = field(default_factory=dict)
    parked: dict[int, Sequence[Json]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    _newest: dict[tuple[str, str, str], Delivered] = field(default_factory=dict)
    _again: list[Delivered] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def token(self) -> str:
        """A new access token."""
        token = uuid4().hex
        self.tokens.add(token)
        return token

    def take(self, event: Event) -> str | None:
        """Take a submission; the reason when it is refused."""
        self.arrivals.append(event)
        before = next((each for each in self.taken if each.id == event.id), None)
        if before is not None:
            same = (before.record_type, before.local_id, before.body) == (event.record_type, event.local_id, event.body)
            if same:
                return None
            self.reused.append(event.id)
            return "id-reused"
        try:
            spec = self.registry.get(event.record_type, self.version)
            (spec.check_withdrawal if event.withdrawn else spec.check)(event.body)
        except Rejected as rejection:
            self.refused.append((event.id, rejection.reason.value))
            return rejection.reason.value
        self.taken.append(event)
        return None

    def release(self, record: Record, person: str, *, shown: bool = True) -> Delivered:
        """Release a record to the agency under a new number. person: the hub's id. shown: at once in the feed."""
        document = {
            "type": record.type,
            "key": self.key(record),
            "version": self.version,
            "body": record.body,
            "marks": {"contested": [], "ruled": [], "underReview": []},
        }
        return self._numbered(person, [record.local_id], document, shown=shown)

    def withdraw(self, record: Record, person: str, moved_to: str | None = None) -> Delivered:
        """Release that there is nothing any more, or that it is another person's now."""
        document = {"type": record.type, "key": self.key(record), "withdrawn": True}
        return self._numbered(person, [], document, moved_to)

    def key(self, record: Record) -> str:
        """How releases name the record; another agency said it."""
        return self.registry.get(record.type, self.version).key("another", record.body)

    def show(self, *delivered: Delivered) -> None:
        """Have the next reading of the feed begin with these, whether or not they were there before."""
        self._again.extend(delivered)
        self._news.set()

    def page(self, after: int) -> tuple[list[Mapping[str, Json]], int]:
        """What the feed shows to one who has read up to a number, and the number to read on from."""
        again, self._again = self._again, []
        beyond = [each for each in self._newest.values() if each.number > after]
        highest = max((each.number for each in beyond), default=after)
        return [each.document for each in (*again, *sorted(beyond, key=lambda each: each.number))], highest

    async def wait(self, after: int, seconds: float) -> None:
        """Until the feed has something beyond a number, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._again and all(each.number <= after for each in self._newest.values()):
                    self._news.clear()
                    await self._news.wait()

    @contextmanager
    def fails(self, how: Failing) -> Iterator[None]:
        """Fail like this within the context."""
        self.failing = how
        try:
            yield
        finally:
            self.failing = Failing.NOT

    def _numbered(
        self,
        person: str,
        local_ids: list[str],
        release: Mapping[str, Json],
        moved_to: str | None = None,
        *,
        shown: bool = True,
    ) -> Delivered:
        number, said = next(self._numbers), digest(release)
        document = {
            "number": number,
            "digest": said,
            "person": person,
            "localIds": local_ids,
            "sources": {},
            "movedTo": moved_to,
            "release": release,
        }
        delivered = Delivered(number, said, document)
        if shown:
            self._newest[person, release["type"], release["key"]] = delivered
            self._news.set()
        return delivered


def new_person() -> str:
    """An id of a person as the hub gives it."""
    return str(uuid4())
