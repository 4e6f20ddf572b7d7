"""Do all agree when a trial has come to rest? What does not hold is said in words; the checks have no mercy.

Every accepted submission is in, and once: sent again under its id it is `repeated`, and the hub's log has collected it
once. What a service holds, by its own reckoning, is what the hub shows it, digest by digest; and where both services
see the same fields of a record, they hold the same.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path

import asyncpg
import httpx
import orjson

from adapters.client.events import encoded, structured
from adapters.client.link import RecordName
from hub.exchange.resolve import Choice
from tests.crash.calm import shown_by_a_calm_hub
from tests.crash.holding import Holding, nothing
from tests.crash.installed import Installed
from tests.crash.operators import LocalId
from tests.crash.senders import Senders
from tests.crash.submissions import PRISON, PROBATION, Said

QUIET_S = 60.0
"""How long the hub may take to bring all together once nothing more is sent."""

_LOOK_S = 0.5
_LINES = 500
_SHOWN = 20
_READERS = 4
_SEEN_ALIKE = frozenset({"assessment", "registration"})
"""Of these both contracts release every field."""
# Of the prison's dead letters only: the broker is shared with tests that leave rubbish behind. By their headers, that
# name the submission: what a sender gives to a broker that dies before it answers comes twice, and is rejected twice.
_COUNTS = """
    SELECT (SELECT count(*) FROM assertion) AS "submissions taken",
        (SELECT count(*) FROM audit WHERE actor = agency AND action IN ('collection', 'withdrawal'))
            AS "submissions noted in the audit",
        (SELECT count(DISTINCT headers) FROM dead_letter WHERE agency = $1) AS "dead letters",
        (SELECT count(DISTINCT headers) FROM dead_letter WHERE agency = $1 AND notified)
            AS "dead letters of which the sender knows",
        (SELECT count(*) FROM (SELECT max(number) - count(*) AS missing FROM delivery GROUP BY agency) AS each
            WHERE missing <> 0) AS "agencies with numbers that are no delivery"
    """
_UNDER_WAY = """
    SELECT (SELECT count(*) FROM owed) AS "releases are owed",
        (SELECT count(*) FROM unmatched) AS "local ids are to be compared",
        (SELECT count(*) FROM watch WHERE due <= extract(epoch FROM now()) * 1000000) AS "risks are to be looked at"
    """
_TIMEOUT = httpx.Timeout(30.0)


async def verdict(installed: Installed, hub: str, senders: Senders, said: Sequence[Said], *live: Holding) -> list[str]:
    """What does not hold; empty when all does. Beside the stores that are live, both services rebuild theirs.

    These send no receipts, so that none is made good that was lost.

    hub: base address. said: everything that was answered.
    """
    async with (
        Holding(PROBATION, installed.feed(hub), nothing) as probation,
        Holding(PRISON, installed.stream(), nothing) as prison,
    ):
        found = await findings(installed, hub, said, [*live, probation, prison])
    return [*senders.refused, *found]


async def assert_agreement(
    installed: Installed, hub: str, senders: Senders, said: Sequence[Said], *live: Holding
) -> None:
    """As `verdict`, for tests in which all must hold."""
    found = await verdict(installed, hub, senders, said, *live)
    assert not found, "\n".join(found[:_SHOWN])


async def assert_as_if_nothing_had_happened(
    installed: Installed,
    said: Sequence[Said],
    standing: Mapping[tuple[LocalId, LocalId], Choice],
    folder: Path,
    *stores: Holding,
    links: bool = True,
) -> None:
    """What these stores hold is what a hub to which nothing happened makes of the same submissions and decisions.

    links: whether likelihood links in both.
    """
    calm = await shown_by_a_calm_hub(installed, said, standing, folder, links=links)
    found: list[str] = []
    for store in stores:
        stormy = Counter((name.type, name.key, digest) for name, digest in store.digests.items())
        wanted = calm[store.service]
        found += [f"{store.service} holds {each}, and would not" for each in (stormy - wanted).elements()]
        found += [f"{store.service} does not hold {each}, and would" for each in (wanted - stormy).elements()]
    assert not found, "\n".join(found[:_SHOWN])


async def findings(installed: Installed, hub: str, said: Sequence[Said], stores: Sequence[Holding]) -> list[str]:
    """What does not hold of these stores. Returns as soon as nothing is found, at the latest after `QUIET_S`."""
    deadline = quiet()
    miscounted = await at_last(lambda: _miscounted(installed, said), deadline)
    lost = await _lost(installed, hub, said)
    under_way = await at_last(lambda: _under_way(installed), deadline)
    apart = await at_last(lambda: _apart(installed, hub, stores), deadline)
    return [*miscounted, *lost, *under_way, *apart, *(fault for store in stores for fault in store.faults)]


def quiet() -> float:
    """Until when, by the monotonic clock, the hub may take from now on."""
    return time.monotonic() + QUIET_S


async def at_last(look: Callable[[], Awaitable[list[str]]], deadline: float) -> list[str]:
    """What is found: nothing, as soon as that is so, else what is left at the deadline."""
    found = await look()
    while found and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_S)
        found = await look()
    return found


async def queried(installed: Installed, query: str, *given: str) -> list[asyncpg.Record]:
    """Rows of the hub's database."""
    connection = await asyncpg.connect(installed.installation.database_url.replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(query, *given))
    finally:
        await connection.close()


async def _lost(installed: Installed, hub: str, said: Sequence[Said]) -> list[str]:
    """Sent again, each must be known, but for those that cannot be taken, which are refused again."""
    found = []
    for by in (PROBATION, PRISON):
        async with _client(installed, hub, by) as http:
            for some in _by(_LINES, [each for each in said if each.by == by]):
                lines = [encoded(structured(installed.names[by], each.event)) for each in some]
                headers = {"content-type": "application/x-ndjson"}
                answer = await http.post("/v1/submissions", content=b"\n".join(lines), headers=headers)
                outcomes = [orjson.loads(line) for line in answer.raise_for_status().content.splitlines()]
                found += [
                    f"{each.event.id} of {by} was {outcome['outcome']} when it came again"
                    for each, outcome in zip(some, outcomes, strict=True)
                    if outcome["outcome"] != ("repeated" if each.good else "refused")
                ]
    return found


async def _miscounted(installed: Installed, said: Sequence[Said]) -> list[str]:
    """Each was taken, and noted, once; each that could not be taken is a dead letter of which its sender was told."""
    good = sum(each.good for each in said)
    bad = len(said) - good
    counted = dict((await queried(installed, _COUNTS, installed.names[PRISON]))[0])
    right = dict(zip(counted, (good, good, bad, bad, 0), strict=True))
    return [f"{what}: {count} instead of {right[what]}" for what, count in counted.items() if count != right[what]]


async def shown(installed: Installed, hub: str, by: str) -> dict[RecordName, str]:
    """What the hub shows a service of all its people: record -> digest."""
    query = "SELECT DISTINCT person FROM local_id WHERE agency = $1"
    people = iter([row[0] for row in await queried(installed, query, installed.names[by])])
    found: dict[RecordName, str] = {}

    async def read() -> None:
        for person in people:
            found.update(await _timeline(http, person))

    async with _client(installed, hub, by) as http, asyncio.TaskGroup() as readers:
        for _ in range(_READERS):
            readers.create_task(read())
    return found


async def _timeline(http: httpx.AsyncClient, person: str) -> dict[RecordName, str]:
    document = (await http.get(f"/v1/offenders/{person}/timeline?limit=200")).raise_for_status().json()
    assert document["next"] is None
    return {RecordName(person, each["type"], each["key"]): each["digest"] for each in document["entries"]}


async def _under_way(installed: Installed) -> list[str]:
    """What the hub has still to do."""
    (row,) = await queried(installed, _UNDER_WAY)
    return [f"{count} {what} still" for what, count in row.items() if count]


async def _apart(installed: Installed, hub: str, stores: Sequence[Holding]) -> list[str]:
    for one, other in pairwise(sorted(stores, key=lambda store: store.service)):
        if one.service == other.service and one.digests != other.digests:
            return [f"two stores of {one.service} differ"]
    to_each = {by: await shown(installed, hub, by) for by in (PROBATION, PRISON)}
    found = []
    for number, store in enumerate(stores):
        held, wanted = store.digests, to_each[store.service]
        differing = [name for name in held.keys() | wanted.keys() if held.get(name) != wanted.get(name)]
        found += [f"store {number} ({store.service}) and the hub differ on {name}" for name in differing]
    both = to_each[PROBATION].keys() & to_each[PRISON].keys()
    alike = [name for name in both if name.type in _SEEN_ALIKE]
    return found + [
        f"both services differ on {name}" for name in alike if to_each[PROBATION][name] != to_each[PRISON][name]
    ]


def _client(installed: Installed, hub: str, by: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=hub, auth=installed.auth(hub, by), timeout=_TIMEOUT, trust_env=False)


def _by(size: int, items: Sequence[Said]) -> Iterator[list[Said]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
