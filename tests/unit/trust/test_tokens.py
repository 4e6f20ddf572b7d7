"""Tokens: whose they are, how long, and everything that makes one worthless."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from hub.domain.contract import Contract, Delivery, Kind, People
from hub.domain.errors import Halt, Reason, Rejected
from hub.store.agencies import AgencyStore
from hub.trust.agencies import AS_OPERATORS, REMEMBERED, Agencies, Role, Scope
from hub.trust.sealing import LookupKeys, MasterKey
from hub.trust.signing import SigningKeys
from hub.trust.tokens import Caller, Tokens, Verifier
from tests.builders.hub import quick_engine

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
ISSUER, AUDIENCE = "https://issuer.example", "hub"
READ = frozenset({Scope.READ})


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **how_much: float) -> None:
        self.time += timedelta(**how_much)


@dataclass
class Desk:
    """Everything around tokens, on a database of its own."""

    store: AgencyStore
    agencies: Agencies
    keys: SigningKeys
    tokens: Tokens
    verifier: Verifier
    clock: Hands


def contract(agency: str) -> Contract:
    return Contract(agency, Kind.PROBATION, Delivery.FEED, People.KNOWN, limited_access=False, asserts={}, receives={})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    engine = quick_engine(tmp_path / "hub.db")
    clock = Hands()
    store = AgencyStore(engine)
    agencies = Agencies(store, {"probation": contract("probation")}, LookupKeys(b"k" * 32), clock)
    await agencies.add("probation", [Scope.SUBMIT, Scope.READ])
    keys = SigningKeys(store, MasterKey(b"m" * 32), clock)
    tokens = Tokens(keys, ISSUER, AUDIENCE, 600, clock)
    yield Desk(store, agencies, keys, tokens, Verifier(keys, agencies, ISSUER, AUDIENCE, "ES256", clock), clock)
    await engine.dispose()


async def refusal(verifier: Verifier, token: str) -> Reason:
    with pytest.raises(Rejected) as refused:
        await verifier.verify(token)
    return refused.value.reason


async def test_a_token_names_its_agency_and_what_it_may_do(desk: Desk) -> None:
    caller = await desk.verifier.verify(await desk.tokens.issue("probation", READ))

    assert caller == Caller("probation", READ)
    caller.need(Scope.READ)
    with pytest.raises(Rejected) as refused:
        caller.need(Scope.SUBMIT)
    assert refused.value.reason is Reason.FORBIDDEN


async def test_a_token_carries_the_claims_agreed_on(desk: Desk) -> None:
    token = await desk.tokens.issue("probation", READ | {Scope.SUBMIT})

    header, claims, _ = token.split(".")
    told = orjson.loads(base64.urlsafe_b64decode(claims + "=="))
    assert orjson.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "ES256"
    assert (told["iss"], told["aud"], told["sub"], told["scope"]) == (ISSUER, AUDIENCE, "probation", "read submit")
    assert told["exp"] - told["iat"] == 600
    assert len(told["jti"]) == 36


async def test_an_expired_token_is_told_from_a_wrong_one(desk: Desk) -> None:
    token = await desk.tokens.issue("probation", READ)

    desk.clock.pass_by(seconds=600 + 29)
    assert await desk.verifier.verify(token)
    desk.clock.pass_by(seconds=2)
    assert await refusal(desk.verifier, token) is Reason.TOKEN_EXPIRED


async def test_a_token_once_verified_expires_all_the_same(desk: Desk) -> None:
    desk.clock.pass_by(seconds=-20)
    token = await desk.tokens.issue("probation", READ)
    desk.clock.pass_by(seconds=600)
    await desk.verifier.verify(token)

    desk.clock.pass_by(seconds=50)

    assert await refusal(desk.verifier, token) is Reason.TOKEN_EXPIRED


@pytest.mark.parametrize(("issuer", "audience"), [("https://other.example", AUDIENCE), (ISSUER, "another-service")])
async def test_a_token_of_another_issuer_or_for_another_audience_is_refused(
    desk: Desk, issuer: str, audience: str
) -> None:
    foreign = Tokens(desk.keys, issuer, audience, 600, desk.clock)

    assert await refusal(desk.verifier, await foreign.issue("probation", READ)) is Reason.UNAUTHENTICATED


async def test_a_token_without_a_signature_is_refused(desk: Desk) -> None:
    _, claims, _ = (await desk.tokens.issue("probation", READ)).split(".")
    key_id = (await desk.keys.current()).kid
    header = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "kid": key_id})).decode().rstrip("=")

    assert await refusal(desk.verifier, f"{header}.{claims}.") is Reason.UNAUTHENTICATED


async def test_a_token_signed_with_the_public_key_as_a_password_is_refused(desk: Desk) -> None:
    public = (await desk.keys.current()).as_pem(private=False)
    header = {"alg": "HS256", "kid": (await desk.keys.current()).kid}
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "probation", "exp": int(START.timestamp()) + 60}
    forged = _hmac_signed(header, claims, public)

    assert await refusal(desk.verifier, forged) is Reason.UNAUTHENTICATED


def _hmac_signed(header: Mapping[str, object], claims: Mapping[str, object], secret: bytes) -> str:
    """By hand: the library refuses to forge this one."""
    signed = b".".join(base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, claims))
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


async def test_a_tampered_token_is_refused(desk: Desk) -> None:
    header, claims, signature = (await desk.tokens.issue("probation", READ)).split(".")
    told = orjson.loads(base64.urlsafe_b64decode(claims + "=="))
    more = base64.urlsafe_b64encode(orjson.dumps({**told, "scope": "admin"})).decode().rstrip("=")

    assert await refusal(desk.verifier, f"{header}.{more}.{signature}") is Reason.UNAUTHENTICATED


@pytest.mark.parametrize("token", ["", "rubbish", "a.b.c", "é", "." * 20, "x" * 10_000])
async def test_what_is_no_token_is_refused(desk: Desk, token: str) -> None:
    assert await refusal(desk.verifier, token) is Reason.UNAUTHENTICATED


async def test_a_scope_the_register_does_not_grant_is_worth_nothing(desk: Desk) -> None:
    token = await desk.tokens.issue("probation", frozenset(Scope))

    assert (await desk.verifier.verify(token)).scopes == {Scope.SUBMIT, Scope.READ}


async def test_a_suspended_agencys_token_stops_within_seconds_and_works_again_when_resumed(desk: Desk) -> None:
    token = await desk.tokens.issue("probation", READ)
    await desk.verifier.verify(token)

    await desk.agencies.suspend("probation")
    desk.clock.pass_by(seconds=2)
    assert await refusal(desk.verifier, token) is Reason.UNAUTHENTICATED

    await desk.agencies.resume("probation")
    desk.clock.pass_by(seconds=2)
    assert await desk.verifier.verify(token)


async def test_an_agency_that_is_not_registered_gets_nowhere(desk: Desk) -> None:
    assert await refusal(desk.verifier, await desk.tokens.issue("stranger", READ)) is Reason.UNAUTHENTICATED


async def test_processes_share_their_keys_through_the_database(desk: Desk) -> None:
    other_keys = SigningKeys(desk.store, MasterKey(b"m" * 32), desk.clock)
    other = Verifier(other_keys, desk.agencies, ISSUER, AUDIENCE, "ES256", desk.clock)

    assert await other.verify(await desk.tokens.issue("probation", READ))


async def test_the_first_tokens_of_a_hub_are_good_however_many_ask_at_once(desk: Desk) -> None:
    tokens = await asyncio.gather(*(desk.tokens.issue("probation", READ) for _ in range(20)))

    assert len(await desk.store.signing_keys()) == 1
    for token in tokens:
        assert await desk.verifier.verify(token)


async def test_the_signing_key_does_not_open_under_another_master_key(desk: Desk) -> None:
    await desk.keys.current()

    with pytest.raises(Halt, match="HUB_KEY"):
        await SigningKeys(desk.store, MasterKey(b"n" * 32), desk.clock).current()


@dataclass
class Published:
    """An external issuer's keys, as its JWKS shows them now."""

    keys: dict[str, RSAKey | ECKey] = field(default_factory=dict)

    async def find(self, key_id: str) -> Mapping[str, str | list[str]] | None:
        key = self.keys.get(key_id)
        return key.as_dict(private=False) if key else None


def _external(desk: Desk, key: RSAKey | ECKey, algorithm: str, sub: str = "probation") -> str:
    claims = {
        "iss": ISSUER,
        "aud": ["other", AUDIENCE],
        "sub": sub,
        "scope": "openid read admin",
        "exp": int(desk.clock().timestamp()) + 3_600,
    }
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


async def test_an_external_issuers_token_is_accepted_until_its_key_is_withdrawn(desk: Desk) -> None:
    key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    published = Published({"one": key})
    verifier = Verifier(published, desk.agencies, ISSUER, AUDIENCE, "RS256", desk.clock)
    token = _external(desk, key, "RS256")

    assert await verifier.verify(token) == Caller("probation", READ)

    published.keys = {"two": RSAKey.generate_key(2048, parameters={"kid": "two"})}
    desk.clock.pass_by(seconds=61)
    assert await refusal(verifier, token) is Reason.UNAUTHENTICATED
    assert await verifier.verify(_external(desk, published.keys["two"], "RS256"))


async def test_an_external_issuers_token_of_a_registered_operator_administers(desk: Desk) -> None:
    key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    verifier = Verifier(Published({"one": key}), desk.agencies, ISSUER, AUDIENCE, "RS256", desk.clock)
    token = _external(desk, key, "RS256", "anna@example.org")

    assert await refusal(verifier, token) is Reason.UNAUTHENTICATED

    await desk.agencies.add("anna@example.org", AS_OPERATORS)
    assert await verifier.verify(token) == Caller("anna@example.org", AS_OPERATORS)


async def test_only_the_algorithm_agreed_on_is_accepted(desk: Desk) -> None:
    key = ECKey.generate_key("P-256", parameters={"kid": "one"})
    verifier = Verifier(Published({"one": key}), desk.agencies, ISSUER, AUDIENCE, "RS256", desk.clock)

    assert await refusal(verifier, _external(desk, key, "ES256")) is Reason.UNAUTHENTICATED


async def test_an_agency_never_administers_whatever_its_token_says(desk: Desk) -> None:
    caller = await desk.verifier.verify(await desk.tokens.issue("probation", frozenset(Scope)))

    assert caller.scopes == {Scope.SUBMIT, Scope.READ}


async def test_an_operator_administers_and_does_nothing_else(desk: Desk) -> None:
    await desk.agencies.add("anna@example.org", AS_OPERATORS, "ben")

    caller = await desk.verifier.verify(await desk.tokens.issue("anna@example.org", frozenset(Scope)))

    assert caller == Caller("anna@example.org", AS_OPERATORS)


async def test_a_suspended_operators_token_stops_within_seconds(desk: Desk) -> None:
    await desk.agencies.add("anna", AS_OPERATORS)
    token = await desk.tokens.issue("anna", AS_OPERATORS)
    assert await desk.verifier.verify(token) == Caller("anna", AS_OPERATORS)

    await desk.agencies.suspend("anna", role=Role.OPERATOR)
    desk.clock.pass_by(seconds=REMEMBERED.total_seconds())

    assert await refusal(desk.verifier, token) is Reason.UNAUTHENTICATED
