"""Where a situation is played: the pretended hub, the driver, people nobody else is, and what may be expected."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.conformance.driver import Abilities, Driver
from adapters.conformance.people import CHANGED, People, Record
from adapters.conformance.pretend import Delivered, Event, PretendHub, new_person
from hub.domain.canonical import Json, canonical

_LOOK_S = 0.05


class Failed(Exception):
    """The tried side does not do what the situation asks; says what, never a value."""


@dataclass(frozen=True, slots=True)
class Stage:
    """patience, quiet: seconds; how long something may take, and how long nothing must come to be nothing."""

    hub: PretendHub
    driver: Driver
    tried: Abilities
    people: People
    now: datetime
    patience: float = 15.0
    quiet: float = 1.5

    def told(self) -> Record:
        """A plain record of somebody new, of a type that the tried side takes."""
        return self.people.record(self.people.first_of(self.tried.takes), self.people.somebody())

    def own(self) -> Record:
        """A plain record of somebody new, of a type that the tried side says."""
        return self.people.record(self.people.first_of(self.tried.says), self.people.somebody())

    def ago(self, **span: float) -> datetime:
        """A moment before the kit began, UTC: what is recorded then is in order."""
        return self.now - timedelta(**span)

    async def until(self, what: str, happened: Callable[[], bool]) -> None:
        """Wait for something. Raises `Failed` when it does not happen in time."""

        async def it_happened() -> bool:
            return happened()

        await self._until(what, it_happened)

    async def stay_quiet(self) -> None:
        """Give what must not come its time to come."""
        await asyncio.sleep(self.quiet)

    async def acknowledged(self, delivered: Delivered) -> None:
        """The delivery was applied, and what is held has its digest.

        Raises:
            Failed: no receipt came, another digest came, or it was parked.
        """
        number = delivered.number
        receipts, parked = self.hub.receipts, self.hub.parked
        await self.until("a receipt of the release", lambda: number in receipts or number in parked)
        if number in parked and number not in receipts:
            raise Failed("the release was parked, not applied")
        if receipts[number] != delivered.digest:
            raise Failed("the receipt has another digest than the release: something else is held")

    async def shows(self, record: Record, *local_ids: str) -> None:
        """The native system shows the record to its users, under one of the local ids, once, and nothing that differs.

        Raises:
            Failed: it is not there, is there twice, or says something else.
        """
        held = [body for local_id in local_ids or (record.local_id,) for body in await self._held(record, local_id)]
        if len(held) != 1:
            raise Failed(f"the native system shows {len(held)} such records, not one")
        if differs := sorted(differing(held[0], record.body)):
            raise Failed(f"the native system shows something else at {', '.join(differs)}")
        for name in CHANGED[record.type][0]:
            if name not in held[0]:
                raise Failed(f"the native system does not show /{name}")

    async def shows_nothing(self, record: Record) -> None:
        """The native system shows no such record. Raises `Failed` when it does after all."""

        async def gone() -> bool:
            return not await self._held(record, record.local_id)

        await self._until("that the native system no longer shows the record", gone)

    async def said(self, record: Record, fits: Callable[[Event], bool] = lambda _event: True) -> Event:
        """The submission by which the tried side says this record. Raises `Failed` when none comes."""
        await self.until("a submission of the record", lambda: any(map(fits, self.events(record))))
        return next(filter(fits, self.events(record)))

    def events(self, record: Record) -> Sequence[Event]:
        """What was taken of the record's type and person, in the order the tried side gives it."""
        of_it = [e for e in self.hub.taken if (e.record_type, e.local_id) == (record.type, record.local_id)]
        return sorted(of_it, key=lambda event: (moment(event), event.sequence or 0, event.id))

    def person(self) -> str:
        """A new person, as the hub names one."""
        return new_person()

    async def _held(self, record: Record, local_id: str) -> list[Json]:
        held = await self.driver.held(record.type, local_id)
        named = self.hub.registry.get(record.type, self.hub.version).schema["x-reference"]
        return [body for body in held if all(body.get(name) == record.body[name] for name in named)]

    async def _until(self, what: str, happened: Callable[[], Awaitable[bool]]) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience
        while not await happened():
            if loop.time() > until:
                raise Failed(f"{what} within {self.patience:g} s: no")
            await asyncio.sleep(_LOOK_S)


def moment(event: Event) -> datetime:
    """The time of a submission. Raises `Failed` when it is none with its offset."""
    try:
        time = datetime.fromisoformat(event.time)
    except ValueError:
        raise Failed("a submission's time is not ISO 8601") from None
    if time.tzinfo is None:
        raise Failed("a submission's time has no offset")
    return time.astimezone(UTC)


def differing(held: Json, released: Json, path: str = "") -> Iterator[str]:
    """JSON Pointers of what is held and was not released so; what is not held at all is the rest's business."""
    match held, released:
        case dict(), dict():
            for name, value in held.items():
                if name in released or value is not None:
                    yield from differing(value, released.get(name), f"{path}/{name}")
        case list(), list():
            yield from (f"{path}/{index}" for index, value in enumerate(held) if not _is_among(value, released))
            if len(held) > len(released):
                yield path
        case _ if canonical(held) != canonical(released):
            yield path or "/"


def _is_among(value: Json, released: list[Json]) -> bool:
    return any(not any(True for _ in differing(value, other)) for other in released)
