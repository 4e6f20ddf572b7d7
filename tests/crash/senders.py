"""How both services hand over in a trial: over REST and over Kafka, under the same ids until answered."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Self

import httpx

from adapters.client.link import Event, Refusal
from hub.domain.errors import Unavailable
from tests.crash.installed import Installed
from tests.crash.submissions import PRISON, Said

_CONNECTIONS = 8
_TOGETHER = 20
_AGAIN_S = 0.1
_TIMEOUT = httpx.Timeout(15.0)
_COLLECTIONS = {"assessment": "assessments", "registration": "registrations", "movement": "movements"}
_NAMING = {"assessment": ("reference",), "registration": ("reference",), "movement": ("booking", "sequence")}


class Senders:
    """Hands over what is put into it. `done` waits until all of it was answered; `refused` must stay empty.

    answered: how many were, for good.

    Used as a context. Probation puts and deletes single records over several connections, and now and then sends a
    stream of lines; the prison sends to Kafka.
    """

    def __init__(self, installed: Installed, hub: str) -> None:
        self._installed = installed
        self._http = httpx.AsyncClient(base_url=hub, auth=installed.auth(hub), timeout=_TIMEOUT, trust_env=False)
        self._stream = installed.stream()
        self._feed = installed.feed(hub)
        self._singly: asyncio.Queue[Event] = asyncio.Queue()
        self._in_lines: asyncio.Queue[Event] = asyncio.Queue()
        self._to_kafka: asyncio.Queue[Event] = asyncio.Queue()
        self.answers: Counter[int] = Counter()
        self.refused: list[str] = []
        self.answered = 0
        self._tasks = [
            *(asyncio.create_task(self._put_singly()) for _ in range(_CONNECTIONS)),
            asyncio.create_task(self._submit(self._feed.submit, self._in_lines)),
            asyncio.create_task(self._submit(self._stream.submit, self._to_kafka)),
        ]

    def put(self, said: Sequence[Said]) -> None:
        """Hand these over from now on."""
        for each in said:
            if each.by == PRISON:
                self._to_kafka.put_nowait(each.event)
            elif (each.event.sequence or 0) % 4 == 0:
                self._in_lines.put_nowait(each.event)
            else:
                self._singly.put_nowait(each.event)

    async def done(self, within: float) -> None:
        """Return when everything was answered, however long that takes, as long as there are answers.

        Raises:
            TimeoutError: nothing was answered for so many seconds; an error of a sender comes out as it is.
        """
        all_answered = asyncio.create_task(self._all_answered())
        before, ended = -1, set[asyncio.Task[None]]()
        while not ended and before < self.answered:
            before = self.answered
            waiting = (all_answered, *self._tasks)
            ended, _ = await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        all_answered.cancel()
        for task in ended:
            task.result()
        if all_answered not in ended:
            raise TimeoutError(f"nothing was answered for {within:.0f} s, after {self.answered} answers")

    async def _all_answered(self) -> None:
        for waiting in (self._singly, self._in_lines, self._to_kafka):
            await waiting.join()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop handing over."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._http.aclose()
        await self._stream.close()
        await self._feed.close()

    async def _put_singly(self) -> None:
        while True:
            event = await self._singly.get()
            answer = await self._put(event)
            if answer is None or answer.is_server_error:
                await asyncio.sleep(_AGAIN_S)
                self._singly.put_nowait(event)
            else:
                self.answered += 1
                if answer.is_error or answer.json()["id"] != event.id:
                    self.refused.append(f"{event.id}: {answer.status_code} {answer.text}")
            self._singly.task_done()

    async def _put(self, event: Event) -> httpx.Response | None:
        """The hub's answer; None when there was none, which leaves open whether it was taken."""
        headers = {"Idempotency-Key": event.id, "ce-time": event.time.isoformat(), "ce-sequence": str(event.sequence)}
        method = "DELETE" if event.withdrawn else "PUT"
        try:
            answer = await self._http.request(
                method, _path(event), json=None if event.withdrawn else event.body, headers=headers
            )
        except (httpx.TransportError, Unavailable):
            self.answers[0] += 1
            return None
        self.answers[answer.status_code] += 1
        return answer

    async def _submit(
        self, submit: Callable[[Sequence[Event]], Awaitable[Sequence[Refusal]]], waiting: "asyncio.Queue[Event]"
    ) -> None:
        while True:
            events = [await waiting.get()]
            while len(events) < _TOGETHER and not waiting.empty():
                events.append(waiting.get_nowait())
            await submit(events)
            self.answered += len(events)
            for _ in events:
                waiting.task_done()


def _path(event: Event) -> str:
    offender = f"/v1/offenders/{event.local_id}"
    if event.record_type == "offender":
        return offender
    named = "/".join(str(event.body[name]) for name in _NAMING[event.record_type])
    return f"{offender}/{_COLLECTIONS[event.record_type]}/{named}"
