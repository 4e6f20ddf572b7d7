"""Operators see what was decided of a person, by whom and why, and take it back from there; on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.rest import OPERATOR, RestHub, rest_hub

BODY = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05"}
DECIDE = "/v1/admin/people/decisions"
WHY = "the photographs on both files are of one man"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    """Three local ids that nothing joins."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        for client, local_id in ((hub.prison, "A1234BC"), (hub.probation, "X100001"), (hub.probation, "X100002")):
            answer = await client.put(f"/v1/offenders/{local_id}", json=BODY, headers={"ce-id": local_id})
            assert answer.status_code == 200, answer.text
        yield hub


async def decide(hub: RestHub, decision: str, agency: str, local_id: str) -> None:
    """Of a local id and the prison's."""
    one, other = {"agency": "prison", "localId": "A1234BC"}, {"agency": agency, "localId": local_id}
    asked = {"one": one, "other": other, "decision": decision, "why": f"{WHY}: {decision}"}
    answer = await hub.operator.post(DECIDE, json=asked)
    assert answer.status_code == 200, answer.text


async def person(client: httpx.AsyncClient, local_id: str) -> str:
    return str((await client.get(f"/v1/offenders/{local_id}")).json()["person"])


async def standing(hub: RestHub, of: str, **query: int) -> list[dict[str, Any]]:
    """What holds of a person, page by page."""
    path, decisions = f"/v1/admin/people/{of}/decisions?limit={query.get('limit', 50)}", []
    while path:
        page = (await hub.operator.get(path)).json()
        decisions += page["decisions"]
        path = page["next"]
    return decisions


def sides(decision: dict[str, Any]) -> set[str]:
    return {decision[side]["localId"] for side in ("one", "other")}


async def test_what_holds_of_a_person_is_read_with_who_and_why_the_newest_first(hub: RestHub) -> None:
    await decide(hub, "link", "probation", "X100001")
    await decide(hub, "keep-apart", "probation", "X100002")
    prison, other = await person(hub.prison, "A1234BC"), await person(hub.probation, "X100002")

    apart, link = await standing(hub, prison)

    assert (apart["decision"], sides(apart)) == ("keep-apart", {"A1234BC", "X100002"})
    assert (link["decision"], sides(link)) == ("link", {"A1234BC", "X100001"})
    assert {link[side]["person"] for side in ("one", "other")} == {prison}
    assert {apart[side]["person"] for side in ("one", "other")} == {prison, other}
    assert (link["by"], link["why"]) == (OPERATOR, f"{WHY}: link")
    assert apart["at"] > link["at"]
    (from_there,) = await standing(hub, other)
    assert (from_there["id"], from_there["one"]) == (apart["id"], apart["other"])
    assert await standing(hub, prison, limit=1) == [apart, link]


async def test_the_look_is_audited_for_everybody_it_shows(hub: RestHub) -> None:
    await decide(hub, "keep-apart", "probation", "X100001")
    prison, probation = await person(hub.prison, "A1234BC"), await person(hub.probation, "X100001")
    await standing(hub, prison)

    looks = [row for row in await hub.audited("consultation") if row.purpose == "decisions"]
    assert {(row.actor, row.person) for row in looks} == {(OPERATOR, prison), (OPERATOR, probation)}


async def test_a_decision_is_taken_back_from_there_and_holds_no_more(hub: RestHub) -> None:
    await decide(hub, "link", "probation", "X100001")
    prison = await person(hub.prison, "A1234BC")
    (link,) = await standing(hub, prison)
    path = f"{DECIDE}/{link['id']}/take-back"
    without = await hub.operator.post(path, json={"why": "so"})

    back = (await hub.operator.post(path, json={"why": "it was somebody else's photograph"})).json()
    again = await hub.operator.post(path, json={"why": "it was somebody else's photograph"})

    assert (back["decision"], back["onePerson"], len(back["split"])) == ("take-back", False, 1)
    assert await standing(hub, prison) == []
    assert await person(hub.probation, "X100001") != await person(hub.prison, "A1234BC")
    assert (without.status_code, again.status_code) == (422, 409)


async def test_a_person_or_a_decision_there_is_not_is_not_found(hub: RestHub) -> None:
    for unknown in ("nobody", "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"):
        assert (await hub.operator.get(f"/v1/admin/people/{unknown}/decisions")).status_code == 404
    for unknown in ("d.x.y", "r.x.y", "x"):
        assert (await hub.operator.post(f"{DECIDE}/{unknown}/take-back", json={"why": WHY})).status_code == 404
