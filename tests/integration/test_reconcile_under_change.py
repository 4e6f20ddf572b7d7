"""Damage of every kind, at random, while changes go on: all of it is found, nothing else is, and one round heals it."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import monotonic

import httpx
import orjson
import pytest
from sqlalchemy import select

from deploy.servers import Postgres
from deploy.servers.hub import Hub, Installation
from deploy.servers.own import OwnPostgres
from hub.domain.inventory import Difference, Named
from hub.store.tables import held
from hub.trust.agencies import Scope
from tests.builders.copy import Copy, Held
from tests.rest import RestHub, rest_hub

PEOPLE = [f"X{number}" for number in range(40)]
A_SECOND = 200
SECONDS = 3.0
WITHIN_S = 30.0
_SEXES = ("male", "female", "not-known")


class Damage:
    """Injects damage into a copy. done: by record, as what it must be found."""

    def __init__(self, copy: Copy, chance: random.Random) -> None:
        self._copy = copy
        self._chance = chance
        self.done: dict[Named, Difference] = {}

    def inject(self, share: float) -> None:
        """Damage about this share of the records, each in a way that is possible for it."""
        for name in sorted(self._copy.seen):
            if self._chance.random() < share:
                self._chance.choice([self._lose, self._alter, self._set_back, self._duplicate])(name)

    def _lose(self, name: Named) -> None:
        if self._copy.records.pop(name, None) is not None:
            self.done[name] = Difference.MISSING

    def _alter(self, name: Named) -> None:
        held = self._copy.records.get(name)
        if held is not None:
            self._copy.records[name] = Held(held.number, {**held.release, "version": "damaged"})
            self.done[name] = Difference.DIVERGING

    def _set_back(self, name: Named) -> None:
        """An older delivery lies there again: stale, or resurrected where the record was withdrawn since."""
        held, seen = self._copy.records.get(name), self._copy.seen[name]
        older = [each for each in seen[:-1] if not each.release.get("withdrawn")]
        older = [each for each in older if held is None or each.digest != held.digest]
        if older:
            self._copy.records[name] = self._chance.choice(older)
            self.done[name] = Difference.UNKNOWN if held is None else Difference.STALE

    def _duplicate(self, name: Named) -> None:
        held, twice = self._copy.records.get(name), Named(name.person, name.type, "twice")
        if held is not None:
            self._copy.records[twice] = held
            self.done[twice] = Difference.UNKNOWN


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")) as hub:
        yield hub


async def change(hub: RestHub, chance: random.Random, ids: "count[int]", share: float) -> None:
    """Some people are said anew, or taken back, and the relay comes by."""
    for local_id in PEOPLE:
        if chance.random() < share:
            headers, path = {"ce-id": f"s-{next(ids)}"}, f"/v1/offenders/{local_id}"
            if chance.random() < 0.2:
                await hub.probation.delete(path, headers=headers)
            else:
                body = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "sex": chance.choice(_SEXES)}
                await hub.probation.put(path, json=body, headers=headers)
    await hub.relayed()


async def withdrawn_by_now(hub: RestHub) -> set[Named]:
    """What is lost of these needs no healing, and whether it was lost or taken away in time cannot be told."""
    names = select(held.c.person, held.c.type, held.c.key)
    return {Named(*row) for row in await hub.rows(names.where(held.c.agency == "probation", held.c.withdrawn))}


async def read_to_the_end(copy: Copy) -> None:
    while await copy.read_on():
        pass


@pytest.mark.parametrize("seed", range(4))
async def test_all_damage_is_found_and_healed_while_changes_are_on_their_way(hub: RestHub, seed: int) -> None:
    chance, ids, copy = random.Random(seed), count(), Copy(hub.probation)  # noqa: S311 - it makes no secrets
    for _ in range(3):
        await change(hub, chance, ids, 0.5)
        await read_to_the_end(copy)
    damage = Damage(copy, chance)
    damage.inject(0.4)
    await change(hub, chance, ids, 0.3)

    done = await copy.reconcile(at_once=chance.choice([1, 5, 256]))

    assert len({*damage.done.values()}) > 2, "too little was damaged to show anything"
    gone = await withdrawn_by_now(hub)
    assert done.found == {
        name: kind for name, kind in damage.done.items() if kind is not Difference.MISSING or name not in gone
    }
    await change(hub, chance, ids, 0.3)
    await read_to_the_end(copy)
    again = await copy.reconcile()
    assert (again.differing, again.found) == ([], {})


# --- with a hub of its own, and changes all the time ----------------------------------------------------------


@asynccontextmanager
async def flowing(client: httpx.AsyncClient, chance: random.Random, people: list[str]) -> AsyncIterator[list[int]]:
    """Two hundred changes a second while inside; how many were taken, lot by lot."""
    taken: list[int] = []
    stop = asyncio.Event()

    async def flow() -> None:
        begun = monotonic()
        while not stop.is_set():
            lines = [event(chance.choice(people), chance) for _ in range(A_SECOND // 10)]
            taken.append(await send(client, lines))
            await asyncio.sleep(max(0.0, begun + 0.1 * len(taken) - monotonic()))

    running = asyncio.create_task(flow())
    try:
        yield taken
    finally:
        stop.set()
        await running


_IDS = count()


def event(local_id: str, chance: random.Random) -> Mapping[str, object]:
    data = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "sex": chance.choice(_SEXES)}
    return {
        "specversion": "1.0",
        "id": f"e-{next(_IDS)}",
        "source": "probation",
        "type": "offender.submitted",
        "dataschema": "offender/1.0.0",
        "subject": local_id,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


async def send(client: httpx.AsyncClient, events: list[Mapping[str, object]]) -> int:
    content = b"".join(orjson.dumps(each) + b"\n" for each in events)
    answer = await client.post("/v1/submissions", content=content, headers={"content-type": "application/x-ndjson"})
    outcomes = [orjson.loads(each)["outcome"] for each in answer.content.splitlines()]
    assert outcomes == ["accepted"] * len(events)
    return len(outcomes)


@pytest.mark.servers
@pytest.mark.timeout(120)
async def test_nothing_is_a_false_alarm_while_two_hundred_changes_a_second_arrive(
    postgres: Postgres | OwnPostgres, tmp_path: Path
) -> None:
    """Also people who change all the time are damaged: what is found of them was damaged, then or rounds before."""
    installation = Installation(postgres.create_database(f"test_flow_{tmp_path.name}".replace("-", "_").lower()))
    one = installation.add_agencies({"probation": (Scope.SUBMIT, Scope.READ)})["probation"]
    chance = random.Random(7)  # noqa: S311 - it makes no secrets
    calm, busy = [f"C{number}" for number in range(150)], [f"B{number}" for number in range(50)]
    with Hub(installation) as hub:
        async with httpx.AsyncClient(base_url=hub.url, timeout=30, trust_env=False) as client:
            granted = await client.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=httpx.BasicAuth(one.client_id, one.secret),
            )
            client.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"
            copy = Copy(client)
            for _ in range(2):
                await send(client, [event(each, chance) for each in calm + busy])
                await _until_read(copy, 200)
            still = {name for name, seen in copy.seen.items() if len(seen) > 0} - await _changing(client, copy, busy)

            async with flowing(client, chance, busy) as taken:
                begun, rounds, injected = monotonic(), 0, defaultdict[Named, set[Difference]](set)
                while monotonic() - begun < SECONDS:
                    await copy.read_on()
                    damage = Damage(copy, chance)
                    damage.inject(0.1)
                    for name, kind in damage.done.items():
                        injected[name].add(kind)
                    done = await copy.reconcile()
                    rounds += 1
                    assert {name: kind for name, kind in damage.done.items() if name in still}.items() <= (
                        done.found.items()
                    )
                    assert [name for name, kind in done.found.items() if kind not in injected[name]] == []
                    await _until_healed(copy, done.found)
            rate = sum(taken) / (monotonic() - begun)
            await _until_quiet(copy)
            last = await copy.reconcile()

    assert rounds > 1
    assert rate > A_SECOND / 2, f"{rate:.0f} changes a second"
    assert (last.differing, last.found) == ([], {})


async def _until_read(copy: Copy, records: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while len(copy.records) < records or await copy.read_on():
            await copy.read_on()
            await asyncio.sleep(0.05)


async def _changing(client: httpx.AsyncClient, copy: Copy, busy: list[str]) -> set[Named]:
    """The records of the people who are to change all the time."""
    persons = {(await client.get(f"/v1/offenders/{each}")).json()["person"] for each in busy}
    return {name for name in copy.seen if name.person in persons}


async def _until_healed(copy: Copy, found: Mapping[Named, Difference]) -> None:
    """Read on until everything that was found has come again, or its withdrawal."""
    before = {name: len(copy.seen.get(name, ())) for name in found}
    async with asyncio.timeout(WITHIN_S):
        while any(len(copy.seen.get(name, ())) == number for name, number in before.items()):
            await copy.read_on()


async def _until_quiet(copy: Copy) -> None:
    quiet = 0
    async with asyncio.timeout(WITHIN_S):
        while quiet < 10:
            quiet = 0 if await copy.read_on() else quiet + 1
            await asyncio.sleep(0.1)
