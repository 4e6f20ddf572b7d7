"""An adapter beside a native system, and the hub that runs: over REST and the feed, and over Kafka."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from adapters.client.feed import FeedLink
from adapters.client.inventory import InventoryLink
from adapters.client.running.hook import hook_app, listen, serve_hook
from adapters.client.running.http_out import HttpTarget
from adapters.client.running.process import Adapter, Bells, run
from adapters.client.running.reconciling import Reconciled, Reconciling
from adapters.client.running.status import parked, retry, status
from adapters.client.running.store import Store
from deploy.servers.hub import Hub, Installation
from hub.clock import utc_now
from hub.domain.canonical import Json
from hub.domain.inventory import Difference
from hub.trust.agencies import Credentials, Scope
from tests.builders.toy_native import NativeServer, native_server, say
from tests.builders.toy_system import ToySystem
from tests.builders.valid_bodies import registry

WITHIN_S = 20.0
QUIET_S = 1.5
ARCHER = {"kind": "person", "id": "A1234BC", "surname": "Archer", "forename": "Ann"}
ALERT = {"kind": "alert", "person": "A1234BC", "ref": "7", "code": "RHRH", "level": "H", "from": "2026-01-05"}
QUOTED = [{"scheme": "prison-number", "value": "A1234BC"}]


@dataclass
class Scene:
    """A hub, a probation service that speaks REST, and a prison whose native system stands beside an adapter."""

    hub: Hub
    database: Path
    prison: Credentials
    probation: httpx.AsyncClient
    native: NativeServer
    store: Store
    hook: str = ""

    @asynccontextmanager
    async def adapter(self) -> AsyncIterator[None]:
        """It runs inside this context; its way in is at `hook`."""
        bells, listening = Bells(), listen(0)
        self.hook = f"http://127.0.0.1:{listening.getsockname()[1]}/toy"
        adapter = Adapter(
            ToySystem(),
            "prison",
            registry(),
            self.store,
            FeedLink(self.hub.url, "prison", self.prison.client_id, self.prison.secret),
            (
                lambda bells: serve_hook(
                    hook_app(self.store, utc_now, bells.came.set, bells.applied.set), listening, bells.stop
                ),
            ),
            HttpTarget(self.native.url),
            utc_now,
        )
        running = asyncio.create_task(run(adapter, bells))
        yield
        bells.stop.set()
        await running

    async def put(self, path: str, body: Json) -> None:
        headers = {"Idempotency-Key": uuid4().hex, "ce-time": datetime.now(UTC).isoformat()}
        (await self.probation.put(f"/v1/{path}", json=body, headers=headers)).raise_for_status()

    async def seen(self, path: str) -> Json:
        """What probation sees there; None where there is nothing."""
        answer = await self.probation.get(f"/v1/{path}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer.raise_for_status().json()

    async def seen_as(self, path: str, met: Callable[[Json], bool]) -> Json:
        async with asyncio.timeout(WITHIN_S):
            while True:
                body = await self.seen(path)
                if body is not None and met(body):
                    return body
                await asyncio.sleep(0.05)

    def agreed(self) -> bool:
        """Whether the prison has said of all it was given that it holds it so; looks into the hub's database."""
        return self._rows("SELECT count(*) FROM held WHERE agency = 'prison'") > 0 and not self._rows(
            "SELECT count(*) FROM held WHERE agency = 'prison' AND type IN ('offender', 'registration')"
            " AND (applied_number IS NOT number OR applied_digest IS NOT digest)"
        )

    def submissions(self) -> int:
        """How many of the prison's the hub has taken."""
        return self._rows("SELECT count(*) FROM assertion WHERE agency = 'prison'")

    def last_seen(self) -> int:
        """The number of the last delivery that OFFICER_12 has seen, as the hub's audit says; 0 for none."""
        return self._rows(
            "SELECT coalesce(max(reference), 0) FROM audit WHERE action = 'seen' AND actor = 'OFFICER_12'"
        )

    def _rows(self, query: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return int(connection.execute(query).fetchone()[0])


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not met():  # noqa: ASYNC110 - other processes ring no bells
            await asyncio.sleep(0.02)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = tmp_path / "hub.db"
    installation = Installation(f"sqlite+aiosqlite:///{database}")
    as_agency = (Scope.SUBMIT, Scope.READ)
    credentials = installation.add_agencies({"prison": as_agency, "probation": as_agency})
    with Hub(installation) as hub:
        one = credentials["probation"]
        auth = httpx.BasicAuth(one.client_id, one.secret)
        async with httpx.AsyncClient(base_url=hub.url, timeout=20, trust_env=False) as http, native_server() as native:
            answer = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
            http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            with closing(Store(tmp_path / "adapter.db")) as store:
                yield Scene(hub, database, credentials["prison"], http, native, store)


async def known_to_both(scene: Scene) -> None:
    """Archer is said by the prison, and quoted by probation."""
    await say(scene.hook, ARCHER)
    await scene.put("offenders/X123456", {"names": {"surname": "Archer"}, "identifiers": QUOTED, "sex": "female"})
    await until(lambda: "sex" in scene.native.held.get("people/A1234BC", {}))


async def test_what_the_native_system_says_is_shared_and_what_is_released_is_held_natively(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        await say(scene.hook, {**ARCHER, "nation": "british"})
        seen = await scene.seen_as("offenders/X123456", lambda body: "british" in str(body))
        assert "female" in str(seen)
        await scene.put(
            "offenders/X123456/registrations/R1",
            {"scheme": "probation-register", "code": "RVHR", "reference": "R1", "period": {"start": "2026-01-05"},
             "riskLevel": "very-high", "notes": "unheard of"},
        )  # fmt: skip
        await until(lambda: any("alerts" in address for address in scene.native.held))
        await until(scene.agreed)
        (alert,) = (native for address, native in scene.native.held.items() if "alerts" in address)
        assert (alert["level"], alert["note"]) == ("V", "unheard of")
        assert scene.native.held["people/A1234BC"]["sex"] == "F"


async def test_a_withdrawal_travels_both_ways(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        await say(scene.hook, ALERT)
        await until(lambda: scene.submissions() == 2)
        await say(scene.hook, {"kind": "gone", "person": "A1234BC", "ref": "7"})
        await until(lambda: scene.submissions() == 3)
        await until(lambda: not any("alerts" in address for address in scene.native.held))
        await until(scene.agreed)


async def test_a_native_system_that_announces_every_write_runs_quiet(scene: Scene) -> None:
    async with scene.adapter():
        scene.native.announce = scene.hook
        await known_to_both(scene)
        alert = {"scheme": "probation-register", "code": "RVHR", "reference": "R1", "period": {"start": "2026-01-05"}}
        for level in ("medium", "very-high"):
            await scene.put("offenders/X123456/registrations/R1", {**alert, "riskLevel": level})
            await asyncio.sleep(0.3)
        await scene.put("offenders/X123456", {"names": {"surname": "Arrow"}, "identifiers": QUOTED, "sex": "male"})
        await until(lambda: scene.native.held["people/A1234BC"].get("sex") == "M")
        await scene.native.all_announced()
        await asyncio.sleep(QUIET_S)
        assert status(scene.store)["parkedIn"] == 0
        said, writes = scene.submissions(), len(scene.native.writes)
        await asyncio.sleep(QUIET_S)
        assert (scene.submissions(), len(scene.native.writes)) == (said, writes)
        # The prison said Archer once; that it now holds Arrow, male, it was told.
        assert said <= 2
        (alert,) = (native for address, native in scene.native.held.items() if "alerts" in address)
        assert alert["level"] == "V"
        await until(scene.agreed)


async def test_what_others_said_falls_when_they_take_it_back_though_the_native_system_repeated_it(
    scene: Scene,
) -> None:
    async with scene.adapter():
        scene.native.announce = scene.hook
        await known_to_both(scene)
        await scene.native.all_announced()
        await asyncio.sleep(QUIET_S)
        await scene.put("offenders/X123456", {"names": {"surname": "Archer"}, "identifiers": QUOTED})
        await scene.seen_as("offenders/X123456", lambda body: "female" not in str(body))
        await until(lambda: "sex" not in scene.native.held["people/A1234BC"])


async def test_while_the_native_system_is_down_releases_wait_and_then_come_in_order(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        scene.native.down = True
        before = len(scene.native.writes)
        alert = {"scheme": "probation-register", "code": "RVHR", "period": {"start": "2026-01-05"}}
        for number in range(5):
            await scene.put(f"offenders/X123456/registrations/R{number}", {**alert, "reference": f"R{number}"})
        await until(lambda: status(scene.store)["toHandOver"] == 5)
        scene.native.down = False
        await until(lambda: len(scene.native.writes) == before + 5)
        numbers = [int(write.key.rpartition("-")[2]) for write in scene.native.writes]
        assert numbers == sorted(numbers)
        await until(scene.agreed)


async def test_while_the_hub_is_down_what_is_said_waits_and_then_comes_in_order(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        before = scene.submissions()
        await asyncio.to_thread(scene.hub.kill)
        for level in ("L", "M", "V"):
            await say(scene.hook, {**ALERT, "level": level})
        await until(lambda: status(scene.store)["outbox"] == 3)
        await asyncio.to_thread(scene.hub.start)
        await until(lambda: scene.submissions() == before + 3)
        await scene.seen_as("offenders/X123456", bool)
        await until(scene.agreed)
        assert status(scene.store)["outbox"] == 0


async def test_what_the_native_system_refuses_is_parked_the_hub_knows_and_a_retry_mends_it(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        scene.native.refuses = {"people/A1234BC"}
        await scene.put("offenders/X123456", {"names": {"surname": "Archer"}, "identifiers": QUOTED, "sex": "male"})
        await until(lambda: status(scene.store)["parkedOut"] == 1)
        assert not scene.agreed()
        (one,) = parked(scene.store)
        scene.native.refuses = set()
        assert retry(scene.store, [one["id"]]) == []
        await until(scene.agreed)
        assert scene.native.held["people/A1234BC"]["sex"] == "M"


async def test_what_the_hub_refuses_is_parked_with_its_reason(scene: Scene) -> None:
    async with scene.adapter():
        await say(scene.hook, {**ARCHER, "at": "2026-01-05T09:00:00+00:00"})
        document = {**ARCHER, "sex": "F"}
        async with httpx.AsyncClient(trust_env=False) as http:
            ahead = {**document, "at": "2199-01-05T09:00:00+00:00"}
            assert (await http.post(scene.hook, json=ahead)).status_code == httpx.codes.ACCEPTED
        await until(lambda: status(scene.store)["parkedIn"] == 1)
        (one,) = parked(scene.store)
        assert (one["refusedBy"], one["faults"][0]["rule"]) == ("the hub", "time-in-future")
        await say(scene.hook, {**ARCHER, "sex": "F"})
        await until(lambda: scene.submissions() == 2)


async def test_started_again_it_goes_on_where_it_was(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
    scene.native.writes.clear()
    await scene.put("offenders/X123456", {"names": {"surname": "Archer"}, "identifiers": QUOTED, "sex": "male"})
    async with scene.adapter():
        await until(lambda: len(scene.native.writes) == 1)
        await until(scene.agreed)
    assert [write.native["sex"] for write in scene.native.writes] == ["M"]


# --- reconciled -----------------------------------------------------------------------------------------------


async def reconciled(scene: Scene) -> Reconciled:
    """One round, beside the running adapter."""
    target = HttpTarget(scene.native.url)
    link = InventoryLink(scene.hub.url, scene.prison.client_id, scene.prison.secret)
    reconciling = Reconciling(scene.store, ToySystem(), target, link)
    try:
        return await reconciling.round()
    finally:
        await reconciling.close()
        await target.close()


def kinds(done: Reconciled) -> dict[str, Difference]:
    return {record.key: kind for record, kind in done.answered.differences.items()}


async def held_with_alerts(scene: Scene, *references: str) -> dict[str, str]:
    """Both know Archer, and the prison holds these alerts; reference -> address."""
    await known_to_both(scene)
    alert = {"scheme": "probation-register", "code": "RVHR", "period": {"start": "2026-01-05"}, "riskLevel": "high"}
    for each in references:
        await scene.put(f"offenders/X123456/registrations/{each}", {**alert, "reference": each})
    await until(lambda: sum("alerts" in address for address in scene.native.held) == len(references))
    addresses = {each: next(a for a in scene.native.held if each in a) for each in references}
    await until(scene.agreed)
    return addresses


async def test_what_really_lies_in_the_native_system_is_compared_and_one_round_heals_it(scene: Scene) -> None:
    async with scene.adapter():
        lies = await held_with_alerts(scene, "R1", "R2", "R3", "R4")
        gone = scene.native.held[lies["R3"]]
        headers = {"Idempotency-Key": uuid4().hex, "ce-time": datetime.now(UTC).isoformat()}
        (await scene.probation.delete("/v1/offenders/X123456/registrations/R3", headers=headers)).raise_for_status()
        await until(lambda: lies["R3"] not in scene.native.held)
        await until(scene.agreed)
        before = await reconciled(scene)
        sound = dict(scene.native.held)

        del scene.native.held[lies["R1"]]
        scene.native.held[lies["R2"]] = {**sound[lies["R2"]], "level": "L"}
        scene.native.held[lies["R3"]] = gone
        scene.native.held[lies["R4"]] = {"kind": "alert"}
        found = await reconciled(scene)
        await until(lambda: scene.native.held == sound)
        await until(scene.agreed)
        after = await reconciled(scene)

    assert (before.answered.differing, before.native, before.store) == (0, before.records + 1, 0)
    assert sorted(kinds(found).values()) == ["diverging", "diverging", "missing", "unknown"]
    assert (after.answered.differing, after.document()["found"]) == (0, [])


async def test_where_the_native_system_cannot_be_read_the_adapters_own_store_speaks_and_the_round_says_so(
    scene: Scene,
) -> None:
    async with scene.adapter():
        await held_with_alerts(scene, "R1")
        scene.native.readable = False
        scene.native.held.clear()
        done = await reconciled(scene)

    assert (done.answered.differing, done.native, done.store) == (0, 0, 2)


async def test_what_is_still_on_its_way_to_the_native_system_is_no_difference(scene: Scene) -> None:
    async with scene.adapter():
        await held_with_alerts(scene, "R1")
        scene.native.slow = 0.3
        await scene.put("offenders/X123456", {"names": {"surname": "Arrow"}, "identifiers": QUOTED, "sex": "male"})
        rounds: list[dict[str, Difference]] = []
        while status(scene.store)["lastNumberApplied"] == 0 or len(rounds) < 4:
            rounds.append(kinds(await reconciled(scene)))
        await until(lambda: scene.native.held["people/A1234BC"].get("sex") == "M")

    assert rounds == [{}] * len(rounds)


async def test_who_of_the_staff_has_seen_what_was_handed_over_is_in_the_hubs_audit(scene: Scene) -> None:
    async with scene.adapter():
        await known_to_both(scene)
        await until(scene.agreed)
        (held,) = scene.store.releases.held_at("people/A1234BC")
        word = {"number": held.number, "by": "OFFICER_12", "at": datetime.now(UTC).isoformat()}
        async with httpx.AsyncClient(base_url=scene.hook.removesuffix("/toy")) as native:
            answer = await native.post("/people/A1234BC/seen", json=word)
        await until(lambda: scene.last_seen() == held.number)

    assert answer.status_code == 202
    assert scene.store.sightings.due(10) == []
    assert scene.agreed()
