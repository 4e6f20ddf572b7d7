"""The register: who may be what, and what the audit says of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.contract import Contract, Delivery, Kind, People
from hub.domain.errors import Reason, Rejected
from hub.domain.submission import micros
from hub.store.agencies import AgencyStore
from hub.store.engine import reading, writing
from hub.store.tables import agency, audit
from hub.trust.agencies import AS_OPERATORS, Agencies, Role, Scope
from hub.trust.sealing import LookupKeys
from tests.builders.hub import quick_engine

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = quick_engine(tmp_path / "hub.db")
    yield engine
    await engine.dispose()


@pytest.fixture
def register(engine: AsyncEngine) -> Agencies:
    prison = Contract(
        "prison", Kind.PRISON, Delivery.STREAM, People.KNOWN, limited_access=False, asserts={}, receives={}
    )
    return Agencies(AgencyStore(engine), {"prison": prison}, LookupKeys(b"k" * 32), lambda: NOW)


@pytest.mark.parametrize(
    ("name", "scopes", "reason"),
    [
        ("prison", {Scope.ADMIN}, Reason.NOT_COVERED),
        ("prison", {Scope.ADMIN, Scope.READ}, Reason.NOT_COVERED),
        ("prison", set[Scope](), Reason.NOT_COVERED),
        ("anna", {Scope.ADMIN, Scope.READ}, Reason.NOT_COVERED),
        ("anna", {Scope.READ}, Reason.NOT_COVERED),
        ("a", {Scope.ADMIN}, Reason.INVALID_BODY),
        ("anna smith", {Scope.ADMIN}, Reason.INVALID_BODY),
        ("", {Scope.ADMIN}, Reason.INVALID_BODY),
    ],
)
async def test_an_agency_needs_a_contract_and_whoever_administers_has_none(
    register: Agencies, name: str, scopes: set[Scope], reason: Reason
) -> None:
    with pytest.raises(Rejected) as refused:
        await register.add(name, scopes)
    assert refused.value.reason is reason


async def test_agencies_and_operators_are_told_apart(register: Agencies) -> None:
    await register.add("prison", [Scope.READ])
    await register.add("anna", AS_OPERATORS)

    assert [row.name for row in await register.all()] == ["prison"]
    assert [row.name for row in await register.all(Role.OPERATOR)] == ["anna"]
    with pytest.raises(Rejected, match="no agency"):
        await register.suspend("anna")
    with pytest.raises(Rejected, match="no operator"):
        await register.suspend("prison", role=Role.OPERATOR)


async def test_the_audit_names_who_did_it_and_to_whom(register: Agencies, engine: AsyncEngine) -> None:
    await register.add("prison", [Scope.READ], "anna")
    await register.suspend("prison", "ben")
    await register.add("carl", AS_OPERATORS, "anna")
    await register.new_secret("carl", "anna", Role.OPERATOR)

    async with reading(engine) as connection:
        said = select(audit.c.action, audit.c.actor, audit.c.agency, audit.c.reference).order_by(audit.c.id)
        rows = [tuple(row) for row in await connection.execute(said)]
    digest = (await register.one("prison")).contract_digest
    assert rows == [
        ("agency-added", "anna", "prison", digest),
        ("agency-suspended", "ben", "prison", ""),
        ("operator-added", "anna", "", "carl"),
        ("operator-secret-renewed", "anna", "", "carl"),
    ]


async def test_only_an_input_that_is_paused_is_resumed(register: Agencies, engine: AsyncEngine) -> None:
    await register.add("prison", [Scope.READ])
    with pytest.raises(Rejected) as refused:
        await register.resume_input("prison", "anna")
    assert refused.value.reason is Reason.WRONG_STATE
    async with writing(engine) as connection:
        await connection.execute(update(agency).values(paused=micros(NOW), rejections=7))

    await register.resume_input("prison", "anna")

    row = await register.one("prison")
    assert (row.paused, row.rejections) == (None, 0)
