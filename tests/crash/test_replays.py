"""A job that replays dead letters outlives the kill of the process that ran it: each letter is replayed once."""

import asyncio
import concurrent.futures
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import orjson
import pytest

from adapters.client.credentials import ClientCredentials
from deploy.servers import Postgres
from deploy.servers.databases import drop_database
from deploy.servers.hub import Hub, Installation
from deploy.servers.own import OwnPostgres
from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.exchange.dead_letters import DeadLetters
from hub.ports import Message
from hub.settings import PREFIX, load_settings
from hub.store.dead_letters import DeadLetterStore, Streak
from hub.trust.agencies import Scope
from hub.wiring.foundation import opened
from tests.builders.desk import REPLAYS, Silent
from tests.builders.poison import KINDS, good

pytestmark = [pytest.mark.servers, pytest.mark.crash, pytest.mark.timeout(240)]

LETTERS, KILLS, REFUSED_EVERY = 600, 1, 10
_WITHIN_S = 60.0


async def test_each_letter_is_replayed_once_whatever_is_killed(
    postgres: Postgres | OwnPostgres, with_tables: str
) -> None:
    url = postgres.create_database(f"test_{uuid4().hex}", with_tables)
    installation = Installation(url)
    await asyncio.to_thread(installation.add_agencies, {"prison": (Scope.SUBMIT, Scope.READ)})
    given = orjson.loads(await asyncio.to_thread(installation.command, "operator", "add", "anna", "--json"))
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
        await asyncio.wrap_future(thread.submit(asyncio.run, refuse(installation)))

    with Hub(installation) as hub:
        auth = ClientCredentials(f"{hub.url}/oauth/token", given["clientId"], given["clientSecret"])
        async with httpx.AsyncClient(base_url=hub.url, auth=auth, timeout=20, trust_env=False) as anna:
            asked = await anna.post(REPLAYS, json={"filter": {"agency": "prison"}})
            job = asked.raise_for_status().json()["id"]
            reached = 0
            for _ in range(KILLS):
                row = await beyond(anna, job, reached)
                assert row["state"] == "running"
                reached = row["done"]
                await asyncio.to_thread(hub.kill)
                await asyncio.to_thread(hub.start)
            ended = await beyond(anna, job, LETTERS)
            outcomes = Counter([each["outcome"] async for each in replays(anna, job)])
            letters = (await anna.get("/v1/admin/dead-letters/counts")).raise_for_status().json()["counts"]

    refused = LETTERS // REFUSED_EVERY
    assert (ended["state"], ended["done"], ended["failed"]) == ("finished", LETTERS - refused, refused)
    assert outcomes.total() == LETTERS
    assert outcomes["refused"] == refused
    assert {each["state"]: each["count"] for each in letters} == {"taken": LETTERS - refused, "waiting": refused}
    drop_database(url)


async def beyond(operator: httpx.AsyncClient, job: str, done: int) -> Json:
    """The job, as soon as it has got further than that, or is at its end."""
    async with asyncio.timeout(_WITHIN_S):
        while True:
            row = (await operator.get(f"{REPLAYS}/{job}?limit=1")).raise_for_status().json()["job"]
            if row["state"] == "finished" or done < row["done"] < LETTERS:
                return row
            await asyncio.sleep(0.02)


async def replays(operator: httpx.AsyncClient, job: str) -> AsyncIterator[Json]:
    """Every outcome of the job."""
    following = f"{REPLAYS}/{job}?limit=200"
    while following:
        page = (await operator.get(following)).raise_for_status().json()
        for each in page["replays"]:
            yield each
        following = page["next"]


async def refuse(installation: Installation) -> None:
    """So many dead letters, of which one in some is refused again."""
    at = datetime.now(UTC) - timedelta(hours=1)
    bad, _ = KINDS["a code on no list"]
    given = {name.removeprefix(PREFIX).lower(): value for name, value in installation.environment().items()}
    async with opened(load_settings(**given)) as base:
        letters = DeadLetters(DeadLetterStore(base.engine), Silent(), base.seal, base.now, 10 * LETTERS)
        refused = []
        for number in range(LETTERS):
            raw = (good if number % REFUSED_EVERY else bad)("prison", number, at)
            message = Message("prison", f"hub.in.prison/0/{number}/1", raw.headers, raw.value)
            refused.append((message, Rejected(Reason.BAD_JSON, "no JSON")))
        await letters.keep(refused, {"prison": Streak(LETTERS, LETTERS, None)})
