"""What operators find in the audit, and of jobs, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.domain.ids import uuid7
from hub.ports import AuditRow
from hub.store import auditing
from hub.store.auditing import AuditStore
from hub.store.jobs import JobRow, JobState, JobStore
from hub.trust.agencies import Scope
from tests.rest import OPERATOR, RestHub, rest_hub

QUILL = {"names": {"surname": "Quill"}, "dateOfBirth": "1984-11-05"}
PNC = [{"scheme": "pnc", "value": "81/34U"}]
AUDIT, JOBS = "/v1/admin/audit", "/v1/admin/jobs"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(client: httpx.AsyncClient, local_id: str, body: object, id_: str = "1") -> str:
    """The person's id."""
    answer = await client.put(f"/v1/offenders/{local_id}", json=body, headers={"ce-id": f"{local_id}-{id_}"})
    assert answer.status_code == 200, answer.text
    return str((await client.get(f"/v1/offenders/{local_id}")).json()["person"])


async def found(hub: RestHub, **query: str | int) -> list[dict[str, Any]]:
    """All pages."""
    entries, next_ = [], str(httpx.URL(AUDIT, params=query))
    while next_:
        answer = await hub.operator.get(next_)
        assert answer.status_code == 200, answer.text
        entries += answer.json()["entries"]
        next_ = answer.json()["next"]
    return entries


async def note(hub: RestHub, *actions: str, agency: str = "prison") -> None:
    entries = [AuditRow(hub.clock(), action, "anna", agency, "", "", "", str(n)) for n, action in enumerate(actions)]
    await AuditStore(hub.engine).note(entries)


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_what_was_done_with_a_persons_data_is_found_the_newest_first(hub: RestHub) -> None:
    await say(hub.probation, "X100002", QUILL)
    person = await say(hub.probation, "X100001", QUILL)
    await hub.relayed()
    entries = await found(hub, person=person)

    assert [each["action"] for each in entries] == ["disclosure", "disclosure", "consultation", "collection"]
    disclosure, other, consultation, collection = entries
    assert {disclosure["agency"], other["agency"]} == {"court", "probation"}
    assert (disclosure["actor"], disclosure["type"]) == ("hub", "offender")
    assert disclosure["basis"]
    assert disclosure["purpose"]
    assert (consultation["actor"], collection["reference"]) == ("probation", "X100001-1")
    assert (collection["basis"], collection["purpose"]) == (None, None)


async def test_what_stands_under_the_id_of_somebody_merged_away_is_found_with_the_survivor(hub: RestHub) -> None:
    survivor = await say(hub.probation, "X100001", {**QUILL, "identifiers": PNC})
    removed = await say(hub.prison, "A1234BC", QUILL)
    await say(hub.prison, "A1234BC", {**QUILL, "identifiers": PNC}, "2")

    for person in (survivor, removed):
        about = {each["person"] for each in await found(hub, person=person, actor="prison")}
        assert about == {survivor, removed}


async def test_that_somebody_looked_stands_in_the_audit(hub: RestHub) -> None:
    person = await say(hub.probation, "X100001", QUILL)
    await found(hub, person=person)
    await found(hub, agency="prison")
    last, first = (await found(hub, action="consultation", actor=OPERATOR))[:2]

    assert (first["person"], first["agency"], first["purpose"]) == (person, "hub", "audit")
    assert (last["person"], last["agency"], last["purpose"]) == (None, "prison", "audit")


async def test_entries_are_found_by_agency_time_action_and_actor(hub: RestHub) -> None:
    await hub.desk.agencies.add("prison", [Scope.SUBMIT], "ben")
    between = hub.clock()
    hub.now += timedelta(seconds=1)
    await hub.desk.agencies.suspend("prison", "anna")
    await hub.desk.agencies.add("probation", [Scope.SUBMIT], "anna")

    assert [each["action"] for each in await found(hub, agency="prison", actor="anna")] == ["agency-suspended"]
    assert [each["agency"] for each in await found(hub, action="agency-added")] == ["probation", "prison"]
    assert [each["action"] for each in await found(hub, until=between.isoformat())] == ["agency-added"]
    later = await found(hub, since=between.isoformat(), agency="prison", action="agency-suspended")
    assert [each["actor"] for each in later] == ["anna"]


async def test_entries_of_one_moment_are_read_page_by_page_each_once(hub: RestHub) -> None:
    at = hub.clock()
    entry = AuditRow(at, "agency-suspended", "anna", "prison", "", "", "", "")
    await AuditStore(hub.engine).note([replace(entry, reference=str(n)) for n in range(7)])

    entries = await found(hub, agency="prison", limit=2, action="agency-suspended")
    assert [each["reference"] for each in entries] == ["6", "5", "4", "3", "2", "1", "0"]
    entries = await found(hub, agency="prison", limit=3, since=at.isoformat(), until=hub.clock().isoformat())
    assert [each["reference"] for each in entries if each["reference"]] == ["6", "5", "4", "3", "2", "1", "0"]


async def test_what_is_rare_is_found_over_pages_that_may_be_empty(
    hub: RestHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "EXAMINED", 3)
    await note(hub, "rare", *["common"] * 8, "rare", *["common"] * 5)
    page = (await hub.operator.get(AUDIT, params={"action": "rare", "agency": "prison"})).json()

    assert (page["entries"], page["next"] is None) == ([], False)
    assert [each["reference"] for each in await found(hub, action="rare", agency="prison")] == ["9", "0"]
    assert await found(hub, action="never", agency="prison") == []


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=2026-03-01T09:00:00", "since=2026-13-01T09:00:00Z", "until=2026", "actor=a%00"]
)
async def test_a_time_that_is_none_is_refused(hub: RestHub, query: str) -> None:
    assert reason(await hub.operator.get(f"{AUDIT}?{query}")) == (422, "invalid-request")


# --- jobs --------------------------------------------------------------------------------------------------


async def start(hub: RestHub, kind: str = "replay", **changes: Any) -> JobRow:  # noqa: ANN401 - any field
    at = hub.clock()
    row = JobRow(uuid7(int(at.timestamp() * 1_000)), kind, "anna", at, {"agency": "prison"}, 10, at, **changes)
    entry = AuditRow(at, "job-started", "anna", "prison", "", "", "", row.id)
    await JobStore(hub.engine).start(row, entry)
    return row


async def test_jobs_are_listed_with_how_far_they_are_the_newest_first(hub: RestHub) -> None:
    old = await start(hub, done=3, failed=1, state=JobState.RUNNING)
    new = await start(hub, "load")
    first = (await hub.operator.get(JOBS, params={"limit": 1})).json()
    second = (await hub.operator.get(first["next"])).json()

    assert [each["id"] for each in (*first["jobs"], *second["jobs"])] == [new.id, old.id]
    (told,) = second["jobs"]
    assert (told["state"], told["total"], told["done"], told["failed"]) == ("running", 10, 3, 1)
    assert (told["by"], told["parameters"], second["next"]) == ("anna", {"agency": "prison"}, None)
    for query, expected in (({"kind": "load"}, new), ({"state": "running"}, old)):
        assert [each["id"] for each in (await hub.operator.get(JOBS, params=query)).json()["jobs"]] == [expected.id]


async def test_one_job_is_read_by_its_id(hub: RestHub) -> None:
    row = await start(hub)

    assert (await hub.operator.get(f"{JOBS}/{row.id}")).json()["id"] == row.id
    assert reason(await hub.operator.get(f"{JOBS}/nothing")) == (404, "not-found")
    assert reason(await hub.operator.get(JOBS, params={"state": "asleep"})) == (422, "invalid-request")
