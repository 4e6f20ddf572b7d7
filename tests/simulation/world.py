"""One history, whole: a hub of some processes, its agencies, bad weather, and the quiet after it.

`play(seed)` runs it and looks at the end of it; the same seed plays the same history, step by step.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from unittest.mock import patch

import structlog

from hub.domain.contract import Delivery
from hub.domain.errors import Unavailable
from hub.domain.outcome import Accepted, Outcome
from hub.domain.submission import Submission
from hub.exchange import relay, streams
from hub.ports import Outlet, SubmissionId
from tests.simulation.agencies import INPUT_PARTITIONS, Agency, FeedAgency, Store, StreamAgency
from tests.simulation.broker import Broker, Topic
from tests.simulation.checks import Ending, broken
from tests.simulation.histories import START, History
from tests.simulation.hub import Ground, Hub
from tests.simulation.loop import Process, SeededLoop, Stuck
from tests.simulation.parties import contracts, speakers
from tests.simulation.tables import Tables
from tests.simulation.wire import Stormy, Weather

LENGTH = 90
"""Submissions of a history, at most."""
_LATE = timedelta(seconds=5)
"""No process stands still for longer."""
_DEADLINE_S = 60.0
"""Within so long after the last fault everything must agree."""
_LOOKED_S = 2 * streams.WATCH_S
"""Within so long, a relay that is not disturbed has looked at its topics."""
_SETTLED_S = 3.0
"""For so long it must go on agreeing: the relay looks at its topics every two seconds."""


class Broken(Exception):
    """A history whose end is not what it must be."""

    def __init__(self, seed: int, what: str) -> None:
        super().__init__(f"{what}\nreplay it with: python -m tests.simulation {seed}")
        self.seed = seed
        self.what = what


@dataclass(frozen=True, slots=True)
class Played:
    """What a history came to. struck: (where, what) -> how often a fault struck there."""

    steps: int
    seconds: float
    accepted: int
    persons: int
    struck: Counter[tuple[str, str]]


def play(seed: int, note: Callable[[str], None] = lambda _line: None) -> Played:
    """Play the history of a seed.

    note: told what happens, with the virtual time.

    Raises:
        Broken: with what is wrong, and how to play it again.
    """
    loop = SeededLoop(Random(f"{seed} order"))
    world = World(seed, loop, note)
    with _logs_noted(world.note), _scaled():
        try:
            loop.run(world.run())
        except (AssertionError, Stuck, Disagreement) as error:
            raise Broken(seed, str(error)) from error
    if loop.complaints:
        raise Broken(seed, loop.complaints[0])
    tables = world.ground.tables
    persons = {row.person for row in tables.locals.values()}
    return Played(loop.steps, loop.time(), len(world.accepted), len(persons), world.struck)


class Disagreement(Exception):
    """What does not agree when the deadline has passed."""


class World:
    """Everything of one history."""

    def __init__(self, seed: int, loop: SeededLoop, note: Callable[[str], None]) -> None:
        self._random = random = Random(f"{seed} weather")
        self._loop = loop
        self._note = note
        self.struck: Counter[tuple[str, str]] = Counter()
        self.weather = Weather(
            killed=random.choice((0.0, 0.002, 0.008)),
            paused=random.choice((0.0, 0.002, 0.005)),
            unavailable=random.choice((0.0, 0.005, 0.03)),
            slow=random.choice((0.05, 0.2, 0.5)),
            slowness=random.choice((0.01, 0.05, 0.2)),
        )
        self.submitted: dict[SubmissionId, list[Submission]] = {}
        self.accepted: dict[SubmissionId, Submission] = {}
        self.refused: set[SubmissionId] = set()
        inputs = [
            f"hub.in.{each.agency}/{partition}"
            for each in contracts().values()
            if each.delivery is Delivery.STREAM
            for partition in range(INPUT_PARTITIONS)
        ]
        self.broker = Broker()
        self.ground = Ground(
            Tables(),
            self.broker,
            contracts(),
            inputs,
            self._now,
            Random(f"{seed} persons"),
            alone=random.random() < 0.3,
            told=self._told,
        )
        self.history = History(Random(f"{seed} history"), speakers(), random.randint(LENGTH // 3, LENGTH))
        self.agencies = [self._agency(name) for name in contracts()]
        self.hubs: dict[str, Hub] = {}
        self._processes: list[Process] = []
        self._calm = False

    def _now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def note(self, line: str) -> None:
        """Tell what happens."""
        self._note(f"{self._loop.time():9.3f} {line}")

    def _told(self, submission: Submission, outcome: Outcome) -> None:
        id_ = SubmissionId(submission.agency, submission.id)
        if not isinstance(outcome, Accepted):
            self.refused.add(id_)
            return
        if self.accepted.setdefault(id_, submission) != submission:
            raise Disagreement(f"{id_} was taken twice, with two bodies")

    def _agency(self, name: str) -> Agency:
        steps = self.history.steps.get(name, [])
        if contracts()[name].delivery is Delivery.STREAM:
            return StreamAgency(name, steps, Store(), broker=self.broker)
        return FeedAgency(name, steps, Store(), door=self._door)

    def _door(self) -> Hub:
        return self._random.choice(list(self.hubs.values()))

    async def run(self) -> None:
        """The storm, then the quiet, then what must hold."""
        names = [f"hub-{number + 1}" for number in range(self._random.choice((1, 2, 2, 3)))]
        guarded = [asyncio.create_task(self._keep_hub(name)) for name in names]
        while len(self.hubs) < len(names):
            await asyncio.sleep(0)
        guarded += [asyncio.create_task(self._keep_agency(agency)) for agency in self.agencies]
        sending = asyncio.create_task(self._send())
        mishaps = asyncio.create_task(self._mishaps())
        await self._first_of(sending, guarded)
        mishaps.cancel()
        self.weather.calm()
        self._calm = True
        self.note("quiet")
        await self._first_of(asyncio.create_task(self._settle()), guarded)
        ending = Ending(self.ground, self.agencies, self.broker, self.accepted, self.history, self._random)
        if wrong := await broken(ending):
            raise Disagreement(wrong)

    async def _first_of(self, work: "asyncio.Task[None]", guarded: list["asyncio.Task[None]"]) -> None:
        """Wait for the work; what guards a process ends only by an error."""
        await asyncio.wait((work, *guarded), return_when=asyncio.FIRST_COMPLETED)
        for task in (work, *guarded):
            if task.done():
                task.result()
        if not work.done():
            raise Stuck("a process ended by itself")

    async def _send(self) -> None:
        sending = [asyncio.create_task(agency.send()) for agency in self.agencies]
        for task in sending:
            await task

    async def _keep_hub(self, name: str) -> None:
        """Start a process of the hub again whenever it dies."""
        while True:
            process = Process(name)
            hub = Hub(self.ground, process, self._wire(process), partial(self._assigned, process))
            self.hubs[name] = hub
            self._processes.append(process)
            self.note(f"{name} starts")
            task = process.start(hub.run())
            await asyncio.wait((task,))
            if not task.cancelled():
                raise Disagreement(f"{name} ended by itself: {task.exception()!r}") from task.exception()
            self._processes.remove(process)
            await asyncio.sleep(self._random.expovariate(2))

    async def _keep_agency(self, agency: Agency) -> None:
        """Start an agency's reader again whenever it dies or gives up."""
        while True:
            process = Process(agency.name)
            self._processes.append(process)
            task = process.start(agency.read(self._wire(process)))
            await asyncio.wait((task,))
            if not task.cancelled() and not isinstance(task.exception(), Unavailable):
                raise Disagreement(f"{agency.name} ended by itself: {task.exception()!r}") from task.exception()
            self._processes.remove(process)
            await asyncio.sleep(self._random.choice((0.2, 1.0, 4.0)))

    def _wire(self, process: Process) -> Stormy:
        return Stormy(process, self.weather, self._random, self._strikes)

    def _strikes(self, process: Process, point: str, what: str) -> None:
        """A process that stands still loses the lead: the database gives up on its connection."""
        self.struck[point, what] += 1
        self.note(f"{process.name} {what} at {point}")
        hub = self.hubs.get(process.name)
        if what == "paused" and hub is not None and hub.leads:
            self.ground.tables.leader = None

    def _assigned(self, process: Process) -> list[str]:
        """The inputs of one process: dealt out among those that are alive."""
        alive = [each.process for each in self.hubs.values() if each.process.alive]
        if process not in alive:
            return []
        return list(self.ground.inputs[alive.index(process) :: len(alive)])

    async def _mishaps(self) -> None:
        """Now and then something happens that nobody asked for."""
        rate = self._random.choice((0.05, 0.3, 1.0))
        while True:
            await asyncio.sleep(self._random.expovariate(rate))
            if self._mishap() == "cut":
                # Nothing else breaks until the relay has looked: two faults at once may hide each other from everybody.
                self.weather.held = True
                await asyncio.sleep(_LOOKED_S)
                self.weather.held = False

    def _mishap(self) -> str:
        random = self._random
        name = random.choice([f"hub.out.{each.name}" for each in self.agencies if isinstance(each, StreamAgency)])
        topic = self.broker.topic(name)
        kind = random.choice(("delete", "empty", "cut", "compact", "kill", "kill", "lead", "refill"))
        match kind:
            case "delete":
                self.broker.delete(name)
            case "empty":
                topic.empty()
            case "cut":
                self._cut(topic, self.ground.tables.outlets.get(name.removeprefix("hub.out.")))
            case "compact":
                topic.compact(random)
            case "refill":
                tables = self.ground.tables
                for agency, outlet in tables.outlets.items():
                    tables.outlets[agency] = replace(outlet, refill=True)
            case "kill":
                random.choice(self._processes).kill()
            case _:
                self.ground.tables.leader = None
        self.struck["mishap", kind] += 1
        self.note(f"mishap: {kind} {name if kind in {'delete', 'empty', 'cut', 'compact'} else ''}")
        return kind

    def _cut(self, topic: Topic, outlet: Outlet | None) -> None:
        """A power cut takes the end of a topic, with some of what the relay has noted as published, and the reader."""
        undisturbed = all(process.asleep_until <= self._loop.time() for process in self._processes)
        if outlet is None or outlet.topic_end <= topic.start or not undisturbed:
            return
        topic.cut(topic.end - self._random.randint(topic.start, min(topic.end, outlet.topic_end) - 1))
        for process in [each for each in self._processes if each.name == outlet.agency]:
            process.kill()

    async def _settle(self) -> None:
        """Wait until nothing is under way any more, and then a little longer.

        Raises:
            Disagreement: it does not come to rest in time.
        """
        deadline = self._loop.time() + _DEADLINE_S
        quiet_since = None
        while quiet_since is None or self._loop.time() - quiet_since < _SETTLED_S:
            await asyncio.sleep(0.5)
            underway = self._underway()
            quiet_since = None if underway else quiet_since or self._loop.time()
            if underway and self._loop.time() > deadline:
                raise Disagreement(f"still under way {_DEADLINE_S:.0f} s after the last fault: {underway}")

    def _underway(self) -> str:
        """What is not finished, in words; empty when all is."""
        tables, broker = self.ground.tables, self.broker
        if any(
            outlet.refill
            for outlet in tables.outlets.values()
            if contracts()[outlet.agency].delivery is Delivery.STREAM
        ):
            return "topics to be filled again"
        if tables.owed:
            return f"{len(tables.owed)} debts"
        if tables.dead_letters.keys() != tables.notified:
            return "notices of dead letters"
        for topic in self.ground.inputs:
            if broker.committed(topic) < broker.topic(topic).end:
                return f"{topic} is not read"
        return next((each for each in map(self._unread, self.agencies) if each), "")

    def _unread(self, agency: Agency) -> str:
        outlet = self.ground.tables.outlets.get(agency.name)
        if agency.store.unsent:
            return f"{agency.name} has receipts to send"
        if isinstance(agency, StreamAgency):
            topic = self.broker.topic(f"hub.out.{agency.name}")
            if outlet and outlet.published < outlet.number:
                return f"{agency.name} is not published to"
            if agency.read_to < topic.end:
                return f"{agency.name} has not read its topic"
        elif outlet and agency.read_to < outlet.number:
            return f"{agency.name} has not read its feed"
        return ""


@contextmanager
def _scaled() -> Iterator[None]:
    """Batches as small as histories are, and a relay that looks less often when it idles."""
    with (
        patch.object(relay, "BATCH", 5),
        patch.object(streams, "BATCH", 3),
        patch.object(streams, "LATE", _LATE),
        patch.object(relay, "IDLE_S", 0.2),
        patch.object(relay, "BACK_OFF_S", 0.3),
    ):
        yield


@contextmanager
def _logs_noted(note: Callable[[str], None]) -> Iterator[None]:
    """The hub's log goes to whoever follows the history."""
    before = structlog.get_config()

    def noted(_logger: object, method: str, event: MutableMapping[str, object]) -> str:
        fields = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
        note(f"log: {method} {event['event']} {fields}")
        raise structlog.DropEvent

    structlog.configure(processors=[noted])
    try:
        yield
    finally:
        structlog.configure(**before)
