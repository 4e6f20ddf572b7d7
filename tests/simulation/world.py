"""One history, whole: a hub of some processes, its agencies, bad weather, and the quiet after it.

`play(seed)` runs it and looks at the end of it; the same seed plays the same history, step by step.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from random import Random
from unittest.mock import patch

import structlog

from adapters.client.link import Delivery, RecordName
from hub.domain.contract import Delivery as Way
from hub.domain.convergence import State
from hub.domain.errors import Rejected
from hub.domain.notices import NOTICE
from hub.domain.outcome import Accepted, Outcome
from hub.domain.submission import Submission
from hub.exchange import due, matching, relay, risk_watch, streams
from hub.exchange.conflicts import Place
from hub.exchange.resolve import Choice
from hub.ports import AuditRow, SubmissionId
from tests.simulation import matched
from tests.simulation.agencies import INPUT_PARTITIONS, Agency, FeedAgency, Store, StreamAgency
from tests.simulation.broker import Broker
from tests.simulation.cast import Cast
from tests.simulation.checks import Ending, broken
from tests.simulation.histories import START, History
from tests.simulation.hub import Died, Ground
from tests.simulation.loop import SeededLoop, Stuck
from tests.simulation.mishaps import Mishaps
from tests.simulation.parties import contracts, speakers
from tests.simulation.received import MemoryParkedStore
from tests.simulation.rest import underway
from tests.simulation.tables import Tables
from tests.simulation.wire import Weather

LENGTH = 90
"""Submissions of a history, at most."""
_CLIMATES = (
    (0.0, 0.0, 0.0),
    (0.01, 0.0, 0.0),
    (0.0, 0.01, 0.0),
    (0.0, 0.0, 0.03),
    (0.002, 0.002, 0.005),
    (0.005, 0.005, 0.01),
)
"""How often a process is killed, stands still or gets no answer, at each point that it crosses."""
_ROUGH = (0.01, 0.02, 0.02)
"""The same where a fault is looked for that only this shows."""
_REFUSING = (0.0, 0.0, 0.0, 0.05, 0.3)
"""How often an agency's system cannot apply a delivery."""
_LIMITED = (0.08, 0.4)
"""How often an offender record says whether access is limited: in any history, and where it shall be often."""
_OPERATOR_LOOKS_S = 1.0
_OPERATOR_DECIDES_S = (0.0, 0.2, 1.0)
"""Seconds between two decisions on who is one person, on average; 0: nothing is decided."""
_OFTEN_S = 0.05
"""The same where decisions are to be many."""
_OPERATOR_RULES_S = (0.0, 0.0, 0.4)
"""Seconds between two rulings where agencies differ, on average; 0: nothing is ruled."""
_ANOTHER_PAIR = 0.6
"""How often that is of any two, not of two of whom something was decided before."""
_OPERATOR_WAITS = timedelta(seconds=4)
_LATE = timedelta(seconds=5)
"""No process stands still for longer."""
_DEADLINE_S = 60.0
"""Within so long after the last fault everything must agree."""
_SETTLED_S = 3.0
"""For so long it must go on agreeing: the relay looks at its topics every two seconds."""


class Broken(Exception):
    """A history whose end is not what it must be."""

    def __init__(self, seed: int, what: str) -> None:
        super().__init__(f"{what}\nreplay it with: python -m tests.simulation {seed}")
        self.seed = seed
        self.what = what


class Disagreement(Exception):
    """What does not hold that must."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a history came to. struck: (where, what) -> how often a fault struck there."""

    steps: int
    seconds: float
    accepted: int
    struck: Counter[tuple[str, str]]


def play(seed: int, note: Callable[[str], None] = lambda _line: None, mostly: str | None = None) -> Played:
    """Play the history of a seed.

    note: told what happens, with the virtual time. mostly: a kind of mishap that is to happen often, or `rough`: the
    weather is; or `limited`: access is limited and lifted often; or `decided`: an operator decides often.

    Raises:
        Broken: with what is wrong, and how to play it again.
    """
    loop = SeededLoop(Random(f"{seed} order"))
    world = World(seed, loop, note, mostly)
    with _logs_noted(world.note), _scaled():
        try:
            loop.run(world.run())
        except (AssertionError, Stuck, Died, Disagreement) as error:
            raise Broken(seed, str(error)) from error
    if loop.complaints:
        raise Broken(seed, loop.complaints[0])
    return Played(loop.steps, loop.time(), len(world.accepted), world.cast.struck)


class World:
    """Everything of one history."""

    def __init__(self, seed: int, loop: SeededLoop, note: Callable[[str], None], mostly: str | None) -> None:
        self._random = random = Random(f"{seed} weather")
        self._loop = loop
        self._note = note
        self._mostly = mostly
        self.accepted: dict[SubmissionId, list[Submission]] = {}
        self.refused: set[SubmissionId] = set()
        killed, paused, unavailable = random.choice(_CLIMATES)
        slow, slowness = random.choice((0.05, 0.2, 0.5)), random.choice((0.01, 0.05, 0.2))
        if mostly == "rough":
            killed, paused, unavailable = _ROUGH
        self.weather = Weather(killed, paused, unavailable, slow, slowness)
        self._streaming = [name for name, each in contracts().items() if each.delivery is Way.STREAM]
        self.ground = Ground(
            Tables(),
            Broker(),
            dict(contracts()),
            [f"hub.in.{name}/{partition}" for name in self._streaming for partition in range(INPUT_PARTITIONS)],
            self._now,
            Random(f"{seed} persons"),
            alone=random.random() < 0.3,
            told=self._told,
        )
        self.cast = Cast(self.ground, self.weather, random, self.note)
        length, limited = random.randint(LENGTH // 3, LENGTH), _LIMITED[mostly == "limited"]
        self.history = History(Random(f"{seed} history"), speakers(), length, limited)
        self._refusals = Random(f"{seed} refusals")
        self._decisions = Random(f"{seed} decisions")
        self._rulings = Random(f"{seed} rulings")
        self._refusing = self._refusals.choice(_REFUSING)
        self._forgetful = self._refusals.choice((None, *contracts()))
        self.agencies = [self._agency(name) for name in contracts()]

    def _agency(self, name: str) -> Agency:
        steps = self.history.steps.get(name, [])
        forgets = _third if name == self._forgetful else _none
        if name in self._streaming:
            return StreamAgency(name, steps, Store(), 0, self._refuses, forgets, broker=self.ground.broker)
        return FeedAgency(name, steps, Store(), 0, self._refuses, forgets, door=self.cast.door)

    def _refuses(self, delivery: Delivery) -> bool:
        """Whether an agency's system cannot apply a delivery now; it can always do without a record."""
        return bool(self._refusing) and not delivery.withdrawn and self._refusals.random() < self._refusing

    async def _retry(self) -> None:
        """An operator has what is parked delivered again, and again if it comes to nothing, for ever."""
        store = MemoryParkedStore(self.ground.tables)
        while True:
            await asyncio.sleep(_OPERATOR_LOOKS_S)
            for held, row in list(self.ground.tables.parked.items()):
                if row.retried is None or self._now() - row.retried > _OPERATOR_WAITS:
                    entry = AuditRow(self._now(), "parked-retried", "anna", held.agency, "", "", "", str(row.number))
                    await store.retry(held.agency, row.number, entry)
                    self.note(f"parked delivery {row.number} of {held.agency} is owed again")

    async def _decide(self) -> None:
        """An operator decides who is one person, now and then and rightly or not, in some histories and for ever."""
        resolving, random = self.ground.resolving(), self._decisions
        seldom = _OFTEN_S if self._mostly == "decided" else random.choice(_OPERATOR_DECIDES_S)
        while seldom:
            await asyncio.sleep(random.expovariate(1 / seldom))
            tables = self.ground.tables
            if len(tables.locals) > 1:
                pairs = list(combinations(sorted(tables.locals), 2))
                pair = random.choice(pairs if random.random() < _ANOTHER_PAIR else sorted(tables.verdicts) or pairs)
                choice = random.choice([*Choice] if pair in tables.verdicts else [Choice.LINK, Choice.KEEP_APART])
                await resolving.rule_pair(*pair, choice, "as both files say", "anna")
                self.note(f"decided: {choice}")

    async def _rule(self) -> None:
        """An operator rules where agencies differ, and takes rulings back, in some histories and for ever."""
        ruling, differing, random = self.ground.ruling(), self.ground.differing(), self._rulings
        seldom = random.choice(_OPERATOR_RULES_S)
        while seldom:
            await asyncio.sleep(random.expovariate(1 / seldom))
            shared = [row for row in self.ground.tables.records.values() if row.content and row.id.type != NOTICE]
            chosen = random.sample(sorted(shared, key=lambda each: each.id), len(shared))
            rows = (self.ground.tables.differing(each) for each in chosen)
            row, differences = next(((row, found) for row in rows if (found := differing.differences(row))), (None, []))
            if row is None:
                continue
            difference = random.choice(differences)
            conflict = Place(row.record.id.person, row.record.rid, difference.place).id
            names = [each.name for each in difference.opinions]
            with suppress(Rejected):  # what was said there has changed meanwhile
                if difference.state is State.RULED:
                    await ruling.take_back(conflict, "as both files say", "anna")
                else:
                    await ruling.rule(conflict, names, random.choice(names), "as both files say", "anna")
                self.note(f"ruled where it was {difference.state}")

    def _now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def note(self, line: str) -> None:
        """Tell what happens."""
        self._note(f"{self._loop.time():9.3f} {line}")

    def _told(self, submission: Submission, outcome: Outcome) -> None:
        id_ = SubmissionId(submission.agency, submission.id)
        if isinstance(outcome, Accepted):
            self.accepted.setdefault(id_, []).append(submission)
        else:
            self.refused.add(id_)

    async def run(self) -> None:
        """The storm, then the quiet, then what must hold.

        Raises:
            Disagreement: something does not hold.
        """
        names = [f"hub-{number + 1}" for number in range(self._random.choice((1, 2, 2, 3)))]
        kept = [asyncio.create_task(self.cast.keep_hub(name)) for name in names]
        while len(self.cast.hubs) < len(names):
            await asyncio.sleep(0)
        kept += [asyncio.create_task(self.cast.keep_agency(agency)) for agency in self.agencies]
        if self._refusing:
            kept.append(asyncio.create_task(self._retry()))
        mishaps = Mishaps(self.ground, self.cast, self.weather, self._random, self.note, self._mostly)
        happening = asyncio.create_task(mishaps.go_on(self._streaming))
        deciding = [asyncio.create_task(self._decide()), asyncio.create_task(self._rule())]
        await _first_of(asyncio.create_task(self._send()), kept)
        happening.cancel()
        for each in deciding:
            await _ended(each)
        self.weather.calm()
        self._refusing = 0.0
        self.note("quiet")
        await _first_of(asyncio.create_task(self._come_to_rest()), kept)
        ending = Ending(self.ground, self.agencies, self.history, self.accepted, self.refused, self._random)
        if wrong := await broken(ending):
            raise Disagreement(wrong)

    async def _send(self) -> None:
        sending = [asyncio.create_task(agency.send()) for agency in self.agencies]
        for task in sending:
            await task

    async def _come_to_rest(self) -> None:
        """Wait until nothing is under way any more, and then a little longer.

        Raises:
            Disagreement: it does not come to rest in time.
        """
        deadline = self._loop.time() + _DEADLINE_S
        quiet_since = None
        while quiet_since is None or self._loop.time() - quiet_since < _SETTLED_S:
            await asyncio.sleep(0.5)
            unfinished = underway(self.ground, self.agencies)
            quiet_since = None if unfinished else quiet_since or self._loop.time()
            if unfinished and self._loop.time() > deadline:
                raise Disagreement(f"still under way {_DEADLINE_S:.0f} s after the last fault: {unfinished}")


def _third(record: RecordName) -> bool:
    """About one record of three."""
    return sum("".join(record).encode()) % 3 == 0


def _none(_record: RecordName) -> bool:
    return False


async def _ended(task: "asyncio.Task[None]") -> None:
    """End what goes on for ever. Raises what it has ended by."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _first_of(work: "asyncio.Task[None]", kept: list["asyncio.Task[None]"]) -> None:
    """Wait for the work; what keeps a process running ends only by an error."""
    await asyncio.wait((work, *kept), return_when=asyncio.FIRST_COMPLETED)
    for task in (work, *kept):
        if task.done():
            task.result()


@contextmanager
def _scaled() -> Iterator[None]:
    """Batches as small as histories are, and a relay that looks less often when it idles."""
    with (
        patch.object(relay, "BATCH", 5),
        patch.object(relay, "LATER", 4),
        patch.object(streams, "BATCH", 3),
        patch.object(streams, "LATE", _LATE),
        patch.object(relay, "IDLE_S", 0.2),
        patch.object(relay, "LONGEST_IDLE_S", 0.2),
        patch.object(relay, "BACK_OFF_S", 0.3),
        patch.object(due, "BATCH", 5),
        patch.object(risk_watch, "BATCH", 3),
        patch.object(matching, "TURN", 5),
        patch.object(matching, "LOOK_S", 0.3),
        patch.object(matched, "TURN", timedelta(seconds=3)),
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
