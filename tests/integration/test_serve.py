"""`hub serve` as a process, the way an operator runs it, on the embedded default: SQLite and no broker."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.servers import free_port
from deploy.servers.hub import Hub, Installation
from hub.trust.agencies import Scope

STOPS_WITHIN_S = 5
AS_AGENCY = (Scope.SUBMIT, Scope.READ)
OFFENDER = {"names": {"surname": "Testperson", "forenames": ["Ada"]}}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")


@asynccontextmanager
async def client(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks for probation."""
    added = hub.installation.add_agencies({"probation": AS_AGENCY})["probation"]
    form = {"grant_type": "client_credentials", "client_id": added.client_id, "client_secret": added.secret}
    async with httpx.AsyncClient(base_url=hub.url, timeout=20) as http:
        token = (await http.post("/oauth/token", data=form)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


async def put(http: httpx.AsyncClient, number: int) -> httpx.Response:
    return await http.put(f"/v1/offenders/X{number:06}", json=OFFENDER, headers={"Idempotency-Key": str(number)})


async def stopped(hub: Hub) -> tuple[int, float]:
    """The exit code after SIGTERM, and the seconds it took."""
    began = time.monotonic()
    code = await asyncio.to_thread(hub.stop)
    return code, time.monotonic() - began


def crashed_with(hub: Hub) -> Mapping[str, Any]:
    """What its log says of the part that ended."""
    (ended,) = (line for line in map(_read, hub.log.read_bytes().splitlines()) if line.get("event") == "part_ended")
    return ended


def _read(line: bytes) -> dict[str, Any]:
    return orjson.loads(line) if line.startswith(b"{") else {}


async def test_it_serves_on_an_empty_database_and_stops_within_seconds(installation: Installation) -> None:
    with Hub(installation) as hub:
        assert hub.readiness() == {"state": "ready", "reasons": [], "relayLagSeconds": 0.0}

        code, seconds = await stopped(hub)

        assert code == 0
        assert seconds < STOPS_WITHIN_S


async def test_stopped_while_requests_flow_it_keeps_every_one_it_answered(installation: Installation) -> None:
    with Hub(installation) as hub:
        async with client(hub) as http:
            assert (await put(http, 0)).is_success
            flowing = [asyncio.create_task(put(http, number)) for number in range(1, 300)]
            await flowing[20]
            code, seconds = await stopped(hub)
            answers = await asyncio.gather(*flowing, return_exceptions=True)

            taken = [n for n, each in enumerate(answers, 1) if isinstance(each, httpx.Response) and each.is_success]
            assert code == 0
            assert seconds < STOPS_WITHIN_S
            assert len(taken) > 20
            hub.start()
            for number in taken:
                assert (await http.get(f"/v1/offenders/X{number:06}")).status_code == 200


async def test_a_waiting_feed_reader_is_answered_at_once_when_it_stops(installation: Installation) -> None:
    with Hub(installation) as hub:
        async with client(hub) as http:
            waiting = asyncio.create_task(http.get("/v1/feed", params={"after": 0, "wait": 20}))
            await asyncio.sleep(0.5)
            assert not waiting.done()

            code, seconds = await stopped(hub)

            assert (await waiting).status_code == 200
            assert code == 0
            assert seconds < STOPS_WITHIN_S


async def test_a_process_for_the_relay_alone_serves_health_and_no_agency(installation: Installation) -> None:
    with Hub(installation, only=("relay",)) as hub:
        async with httpx.AsyncClient(base_url=hub.url) as http:
            assert (await http.get("/health/ready")).status_code == 200
            assert (await http.get("/metrics")).status_code == 401
            assert (await http.get("/v1/feed")).status_code == 404
        assert (await stopped(hub))[0] == 0


async def test_api_and_relay_may_be_processes_of_their_own(installation: Installation) -> None:
    with Hub(installation, only=("api",)) as api, Hub(installation, only=("relay",)):
        async with client(api) as http:
            assert (await put(http, 1)).is_success
            page = (await http.get("/v1/feed", params={"after": 0, "wait": 10})).json()

    assert len(page["deliveries"]) == 1


async def test_without_its_broker_it_takes_submissions_and_says_what_is_wrong(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with Hub(Installation(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", nobody)) as hub:
        readiness = hub.readiness()
        assert readiness["state"] == "degraded"
        assert "Kafka" in str(readiness["reasons"])
        async with client(hub) as http:
            assert (await put(http, 1)).is_success

        code, seconds = await stopped(hub)

        assert code == 0
        assert seconds < 2 * STOPS_WITHIN_S


async def test_a_database_that_is_not_the_hubs_any_more_ends_it_with_an_error(
    installation: Installation, tmp_path: Path
) -> None:
    with Hub(installation) as hub:
        with sqlite3.connect(tmp_path / "hub.db") as connection:
            connection.execute("DROP TABLE owed")
        connection.close()

        assert await asyncio.to_thread(hub.wait, STOPS_WITHIN_S) == 2
        ended = crashed_with(hub)

    assert ended["part"] == "relay"
    assert "run `hub migrate`" in ended["errors"][0]["says"]


async def test_tokens_of_an_external_issuer_are_accepted_and_none_are_issued(
    installation: Installation, tmp_path: Path
) -> None:
    key = ECKey.generate_key("P-256", parameters={"kid": "theirs", "use": "sig"})
    (tmp_path / "jwks.json").write_bytes(orjson.dumps({"keys": [key.as_dict(private=False)]}))
    external = {
        "HUB_JWKS": str(tmp_path / "jwks.json"),
        "HUB_ISSUER": "https://identity.example",
        "HUB_TOKEN_ALGORITHM": "ES256",
    }
    there = Installation(installation.database_url, settings=external)
    there.add_agencies({"probation": AS_AGENCY})
    claims = {
        "iss": "https://identity.example",
        "aud": "case-sharing-hub",
        "sub": "probation",
        "scope": "submit read",
        "exp": int(time.time()) + 600,
    }
    token = jwt.encode({"alg": "ES256", "kid": "theirs"}, claims, key, algorithms=["ES256"])

    with Hub(there) as hub:
        async with httpx.AsyncClient(base_url=hub.url, headers={"Authorization": f"Bearer {token}"}) as http:
            assert (await put(http, 1)).is_success
            assert (await http.post("/oauth/token", data={"grant_type": "client_credentials"})).status_code == 404
