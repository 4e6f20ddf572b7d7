"""The law: the same accepted submissions and decisions, under the same contracts, give the same persons and digests.

Whatever the order, the batches, the repetitions and the crashes between them.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.domain.contract import People
from hub.domain.errors import Unavailable
from hub.domain.ids import uuid7
from hub.domain.recognition import MOST_HOLDERS
from hub.domain.rulings import rule_on
from hub.domain.submission import Submission
from hub.exchange.persons import Recognising
from hub.exchange.resolve import Choice
from hub.ports import HeldId, Moved, OnRecord, RecordId, ShareTransaction, Store
from hub.store.blocks import LARGE_BLOCK
from hub.store.engine import create_schema, open_engine, writing
from hub.store.sharing import SqlStore
from hub.store.tables import crowd, local_id, metadata, owed, review, risk_review, withheld
from hub.trust.naming import local_key
from tests.builders.histories import HOME, LOCAL_IDS, Ruling, histories, rulings
from tests.builders.hub import KEYS, NOW, SEAL, Hub, contract, quick_engine
from tests.builders.records import offender, said
from tests.builders.rulings import DIGEST, Differing, Recorder, differing

LONG_AFTER = NOW + timedelta(days=3_650)
"""When every day has passed that a history speaks of."""
CONTRACTS = {
    each.agency: each
    for each in (
        contract("prison", fields={"offender": frozenset({"names", "dateOfBirth", "identifiers", "keyDates"})}),
        contract("probation-north"),
        contract("probation-south", limited_access=True),
        contract("court", people=People.ALL, fields={"assessment": frozenset({"reference", "roshSummary"})}),
    )
}


def one_in(many: int) -> int:
    """Examples of a law whose every example walks through whole histories: one in so many of other properties' ones.

    HYPOTHESIS_PROFILE=prove with HUB_PROVE_CASES sets how many those are.
    """
    return max(4, settings().max_examples // many)


Found = TypeVar("Found")
Local = TypeVar("Local", str, tuple[str, str])
"""A local id, as its agency names it or by its key."""


class Crash(Enum):
    """Where a batch is cut off."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


# --- ways through a history ---------------------------------------------------------------------------------


class Step(NamedTuple):
    """One batch, what happens to it, and whether the relay comes by afterwards (a new process each time)."""

    batch: list[Submission]
    crash: Crash | None
    relayed: bool
    rulings: Sequence[Ruling] = ()
    """What an operator decides of people after the batch."""
    settled: Sequence[OnRecord] = ()
    """What is ruled then where agencies differ, or will."""
    matched: bool = False
    """Whether those described are compared afterwards; in the end they are."""


@st.composite
def ways(
    draw: st.DrawFn,
    submissions: Sequence[Submission],
    decided: Sequence[Ruling] = (),
    settled: Sequence[OnRecord] = (),
) -> list[Step]:
    """Some order, cut into batches, with repetitions and crashes; each decision when both local ids are known."""
    steps = draw(_batches(submissions))
    spoken_of = [{(each.agency, each.local_id) for each in step.batch} for step in steps]
    for ruling in decided:
        first = max(_first(spoken_of, ruling.one), _first(spoken_of, ruling.other))
        when = draw(st.integers(first, len(steps) - 1))
        steps[when] = steps[when]._replace(rulings=[*steps[when].rulings, ruling])
    keys = [{local_key(KEYS, *local) for local in known} for known in spoken_of]
    for each in settled:
        first = max(_first(keys, local) for local in each.ruling.settles)
        when = draw(st.integers(first, len(steps) - 1))
        steps[when] = steps[when]._replace(settled=[*steps[when].settled, each])
    return steps


def _first(spoken_of: Sequence[set[Local]], local: Local) -> int:
    return next(index for index, known in enumerate(spoken_of) if local in known)


@st.composite
def _batches(draw: st.DrawFn, submissions: Sequence[Submission]) -> list[Step]:
    left = draw(st.permutations(submissions))
    steps: list[Step] = []
    while left:
        size = draw(st.integers(1, len(left)))
        batch, left = left[:size], left[size:]
        repeated = draw(st.lists(st.sampled_from(submissions), max_size=2)) if steps else batch[:1]
        shuffled = draw(st.permutations([*batch, *(each for each in repeated if each not in left)]))
        crash, relayed, matched = draw(st.sampled_from([None, None, *Crash])), draw(st.booleans()), draw(st.booleans())
        steps.append(Step(shuffled, crash, relayed, matched=matched))
    return steps


class Crashing:
    """A store whose next transaction is cut off before its commit, or whose answer is lost after it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.crash: Crash | None = None

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[ShareTransaction]:
        crash, self.crash = self.crash, None
        async with self._store.sharing() as tx:
            yield tx
            if crash is Crash.BEFORE_COMMIT:
                raise Unavailable("cut off")
        if crash is Crash.AFTER_COMMIT:
            raise Unavailable("the answer is lost")


HOLDERS = st.sampled_from([MOST_HOLDERS, MOST_HOLDERS, 2])
"""How many local ids may hold an identifier: as ever, or so few that identifiers are crowded, and are so no more."""


BLOCKS = st.sampled_from([LARGE_BLOCK, 2, 3])
"""How many may have a blocking key: as ever, or so few that keys find nobody any more, and again do."""


async def go(way: Sequence[Step], most_holders: int, large_block: int = LARGE_BLOCK) -> "Agreed":
    """Walk this way from an empty database; what everybody holds in the end."""
    return await went(way, most_holders, agreed, large_block)


async def went(
    way: Sequence[Step],
    most_holders: int,
    then: Callable[[Hub], Awaitable[Found]],
    large_block: int = LARGE_BLOCK,
) -> Found:
    """Walk this way from an empty database; what is found then."""
    with tempfile.TemporaryDirectory() as folder:
        engine = quick_engine(Path(folder) / "hub.db")
        try:
            store = Crashing(SqlStore(engine, most_holders, large_block))
            hub = Hub(engine, CONTRACTS, store=store, large_block=large_block)
            for step in way:
                store.crash = step.crash
                if step.crash:
                    with pytest.raises(Unavailable):
                        await hub.take(*step.batch)
                await hub.take(*step.batch)
                await rule(hub, step.rulings)
                for each in step.settled:
                    await recorder(hub).record(each)
                if step.matched:
                    await hub.match()
                if step.relayed:
                    hub = Hub(engine, CONTRACTS, store=store, persons=hub.persons, large_block=large_block)
                    await hub.watch()
                    await hub.deliver()
            await hub.match()
            return await then(hub)
        finally:
            await engine.dispose()


def recorder(hub: Hub) -> Recorder:
    """Records rulings in this hub."""
    store = hub.store or SqlStore(hub.engine, hub.most_holders)
    return Recorder(store, Recognising(SEAL, lambda: uuid7(next(hub.persons), 0)), hub.deciding, SEAL, lambda: hub.now)


async def rule(hub: Hub, rulings: Sequence[Ruling]) -> None:
    """An operator decides, on each two in turn."""
    for ruling in rulings:
        for choice in ruling.choices:
            await hub.rule(ruling.one, ruling.other, choice)


# --- what they agree on -------------------------------------------------------------------------------------

Who: TypeAlias = frozenset[str]
"""A person, as its local keys: person ids depend on the order, and are in no digest."""


class Agreed(NamedTuple):
    """What must be the same: persons, release digests by (agency, person, type, key), reviews, what is withheld.

    And which identifiers are crowded, with how many hold them; and the open risk reviews: the assertion, the cause and
    since when, with who is asked.
    """

    persons: frozenset[Who]
    digests: dict[tuple[str, Who, str, str], str]
    reviews: frozenset[tuple[str, str, str]]
    withheld: frozenset[tuple[str, Who, str, str]]
    crowded: dict[str, int]
    risks: frozenset[tuple[str, str, int, str]]


async def agreed(hub: Hub) -> Agreed:
    """What is agreed at rest, all days of review being past; every agency holds just what would be rendered for it."""
    hub.now = LONG_AFTER
    await hub.watch()
    await hub.deliver()
    members: dict[str, set[str]] = defaultdict(set)
    for row in await hub.rows(local_id):
        members[row["person"]].add(row["key"])
    who = {person: frozenset(keys) for person, keys in members.items()}
    current, held = await hub.current(), await hub.held()
    kept_back = {
        HeldId(row["agency"], RecordId(row["person"], row["type"], row["key"])) for row in await hub.rows(withheld)
    }

    survivors = await hub.survivors()
    assert {person for person, survivor in survivors.items() if survivor is None} >= members.keys()
    assert members.keys() >= {survivor for survivor in survivors.values() if survivor is not None}
    assert await hub.rows(owed) == []
    assert {id_: (row.digest, row.known_as) for id_, row in held.items() if not row.withdrawn} == {
        id_: (release.digest, release.known_as) for id_, release in current.items() if not release.withdrawn
    }
    assert kept_back == {id_ for id_, release in current.items() if release.withheld}
    return Agreed(
        frozenset(who.values()),
        {_named(id_, who): row.digest for id_, row in held.items() if not row.withdrawn},
        frozenset((row["one"], row["other"], row["doubt"]) for row in await hub.rows(review)),
        frozenset(_named(id_, who) for id_ in kept_back),
        {row["digest"]: row["holders"] for row in await hub.rows(crowd)},
        frozenset(
            (row["slot"], row["cause"], row["since"], row["agency"])
            for row in await hub.rows(risk_review)
            if row["closed"] is None
        ),
    )


def _named(id_: HeldId, who: Mapping[str, Who]) -> tuple[str, Who, str, str]:
    return id_.agency, who[id_.record.person], id_.record.type, id_.record.key


@pytest.mark.timeout(600)
@settings(max_examples=one_in(5))
@given(st.data())
def test_any_way_through_a_history_ends_in_the_same_persons_and_digests(data: st.DataObject) -> None:
    submissions = data.draw(histories(), "history")
    decided = data.draw(rulings(submissions), "decisions")
    most = data.draw(HOLDERS, "most holders")
    at_once = asyncio.run(go([Step(submissions, None, relayed=False, rulings=decided)], most))

    for _ in range(2):
        assert asyncio.run(go(data.draw(ways(submissions, decided), "way"), most)) == at_once


@st.composite
def alike(draw: st.DrawFn) -> list[Submission]:
    """What agencies say of people who have no number in common, of whom only likelihood can say who is whom."""
    cast = draw(st.lists(st.sampled_from(LOCAL_IDS), min_size=3, max_size=6, unique=True))
    return [
        said(*local, draw(st.sampled_from(ALIKE)), minute, id_=f"{number}-{minute}")
        for number, local in enumerate(cast)
        for minute in range(1, 1 + draw(st.integers(1, 2)))
    ]


ALIKE = (
    offender(**HOME),
    offender("Okafour", "Danny", **HOME),
    offender("Okafor", "Daniel", born="1981-06-15", **HOME),
    offender("Okafor", "Samuel", **HOME),
    offender("Patel", "Meera", born="1990-01-02", **HOME),
)


@pytest.mark.timeout(600)
@settings(max_examples=one_in(10))
@given(st.data())
def test_likelihood_joins_the_same_persons_whenever_whoever_is_compared(data: st.DataObject) -> None:
    submissions = data.draw(alike(), "history")
    decided = data.draw(rulings(submissions), "decisions")
    large = data.draw(BLOCKS, "large block")
    at_once = asyncio.run(go([Step(submissions, None, relayed=False, rulings=decided)], MOST_HOLDERS, large))

    way = data.draw(ways(submissions, decided), "way")
    assert asyncio.run(go(way, MOST_HOLDERS, large)) == at_once


@pytest.mark.timeout(600)
@settings(max_examples=one_in(10))
@given(st.data())
def test_when_all_that_was_decided_is_taken_back_everything_is_as_it_was(data: st.DataObject) -> None:
    submissions = data.draw(histories(), "history")
    middle = data.draw(st.integers(0, len(submissions)), "said before")
    decided = data.draw(rulings(submissions), "decisions")
    standing = [each for each in decided if each.choices[-1] is not Choice.TAKE_BACK]
    back = [each._replace(choices=(Choice.TAKE_BACK,)) for each in data.draw(st.permutations(standing), "taken back")]
    most = data.draw(HOLDERS, "most holders")
    never = asyncio.run(go([Step(submissions, None, relayed=False)], most))

    for relayed in (False, True):
        way = [
            Step(submissions[:middle], None, relayed),
            Step(submissions[middle:], None, relayed, decided),
            Step(submissions[:1], None, relayed, back),
        ]
        assert asyncio.run(go(way, most)) == never


@st.composite
def settlements(draw: st.DrawFn, places: Sequence[Differing]) -> list[OnRecord]:
    """Rulings on some places where agencies differ; now and then two on one, of different minds."""
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=4))
    return [
        OnRecord(each.rid, rule_on(f"r{number}", each.path, each.said, draw(st.sampled_from(each.said)).local, DIGEST))
        for number, each in enumerate(chosen)
    ]


@pytest.mark.timeout(600)
@settings(max_examples=one_in(20))
@given(st.data())
def test_what_is_ruled_where_agencies_differ_stands_whatever_the_way_and_is_gone_when_taken_back(
    data: st.DataObject,
) -> None:
    submissions = data.draw(histories(), "history")
    decided, most = data.draw(rulings(submissions), "decisions"), data.draw(HOLDERS, "most holders")
    never = Step(submissions, None, relayed=False, rulings=decided)
    places = asyncio.run(went([never], most, differing))
    assume(places)
    settled = data.draw(settlements(places), "rulings")
    at_once = asyncio.run(go([never._replace(settled=settled)], most))

    assert asyncio.run(go(data.draw(ways(submissions, decided, settled), "way"), most)) == at_once
    back = went([never._replace(settled=settled)], most, lambda hub: taken_back(hub, settled))
    assert asyncio.run(back) == asyncio.run(go([never], most))


async def taken_back(hub: Hub, settled: Sequence[OnRecord]) -> Agreed:
    """What everybody holds when every ruling is taken back."""
    for each in settled:
        await recorder(hub).record(each, back=True)
    await hub.deliver()
    return await agreed(hub)


_MERGED = {"prison": "merged-prison-number", "probation": "merged-crn"}


@pytest.mark.timeout(600)
@settings(max_examples=one_in(20))
@given(st.data())
def test_when_an_agency_takes_back_a_merge_it_announced_everything_is_as_it_was(
    data: st.DataObject,
) -> None:
    submissions = data.draw(histories(), "history")
    decided = data.draw(rulings(submissions), "decisions")
    standing = _last_said(submissions)
    assume(standing)
    said = data.draw(st.sampled_from(standing), "of whom")
    merged = data.draw(st.sampled_from(_of_the_same_agency(said, submissions)), "removed")
    scheme = _MERGED[said.agency.partition("-")[0]]
    announcing = [*said.body["identifiers"], {"scheme": scheme, "value": merged}]
    announced = replace(
        said, id="announced", time=NOW + timedelta(minutes=1), body=said.body | {"identifiers": announcing}
    )
    taken_back = replace(said, id="taken back", time=NOW + timedelta(minutes=2))
    said_and_decided = Step(submissions, None, relayed=True, rulings=decided)
    never = asyncio.run(go([said_and_decided], MOST_HOLDERS))

    way = [said_and_decided, *(Step([each], None, data.draw(st.booleans())) for each in (announced, taken_back))]
    assert asyncio.run(go(way, MOST_HOLDERS)) == never


def _last_said(submissions: Sequence[Submission]) -> list[Submission]:
    """What stands of every offender, once all is said."""
    last: dict[tuple[str, str], Submission] = {}
    for each in sorted(submissions, key=lambda each: each.order):
        if each.record_type == "offender":
            last[each.agency, each.local_id] = each
    return [each for each in last.values() if not each.withdrawn]


def _of_the_same_agency(said: Submission, submissions: Sequence[Submission]) -> list[str]:
    others = {each.local_id for each in submissions if each.agency == said.agency} - {said.local_id}
    return sorted(others) or ["A9999ZZ"]


async def go_at_once(
    parts: Sequence[Sequence[Submission]],
    decided: Sequence[Ruling],
    settled: Sequence[OnRecord],
    address: str,
    most_holders: int,
) -> Agreed:
    """Several workers, each with its part of a history, a relay and an operator beside them, on one empty database."""
    engine = open_engine(address)
    try:
        await create_schema(engine)
        async with writing(engine) as connection:
            await connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        hub = Hub(engine, CONTRACTS, most_holders=most_holders)
        await asyncio.gather(
            *(work(hub, part) for part in parts),
            *(rule_soon(hub, each) for each in decided),
            *(settle_soon(hub, each) for each in settled),
            *(hub.match() for _ in range(2)),
            hub.deliver(),
        )
        await hub.match()
        await hub.deliver()
        return await agreed(hub)
    finally:
        await engine.dispose()


async def work(hub: Hub, part: Sequence[Submission]) -> None:
    """Share two at a time, and the last one again with the next."""
    for start in range(len(part)):
        await hub.take(*part[start : start + 2])


async def rule_soon(hub: Hub, ruling: Ruling) -> None:
    """Decide as soon as both local ids are known."""
    await known(hub, {local_key(KEYS, *each) for each in (ruling.one, ruling.other)})
    await rule(hub, [ruling])


async def settle_soon(hub: Hub, ruling: OnRecord) -> None:
    """Rule as soon as all local ids are known whose sayings it settles; again where persons were joined meanwhile."""
    await known(hub, ruling.ruling.settles.keys())
    while True:
        try:
            return await recorder(hub).record(ruling)
        except Moved:
            continue


async def known(hub: Hub, keys: Set[str]) -> None:
    """Wait until all these local keys are."""
    found: set[str] = set()
    while not keys <= found:
        await asyncio.sleep(0.005)
        found = {row["key"] for row in await hub.rows(local_id)}


@pytest.mark.timeout(600)
@settings(max_examples=one_in(20))
@given(st.data())
def test_workers_and_operators_at_once_end_in_the_same_persons_and_digests(
    one_database: str, data: st.DataObject
) -> None:
    submissions = data.draw(histories(), "history")
    order = data.draw(st.permutations(submissions), "order")
    decided = data.draw(rulings(submissions), "decisions")
    most = data.draw(HOLDERS, "most holders")
    said_and_decided = Step(submissions, None, relayed=False, rulings=decided)
    places = asyncio.run(went([said_and_decided], most, differing))
    settled = data.draw(settlements(places), "rulings") if places else []
    at_once = asyncio.run(go([said_and_decided._replace(settled=settled)], most))

    parts = order[0::3], order[1::3], order[2::3]
    assert asyncio.run(go_at_once(parts, decided, settled, one_database, most)) == at_once
