"""An operator's walk, on a real PostgreSQL and a real Kafka: a bad message is found, mended, replayed, and delivered.

Once over the API, once by command line, against a hub that runs in a process of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest

from adapters.client.credentials import ClientCredentials
from adapters.client.link import Event
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from deploy.servers import Kafka, Postgres
from deploy.servers.databases import drop_database
from deploy.servers.hub import Hub
from deploy.servers.own import OwnKafka, OwnPostgres
from hub.domain.canonical import Json
from tests.builders.records import movement, offender
from tests.crash.closing import closing
from tests.crash.holding import Holding
from tests.crash.installed import Installed, install
from tests.crash.submissions import PRISON, PROBATION

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LETTERS = "/v1/admin/dead-letters"
UNKNOWN = "abducted"
_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def installed(
    postgres: Postgres | OwnPostgres,
    with_tables: str,
    kafka: Kafka | OwnKafka,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """Both services read topics, as the shipped contracts have it for the prison alone."""
    url = postgres.create_database(f"test_{uuid4().hex}", with_tables)
    folder = tmp_path_factory.mktemp("hub")
    installed = install(folder, url, kafka.bootstrap, settings={"HUB_OPERATOR": "ben"})
    contract = Path(installed.installation.settings["HUB_CONTRACTS"]) / f"{installed.names[PROBATION]}.toml"
    contract.write_text(contract.read_text().replace('delivery = "feed"', 'delivery = "stream"'))
    yield installed
    drop_database(url)


@pytest.fixture(scope="module")
def hub(installed: Installed) -> Iterator[Hub]:
    with Hub(installed.installation) as hub:
        yield hub


@pytest.fixture
async def probation(installed: Installed, hub: Hub) -> AsyncIterator[Holding]:  # noqa: ARG001 - it reads what the hub writes
    """What the probation service holds, from the start of its topic."""
    link = StreamLink(Broker(installed.kafka), installed.names[PROBATION])
    async with Holding(PROBATION, link) as store:
        yield store


async def sent(installed: Installed, number: int) -> tuple[str, Json]:
    """Both know a person; the prison sends a reception with a reason on no list. The prison, and what it meant."""
    prison_number = f"A{number:04d}AA"
    quoting = offender("Archer") | {"identifiers": [{"scheme": "prison-number", "value": prison_number}]}
    meant = movement(number, reason="remand")
    at = [Event(uuid4().hex, "offender", "1.0.0", f"X{number:06d}", NOON, quoting)]
    async with closing(StreamLink(Broker(installed.kafka), installed.names[PROBATION])) as link:
        await link.submit(at)
    async with closing(installed.stream()) as link:
        await link.submit(
            [
                Event(uuid4().hex, "offender", "1.0.0", prison_number, NOON, offender("Archer")),
                Event(uuid4().hex, "movement", "1.0.0", prison_number, NOON, meant | {"reason": UNKNOWN}),
            ]
        )
    return installed.names[PRISON], meant


async def reached(probation: Holding, number: int) -> Json:
    """The reception, as soon as it is on the probation service's topic."""

    def found() -> list[Json]:
        return [each.body for name, each in probation.last.items() if name.key.endswith(f"/B1/{number}")]

    await probation.until(lambda: bool(found()), within=_WITHIN_S)
    assert not probation.faults
    return found()[0]


async def test_over_the_api(installed: Installed, hub: Hub, probation: Holding) -> None:
    printed = await asyncio.to_thread(installed.installation.command, "operator", "add", "anna", "--json")
    given = orjson.loads(printed)
    auth = ClientCredentials(f"{hub.url}/oauth/token", given["clientId"], given["clientSecret"])
    prison, meant = await sent(installed, 1)

    async with httpx.AsyncClient(base_url=hub.url, auth=auth, timeout=20, trust_env=False) as anna:
        found = await first(anna, f"{LETTERS}?agency={prison}&reason=unknown-code&state=waiting")
        letter = f"{LETTERS}/{found['position']}"
        read = (await anna.get(letter)).raise_for_status().json()
        assert [fault["path"] for fault in read["faults"]] == ["/reason"]
        because = {"Justification": "to see which reason the prison means"}
        said = (await anna.get(f"{letter}/message", headers=because)).raise_for_status().json()
        assert orjson.loads(said["body"])["reason"] == UNKNOWN
        mended = {"body": orjson.dumps(meant).decode()}
        (await anna.post(f"{letter}/mend", json=mended)).raise_for_status()
        replayed = (await anna.post(f"{letter}/replay")).raise_for_status().json()
        assert replayed["outcome"] == "accepted"

        assert await reached(probation, 1) == meant

        read = (await anna.get(letter)).raise_for_status().json()
        assert read["state"] == "taken"
        assert [(each["what"], each["by"]) for each in read["history"]] == [
            ("refused", "hub"),
            ("mended", "anna"),
            ("replayed", "anna"),
        ]
        rows = (await anna.get("/v1/admin/audit?limit=200")).raise_for_status().json()
    told = {(each["action"], each["actor"]) for each in rows["entries"]}
    assert told >= {(what, "anna") for what in ("consultation", "dead-letter-mended", "dead-letter-replayed")}


async def first(operator: httpx.AsyncClient, query: str) -> Json:
    """The one letter that matches, as soon as it is there."""
    async with asyncio.timeout(_WITHIN_S):
        while True:
            (*found,) = (await operator.get(query)).raise_for_status().json()["deadLetters"]
            if found:
                assert len(found) == 1
                return found[0]
            await asyncio.sleep(0.1)


async def test_by_command_line(installed: Installed, hub: Hub, probation: Holding, tmp_path: Path) -> None:  # noqa: ARG001 - it relays
    async def command(*arguments: str) -> Json:
        return orjson.loads(await asyncio.to_thread(installed.installation.command, *arguments, "--json"))

    prison, meant = await sent(installed, 2)
    which = ("dead-letter", "list", "--agency", prison, "--reason", "unknown-code", "--state", "waiting")
    async with asyncio.timeout(_WITHIN_S):
        while not (found := (await command(*which))["deadLetters"]):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)
    position = found[0]["position"]
    because = "to see which reason the prison means"
    said = await command("dead-letter", "message", position, "--justification", because)
    assert orjson.loads(said["body"])["reason"] == UNKNOWN
    (tmp_path / "body.json").write_bytes(orjson.dumps(meant))
    await command("dead-letter", "mend", position, "--body", str(tmp_path / "body.json"))
    replayed = await command("dead-letter", "replay-many", "--agency", prison, "--reason", "unknown-code")
    assert (replayed["job"]["done"], replayed["job"]["failed"]) == (1, 0)

    assert await reached(probation, 2) == meant

    letter = await command("dead-letter", "show", position)
    assert [(each["what"], each["by"]) for each in letter["history"]] == [
        ("refused", "hub"),
        ("mended", "cli:ben"),
        ("replayed", "cli:ben"),
    ]
    rows = (await command("audit"))["entries"]
    told = {(each["action"], each["actor"]) for each in rows}
    assert told >= {(what, "cli:ben") for what in ("consultation", "dead-letter-mended", "dead-letter-replayed")}
