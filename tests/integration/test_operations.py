"""Tokens, health and metrics over HTTP, on both databases."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.api import health, oauth
from hub.api.operations import Operations
from hub.api.problems import answer_with_problems
from hub.domain.contract import Contract, Delivery, Kind, People
from hub.domain.errors import Reason, Rejected, Unavailable
from hub.domain.outcome import Accepted, Refused
from hub.domain.submission import Submission, micros
from hub.metrics import Metrics
from hub.store.agencies import AgencyStore
from hub.store.engine import open_engine, reading, writing
from hub.store.queues import look_at_queues
from hub.store.tables import agency, audit, crowd, dead_letter, outlet, owed, parked, record, unmatched, withheld
from hub.trust.agencies import Agencies, Credentials, Scope
from hub.trust.sealing import LookupKeys, MasterKey
from hub.trust.signing import SigningKeys
from hub.trust.tokens import Tokens, Verifier
from tests.builders.hub import quick_engine

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
CREDENTIALS = "client_credentials"


class Broker:
    """Answers, until it is gone."""

    gone = False

    async def __call__(self) -> None:
        if self.gone:
            raise Unavailable("Kafka does not answer")


@dataclass
class Hub:
    """The operator's side of the hub, over a database of its own."""

    engine: AsyncEngine
    agencies: Agencies
    metrics: Metrics
    http: httpx.AsyncClient
    broker: Broker = field(default_factory=Broker)

    async def token(self, credentials: Credentials, **form: str) -> httpx.Response:
        given = {"grant_type": CREDENTIALS, "client_id": credentials.client_id, "client_secret": credentials.secret}
        return await self.http.post("/oauth/token", data={**given, **form})

    async def execute(self, statement: object) -> None:
        async with writing(self.engine) as connection:
            await connection.execute(statement)  # type: ignore[call-overload]  # any statement


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hub]:
    if request.param == "sqlite":
        engine = quick_engine(tmp_path / "hub.db")
    else:
        engine = open_engine(request.getfixturevalue("shared_postgres_url"))
    broker, metrics = Broker(), Metrics(["offender"])
    store = AgencyStore(engine)
    contract = Contract(
        "probation", Kind.PROBATION, Delivery.FEED, People.KNOWN, limited_access=False, asserts={}, receives={}
    )
    agencies = Agencies(store, {"probation": contract}, LookupKeys(b"k" * 32), lambda: NOW)
    keys = SigningKeys(store, MasterKey(b"m" * 32), lambda: NOW)
    app = FastAPI()
    app.include_router(health.router)
    app.include_router(oauth.router)
    answer_with_problems(app)
    app.state.operations = Operations(
        queues=lambda: look_at_queues(engine, frozenset({"prison"}), NOW),
        broker=broker,
        metrics=metrics,
        agencies=agencies,
        tokens=Tokens(keys, "hub", "hub", 600, lambda: NOW),
    )
    app.state.services = SimpleNamespace(verifier=Verifier(keys, agencies, "hub", "hub", "ES256", lambda: NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as http:
        yield Hub(engine, agencies, metrics, http, broker)
    await engine.dispose()


@pytest.fixture
async def probation(hub: Hub) -> Credentials:
    return await hub.agencies.add("probation", [Scope.SUBMIT, Scope.READ])


async def test_an_agency_gets_a_token_with_its_credentials(hub: Hub, probation: Credentials) -> None:
    answer = await hub.token(probation)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() | {"access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "read submit",
    }


async def test_credentials_may_come_as_http_basic(hub: Hub, probation: Credentials) -> None:
    basic = base64.b64encode(f"{probation.client_id}:{probation.secret}".encode()).decode()

    answer = await hub.http.post(
        "/oauth/token", data={"grant_type": CREDENTIALS}, headers={"Authorization": f"Basic {basic}"}
    )

    assert answer.status_code == 200


async def test_a_token_may_carry_less_than_the_agency_has_but_never_more(hub: Hub, probation: Credentials) -> None:
    assert (await hub.token(probation, scope="read")).json()["scope"] == "read"
    refused = await hub.token(probation, scope="read admin")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({"client_secret": "wrong"}, {}, 401, "invalid_client"),
        ({"client_id": "nobody"}, {}, 401, "invalid_client"),
        ({"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ({}, {"Authorization": "Basic eDp5"}, 400, "invalid_request"),
        ({"client_secret": None}, {"Authorization": "Basic !!!"}, 401, "invalid_client"),
        ({"client_secret": None}, {"Authorization": "Bearer eDp5"}, 401, "invalid_client"),
        ({"client_secret": None}, {}, 401, "invalid_client"),
    ],
)
async def test_a_wrong_token_request_gets_the_error_the_rfc_names(
    hub: Hub,
    probation: Credentials,
    form: dict[str, str | None],
    headers: dict[str, str],
    status: int,
    error: str,
) -> None:
    right = {"grant_type": CREDENTIALS, "client_id": probation.client_id, "client_secret": probation.secret}
    sent = {name: value for name, value in {**right, **form}.items() if value is not None}

    answer = await hub.http.post("/oauth/token", data=sent, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert probation.secret not in answer.text


async def test_a_request_that_is_no_form_is_refused(hub: Hub) -> None:
    answer = await hub.http.post("/oauth/token", json={"grant_type": CREDENTIALS})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_suspended_agency_gets_no_token_until_it_is_resumed(hub: Hub, probation: Credentials) -> None:
    await hub.agencies.suspend("probation")
    assert (await hub.token(probation)).status_code == 401

    await hub.agencies.resume("probation")
    assert (await hub.token(probation)).status_code == 200


async def test_an_agency_that_was_just_registered_is_known_at_once(hub: Hub) -> None:
    assert await hub.agencies.active("probation") is None

    await hub.agencies.add("probation", [Scope.SUBMIT])

    assert await hub.agencies.active("probation") is not None


async def test_a_new_secret_ends_the_old_one(hub: Hub, probation: Credentials) -> None:
    renewed = await hub.agencies.new_secret("probation")

    assert renewed.client_id == probation.client_id
    assert (await hub.token(probation)).status_code == 401
    assert (await hub.token(renewed)).status_code == 200


async def test_an_agency_is_registered_once_and_only_under_a_contract(hub: Hub, probation: Credentials) -> None:
    with pytest.raises(Rejected, match="registered already"):
        await hub.agencies.add(probation.agency, [Scope.READ])
    with pytest.raises(Rejected, match=r"contracts/court\.toml"):
        await hub.agencies.add("court", [Scope.READ])
    with pytest.raises(Rejected, match="no agency of this name"):
        await hub.agencies.suspend("court")
    assert [row.name for row in await hub.agencies.all()] == ["probation"]


async def test_no_secret_is_kept_and_every_change_is_audited(hub: Hub, probation: Credentials) -> None:
    await hub.agencies.suspend("probation")
    await hub.agencies.resume("probation")
    await hub.agencies.new_secret("probation")

    async with reading(hub.engine) as connection:
        kept = (await connection.execute(select(agency))).one()
        entries = (await connection.execute(select(audit.c.action, audit.c.reference).order_by(audit.c.id))).all()
    assert probation.secret not in str(kept)
    assert [entry.action for entry in entries] == [
        "agency-added",
        "agency-suspended",
        "agency-resumed",
        "agency-secret-renewed",
    ]
    assert entries[0].reference == kept.contract_digest


async def test_a_changed_contract_is_noted_once(hub: Hub, probation: Credentials) -> None:
    assert await hub.agencies.note_contracts() == []
    await hub.execute(update(agency).where(agency.c.name == probation.agency).values(contract_digest="of another day"))

    assert await hub.agencies.note_contracts() == ["probation"]
    assert await hub.agencies.note_contracts() == []


async def test_a_hub_that_works_is_alive_and_ready(hub: Hub) -> None:
    assert (await hub.http.get("/health/live")).json() == {"state": "alive"}
    answer = await hub.http.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"state": "ready", "reasons": [], "relayLagSeconds": 0.0}


async def test_a_relay_that_does_not_keep_up_degrades(hub: Hub) -> None:
    since = micros(NOW - timedelta(seconds=90))
    debt = {"agency": "prison", "person": "p", "type": "offender", "key": "-", "stamp": "s", "since": since}
    await hub.execute(insert(owed).values(debt))

    answer = await hub.http.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "state": "degraded",
        "reasons": ["the oldest release waits for 90 s"],
        "relayLagSeconds": 90.0,
    }


async def test_what_may_wait_degrades_nothing(hub: Hub) -> None:
    since = micros(NOW - timedelta(seconds=90))
    debt = {"agency": "prison", "person": "p", "type": "offender", "key": "-", "stamp": "s", "since": since}
    await hub.execute(insert(owed).values({**debt, "later": True}))

    assert (await hub.http.get("/health/ready")).json()["state"] == "ready"


async def test_a_paused_input_degrades_and_the_agency_is_not_named_to_strangers(
    hub: Hub, probation: Credentials
) -> None:
    await hub.execute(update(agency).where(agency.c.name == probation.agency).values(paused=micros(NOW)))

    answer = await hub.http.get("/health/ready")

    assert (answer.status_code, answer.json()["state"]) == (200, "degraded")
    assert "probation" not in answer.text


async def test_a_lost_broker_degrades_for_submissions_are_still_taken(hub: Hub) -> None:
    hub.broker.gone = True

    answer = await hub.http.get("/health/ready")

    assert (answer.status_code, answer.json()["reasons"]) == (200, ["Kafka does not answer"])


@pytest.fixture
async def a_table_lost(hub: Hub) -> AsyncIterator[None]:
    async with writing(hub.engine) as connection:
        await connection.run_sync(owed.drop)
    yield
    async with writing(hub.engine) as connection:  # the database serves other tests, too
        await connection.run_sync(owed.create)


@pytest.mark.usefixtures("a_table_lost")
async def test_without_its_tables_the_hub_is_not_ready(hub: Hub) -> None:
    answer = await hub.http.get("/health/ready")

    assert (answer.status_code, answer.json()["state"]) == (503, "unavailable")
    assert (await hub.http.get("/health/live")).status_code == 200


async def test_the_metrics_are_for_operators(hub: Hub, probation: Credentials) -> None:
    token = (await hub.token(probation)).json()["access_token"]

    assert (await hub.http.get("/metrics")).status_code == 401
    assert (await hub.http.get("/metrics", headers={"Authorization": f"Bearer {token}"})).status_code == 403


async def test_the_metrics_tell_what_came_of_submissions_and_what_waits(hub: Hub, probation: Credentials) -> None:
    submission = Submission("probation", "1", "offender", "1.0.0", False, "X1", NOW, -1, {})
    made_up = Submission("probation", "2", "made up", "1.0.0", False, "X1", NOW, -1, {})
    accepted = Accepted("probation", "1", "offender", "-", NOW)
    refused = Refused(Rejected(Reason.UNKNOWN_TYPE, ""))
    hub.metrics.count_submissions([submission, made_up], [accepted, refused])
    hub.metrics.count_request("GET", "/v1/feed", 200)
    hub.metrics.count_matched(links=2, reviews=1, undone=0)
    hub.metrics.count_not_compared(large=3, cut=4)
    for minutes, later in ((90, True), (3, False)):
        waits = {"local": str(minutes), "since": micros(NOW - timedelta(minutes=minutes)), "later": later}
        await hub.execute(insert(unmatched).values({**waits, "stamp": "s"}))
    await hub.execute(update(agency).where(agency.c.name == probation.agency).values(paused=micros(NOW)))
    row = dict.fromkeys((column.name for column in outlet.columns if not column.nullable), 0)
    await hub.execute(insert(outlet).values({**row, "agency": "prison", "number": 7, "published": 5}))
    await hub.execute(insert(withheld).values(agency="prison", person="p", type="offender", key="-"))
    marks = {"contested": "/sex", "ruled": ""}, {"contested": "/sex", "ruled": "/dateOfBirth"}
    for number, marked in enumerate(marks):
        shared = {"person": f"p{number}", "type": "offender", "key": "-", "rid": "r", "revision": 1, "digest": "d"}
        await hub.execute(insert(record).values(**shared, **marked, changed=0))
    await hub.execute(insert(crowd).values(digest="d", holders=21, since=0))
    named = {"agency": "prison", "person": "p", "type": "offender", "key": "-"}
    await hub.execute(insert(parked).values({**named, "number": 5, "since": micros(NOW), "faults": b"[]"}))
    for number, state in enumerate(("waiting", "waiting", "taken", "discarded")):
        since = micros(NOW - timedelta(minutes=10 - number))
        letter = {"agency": "prison", "at": since, "reason": "bad-json", "state": state, "notified": True}
        no_contents = {"detail": "", "faults": "[]", "headers": b""}
        await hub.execute(insert(dead_letter).values({**letter, **no_contents, "position": f"p-{number}"}))

    operator = await hub.agencies.add("operator", [Scope.ADMIN])
    token = (await hub.token(operator)).json()["access_token"]
    told = (await hub.http.get("/metrics", headers={"Authorization": f"Bearer {token}"})).text

    assert 'hub_submissions_total{agency="probation",outcome="accepted",type="offender"} 1.0' in told
    assert 'hub_submissions_total{agency="probation",outcome="unknown-type",type="other"} 1.0' in told
    assert 'hub_requests_total{method="GET",route="/v1/feed",status="200"} 1.0' in told
    assert 'hub_unpublished{agency="prison"} 2.0' in told
    assert 'hub_input_paused{agency="probation"} 1.0' in told
    assert 'hub_withheld{agency="prison"} 1.0' in told
    assert 'hub_parked{agency="prison"} 1.0' in told
    assert "hub_crowded_identifiers 1.0" in told
    assert 'hub_differing_records{state="open",type="offender"} 2.0' in told
    assert 'hub_differing_records{state="ruled",type="offender"} 1.0' in told
    assert 'hub_dead_letters_waiting{agency="prison"} 2.0' in told
    assert 'hub_dead_letter_oldest_seconds{agency="prison"} 600.0' in told
    assert "hub_owed 0.0" in told
    assert "hub_unmatched 2.0" in told
    assert "hub_unmatched_oldest_seconds 180.0" in told
    for found, count in (("link", 2), ("review", 1), ("undone", 0)):
        assert f'hub_matched_total{{found="{found}"}} {count}.0' in told
    assert 'hub_not_compared_total{why="large"} 3.0' in told
    assert 'hub_not_compared_total{why="cut"} 4.0' in told
