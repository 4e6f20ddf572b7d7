"""Agencies differ and see it as far as they may, and an operator rules: over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.domain.contract import Kind
from tests.rest import OPERATOR, RestHub, rest_hub

PNC = [{"scheme": "pnc", "value": "81/34U"}]
QUILL = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", "identifiers": PNC}
CONFLICTS, OWN = "/v1/admin/conflicts", "/v1/conflicts"
WHY = "the birth certificate is on the court's file"
NINE, TEN, ELEVEN = (f"2026-03-01T{hour}:00:00Z" for hour in ("09", "10", "11"))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RestHub]:
    async with rest_hub(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}") as hub:
        yield hub


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def on_each(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    """A hub on each of the databases, for what they are asked."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(client: httpx.AsyncClient, local_id: str, at: str, path: str = "", **body: object) -> None:
    document = body if path else QUILL | body
    headers = {"ce-id": f"{local_id}{path}-{at}", "ce-time": at}
    answer = await client.put(f"/v1/offenders/{local_id}{path}", json=document, headers=headers)
    assert answer.status_code == 200, answer.text


async def differ(hub: RestHub) -> None:
    """Probation says male, prison female; the prison is believed meanwhile."""
    await say(hub.probation, "X100001", NINE, sex="male")
    await say(hub.prison, "A1234BC", TEN, sex="female")


async def get(client: httpx.AsyncClient, path: str, **query: str | int) -> Any:  # noqa: ANN401 - any JSON
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def the_conflict(hub: RestHub, **query: str | int) -> dict[str, Any]:
    """The only one there is, read whole."""
    ((difference,),) = [each["differences"] for each in (await get(hub.operator, CONFLICTS, **query))["conflicts"]]
    return dict(await get(hub.operator, f"{CONFLICTS}/{difference['id']}"))


async def rule(hub: RestHub, conflict: dict[str, Any], value: object) -> httpx.Response:
    """Rule that this value stands, of all that was read."""
    names = [each["name"] for each in conflict["opinions"]]
    (stands,) = (each["name"] for each in conflict["opinions"] if each["value"] == value)
    ruling = {"settles": names, "stands": stands, "why": WHY}
    return await hub.operator.post(f"{CONFLICTS}/{conflict['id']}/ruling", json=ruling)


async def shared(client: httpx.AsyncClient, local_id: str = "A1234BC") -> tuple[object, dict[str, list[str]]]:
    """The sex that is shared, and the marks."""
    release = (await get(client, f"/v1/offenders/{local_id}"))["release"]
    return release["body"].get("sex"), marks_of(release)


def marks_of(release: dict[str, Any]) -> dict[str, list[str]]:
    """Those of conflicts and rulings."""
    return {name: release["marks"][name] for name in ("contested", "ruled")}


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


# --- shown to agencies ---------------------------------------------------------------------------------------


async def test_both_agencies_see_who_says_what_since_when_then_the_ruling_then_its_end(on_each: RestHub) -> None:
    hub = on_each
    await differ(hub)
    prison, probation = await get(hub.prison, OWN), await get(hub.probation, OWN)
    ((told,),) = [each["differences"] for each in prison["conflicts"]]

    assert told == {
        "path": "/sex",
        "state": "open",
        "since": TEN,
        "opinions": [
            {"agencies": ["probation"], "since": NINE, "value": "male", "stands": False},
            {"agencies": ["prison"], "since": TEN, "value": "female", "stands": True},
        ],
        "ruling": None,
    }
    assert [each["differences"] for each in probation["conflicts"]] == [[told]]
    assert [each["localIds"] for each in (prison | probation)["conflicts"]] == [["X100001"]]
    assert await shared(hub.prison) == ("female", {"contested": ["/sex"], "ruled": []})

    assert (await rule(hub, await the_conflict(hub), "male")).status_code == 200
    ((ruled,),) = [each["differences"] for each in (await get(hub.prison, OWN))["conflicts"]]
    assert (ruled["state"], ruled["ruling"]["why"]) == ("ruled", WHY)
    assert [each["stands"] for each in ruled["opinions"]] == [True, False]
    assert (
        await shared(hub.prison)
        == await shared(hub.probation, "X100001")
        == ("male", {"contested": [], "ruled": ["/sex"]})
    )

    await say(hub.prison, "A1234BC", ELEVEN, sex="male")
    for client in (hub.prison, hub.probation):
        assert (await get(client, OWN))["conflicts"] == []
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": []})
    assert (await get(hub.operator, CONFLICTS))["conflicts"] == []


async def test_every_step_of_a_conflict_is_delivered_the_mark_alone_too(hub: RestHub) -> None:
    await differ(hub)
    await hub.relayed()
    conflict = await the_conflict(hub)
    await rule(hub, conflict, "female")
    await hub.relayed()
    await hub.operator.post(f"{CONFLICTS}/{conflict['id']}/take-back", json={"why": WHY})
    await hub.relayed()

    (delivery,) = (await get(hub.probation, "/v1/feed"))["deliveries"]
    assert marks_of(delivery["release"]) == {"contested": ["/sex"], "ruled": []}
    assert delivery["number"] == 3


async def test_a_place_the_contract_does_not_show_is_not_there(hub: RestHub) -> None:
    await differ(hub)
    visible = {**hub.contracts["prison"].receives}
    visible["offender"] = replace(visible["offender"], fields=frozenset({"names", "dateOfBirth"}))
    hub.contracts["prison"] = replace(hub.contracts["prison"], receives=visible)

    assert (await get(hub.prison, OWN))["conflicts"] == []
    assert (await get(hub.prison, "/v1/offenders/A1234BC/conflicts"))["conflicts"] == []
    assert len((await get(hub.probation, OWN))["conflicts"]) == 1


async def test_what_limited_access_keeps_back_and_whom_nobody_knows_is_not_there(hub: RestHub) -> None:
    await differ(hub)
    limited = {"exclusion": True, "restriction": False}
    await say(hub.probation, "X100001", ELEVEN, sex="male", limitedAccess=limited)

    for client in (hub.prison, hub.probation):
        assert (await get(client, OWN))["conflicts"] == []
    court = hub.client("court")
    assert len((await get(court, OWN))["conflicts"]) == 1
    assert reason(await hub.prison.get("/v1/offenders/A9999ZZ/conflicts")) == (404, "not-found")
    assert reason(await hub.client("prison:submit").get(OWN)) == (403, "forbidden")


async def test_conflicts_of_one_person_are_listed_and_each_look_is_audited_with_the_contract_s_basis(
    hub: RestHub,
) -> None:
    await differ(hub)
    other: dict[str, Any] = {"identifiers": [{"scheme": "pnc", "value": "02/73319Z"}], "dateOfBirth": "1990-02-03"}
    await say(hub.probation, "X100002", NINE, sex="male", **other)
    await say(hub.prison, "A2222BC", TEN, sex="female", **other)

    (one,) = (await get(hub.prison, "/v1/offenders/A2222BC/conflicts"))["conflicts"]
    first = await get(hub.prison, OWN, limit=1)
    second = (await hub.prison.get(first["next"])).json()

    assert (one["localIds"], one["link"]) == (["A2222BC"], "/v1/offenders/A2222BC")
    assert {each["localIds"][0] for each in (*first["conflicts"], *second["conflicts"])} == {"A1234BC", "A2222BC"}
    looks = [row for row in await hub.audited("consultation") if row.actor == "prison"]
    basis = hub.contracts["prison"].receives["offender"].basis
    assert {(row.type, row.basis) for row in looks} == {("offender", basis)}
    assert len(looks) == 3


# --- operators -----------------------------------------------------------------------------------------------


async def test_an_operator_reads_both_values_and_the_history_and_every_step_is_audited(hub: RestHub) -> None:
    await differ(hub)
    conflict = await the_conflict(hub)
    ruled = (await rule(hub, conflict, "male")).json()["rulings"]
    back = await hub.operator.post(f"{CONFLICTS}/{conflict['id']}/take-back", json={"why": "it was somebody else's"})

    read = await get(hub.operator, f"{CONFLICTS}/{conflict['id']}")
    (past,) = read["rulings"]
    assert back.json()["rulings"] == ruled == [past["id"]]
    assert (past["by"], past["why"], past["holds"]) == (OPERATOR, WHY, False)
    assert past["takenBack"]["why"] == "it was somebody else's"
    assert (read["state"], await shared(hub.prison)) == ("open", ("female", {"contested": ["/sex"], "ruled": []}))
    person = conflict["record"]["person"]
    for action, why in (("ruling", WHY), ("ruling-taken-back", "it was somebody else's")):
        entries = [(row.actor, row.person, row.reference, row.purpose) for row in await hub.audited(action)]
        assert entries == [(OPERATOR, person, past["id"], why)]
    looks = [row for row in await hub.audited("consultation") if row.purpose == "conflict"]
    assert {(row.actor, row.person) for row in looks} == {(OPERATOR, person)}


async def test_conflicts_are_listed_by_state_and_by_age(on_each: RestHub) -> None:
    hub = on_each
    await differ(hub)

    async def listed(**query: str) -> int:
        return len((await get(hub.operator, CONFLICTS, **query))["conflicts"])

    assert [await listed(before=NINE), await listed(before=TEN), await listed(before=ELEVEN)] == [0, 1, 1]
    await rule(hub, await the_conflict(hub), "male")
    assert [await listed(), await listed(state="open"), await listed(state="ruled")] == [0, 0, 1]
    assert [await listed(state="ruled", agency="prison"), await listed(state="ruled", agency="court")] == [1, 0]
    assert reason(await hub.operator.get(CONFLICTS, params={"state": "levels"})) == (400, "invalid-envelope")


async def test_a_ruling_names_all_that_is_said_now_and_one_of_it(hub: RestHub) -> None:
    await differ(hub)
    conflict = await the_conflict(hub)
    path = f"{CONFLICTS}/{conflict['id']}/ruling"
    names = [each["name"] for each in conflict["opinions"]]

    async def refused(**ruling: object) -> tuple[int, str]:
        return reason(await hub.operator.post(path, json={"settles": names, "stands": names[0], "why": WHY} | ruling))

    assert await refused(settles=names[:1]) == (422, "invalid-body")
    assert await refused(settles=[*names, "x"]) == (409, "wrong-state")
    assert await refused(stands="x") == (422, "invalid-body")
    assert await refused(why="because") == (422, "invalid-body")
    await say(hub.prison, "A1234BC", ELEVEN, sex="not-known")
    assert await refused() == (409, "wrong-state")
    assert reason(await hub.operator.get(f"{CONFLICTS}/{conflict['id']}x")) == (404, "not-found")
    assert reason(await hub.operator.post(f"{CONFLICTS}/c.x/take-back", json={"why": WHY})) == (404, "not-found")
    back = await hub.operator.post(f"{CONFLICTS}/{conflict['id']}/take-back", json={"why": WHY})
    assert reason(back) == (409, "wrong-state")


async def test_where_a_ruling_holds_nobody_rules_again_before_it_is_taken_back(hub: RestHub) -> None:
    await differ(hub)
    await rule(hub, await the_conflict(hub), "male")

    again = await rule(hub, await the_conflict(hub, state="ruled"), "female")

    assert reason(again) == (409, "wrong-state")


async def test_a_ruling_ends_when_somebody_says_something_else_and_does_not_come_back_with_the_words(
    hub: RestHub,
) -> None:
    await differ(hub)
    await rule(hub, await the_conflict(hub), "male")
    await say(hub.prison, "A1234BC", "2026-03-01T11:00:00Z", sex="female", religion="none")
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": ["/sex"]})

    await say(hub.prison, "A1234BC", "2026-03-01T11:10:00Z", sex="not-known")
    assert await shared(hub.prison) == ("not-known", {"contested": ["/sex"], "ruled": []})
    await say(hub.prison, "A1234BC", "2026-03-01T11:20:00Z", sex="female")
    assert await shared(hub.prison) == ("female", {"contested": ["/sex"], "ruled": []})


async def test_a_late_word_from_before_a_ruling_ends_it_only_where_it_breaks_what_was_said(hub: RestHub) -> None:
    await differ(hub)
    await rule(hub, await the_conflict(hub), "male")

    await say(hub.prison, "A1234BC", "2026-03-01T09:30:00Z", sex="female")
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": ["/sex"]})
    await say(hub.probation, "X100001", "2026-03-01T08:00:00Z", sex="female")
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": ["/sex"]})
    await say(hub.prison, "A1234BC", "2026-03-01T10:30:00Z", sex="female")
    await say(hub.prison, "A1234BC", "2026-03-01T10:20:00Z", sex="male")
    assert await shared(hub.prison) == ("female", {"contested": ["/sex"], "ruled": []})


# --- persons -------------------------------------------------------------------------------------------------

DECISIONS = "/v1/admin/people/decisions"


async def decide(hub: RestHub, decision: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    sides = {name: {"agency": who[0], "localId": who[1]} for name, who in (("one", one), ("other", other))}
    answer = await hub.operator.post(DECISIONS, json={**sides, "decision": decision, "why": WHY})
    assert answer.status_code == 200, answer.text


async def test_a_ruling_goes_with_its_local_ids_through_split_and_merge(on_each: RestHub) -> None:
    hub = on_each
    await differ(hub)
    conflict = await the_conflict(hub)
    await rule(hub, conflict, "male")
    prison, probation = ("prison", "A1234BC"), ("probation", "X100001")

    await decide(hub, "keep-apart", prison, probation)
    assert await shared(hub.prison) == ("female", {"contested": [], "ruled": []})
    assert await shared(hub.probation, "X100001") == ("male", {"contested": [], "ruled": []})
    await decide(hub, "take-back", prison, probation)
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": ["/sex"]})
    assert (await get(hub.operator, f"{CONFLICTS}/{conflict['id']}"))["state"] == "ruled"


@pytest.mark.parametrize(("third", "expected"), [("male", "ruled"), ("not-known", "open")])
async def test_whoever_joins_ends_a_ruling_only_by_saying_what_it_does_not_settle(
    hub: RestHub, third: str, expected: str
) -> None:
    await differ(hub)
    conflict = await the_conflict(hub)
    await rule(hub, conflict, "male")
    await say(hub.probation, "X200002", ELEVEN, sex=third, identifiers=[])

    await decide(hub, "link", ("prison", "A1234BC"), ("probation", "X200002"))
    assert (await get(hub.operator, f"{CONFLICTS}/{conflict['id']}"))["state"] == expected
    await decide(hub, "keep-apart", ("prison", "A1234BC"), ("probation", "X200002"))
    assert await shared(hub.prison) == ("male", {"contested": [], "ruled": ["/sex"]})


# --- risk ----------------------------------------------------------------------------------------------------

MAPPA = {
    "scheme": "mappa",
    "code": "MAPP",
    "mappa": {"category": "2", "level": "2"},
    "period": {"start": "2026-02-01"},
}


async def register(client: httpx.AsyncClient, local_id: str, at: str, reference: str, level: str | None) -> None:
    document = {**MAPPA, "reference": reference, "riskLevel": level}
    await say(client, local_id, at, f"/registrations/{reference}", **document)


async def risk(hub: RestHub) -> tuple[object, dict[str, list[str]]]:
    release = (await get(hub.prison, "/v1/offenders/A1234BC/registrations/P1"))["release"]
    return release["body"]["riskLevel"], marks_of(release)


async def test_risk_is_no_conflict_the_highest_stands_and_a_ruling_that_names_every_level_may_lower_it(
    hub: RestHub,
) -> None:
    await say(hub.probation, "X100001", NINE)
    await say(hub.prison, "A1234BC", NINE)
    await register(hub.probation, "X100001", NINE, "R1", "medium")
    await register(hub.prison, "A1234BC", NINE, "P1", "very-high")
    person = (await get(hub.prison, "/v1/offenders/A1234BC"))["person"]
    assert await risk(hub) == ("very-high", {"contested": [], "ruled": []})
    assert (await get(hub.operator, CONFLICTS))["conflicts"] == (await get(hub.prison, OWN))["conflicts"] == []

    levels = await the_conflict(hub, state="levels", person=person)
    assert (await rule(hub, levels, "medium")).status_code == 200
    assert await risk(hub) == ("medium", {"contested": [], "ruled": ["/riskLevel"]})
    ((told,),) = [each["differences"] for each in (await get(hub.prison, OWN))["conflicts"]]
    assert (told["path"], told["state"], told["ruling"]["why"]) == ("/riskLevel", "ruled", WHY)

    await say(hub.probation, "X300003", NINE, identifiers=[])
    await register(hub.probation, "X300003", NINE, "R3", "medium")
    await decide(hub, "link", ("prison", "A1234BC"), ("probation", "X300003"))
    assert await risk(hub) == ("very-high", {"contested": [], "ruled": []})


async def test_a_ruling_on_risk_ends_with_any_new_word_and_never_makes_it_missing(hub: RestHub) -> None:
    await say(hub.probation, "X100001", NINE)
    await say(hub.prison, "A1234BC", NINE)
    await register(hub.probation, "X100001", NINE, "R1", None)
    await register(hub.prison, "A1234BC", NINE, "P1", "high")
    person = (await get(hub.prison, "/v1/offenders/A1234BC"))["person"]
    assert (await get(hub.operator, CONFLICTS, state="levels", person=person))["conflicts"] == []

    await register(hub.probation, "X100001", TEN, "R1", "low")
    await rule(hub, await the_conflict(hub, state="levels", person=person), "low")
    assert (await risk(hub))[0] == "low"
    await register(hub.probation, "X100001", ELEVEN, "R1", "medium")
    assert await risk(hub) == ("high", {"contested": [], "ruled": []})


async def test_limits_on_access_are_never_ruled_on(hub: RestHub) -> None:
    hub.contracts["prison"] = replace(hub.contracts["prison"], limited_access=True)
    await say(hub.probation, "X100001", NINE, limitedAccess={"exclusion": True, "restriction": False})
    await say(hub.prison, "A1234BC", NINE, limitedAccess={"exclusion": False, "restriction": False})
    person = (await get(hub.prison, "/v1/offenders/A1234BC"))["person"]

    assert (await get(hub.operator, CONFLICTS, state="levels", person=person))["conflicts"] == []


# --- authority -----------------------------------------------------------------------------------------------


async def test_two_services_that_both_hold_the_person_contest_authority_and_one_that_ended_does_not(
    hub: RestHub,
) -> None:
    hub.contracts["wessex"] = replace(hub.contracts["probation"], agency="wessex", kind=Kind.PROBATION)
    wessex = hub.client("wessex")
    current, ended = {"status": "current"}, {"status": "previously-known", "endedOn": "2026-01-31"}
    await say(hub.probation, "X100001", NINE, supervision=current | {"inBreach": True})
    await say(wessex, "W100001", TEN, supervision=current | {"inBreach": False})
    conflict = await the_conflict(hub)
    assert (conflict["path"], conflict["state"]) == ("/supervision", "open")

    await rule(hub, conflict, current | {"inBreach": True})
    release = (await get(wessex, "/v1/offenders/W100001"))["release"]
    assert release["body"]["supervision"]["inBreach"] is True
    assert marks_of(release) == {"contested": [], "ruled": ["/supervision"]}

    await say(wessex, "W100001", ELEVEN, supervision=ended)
    release = (await get(wessex, "/v1/offenders/W100001"))["release"]
    assert release["body"]["supervision"] == current | {"inBreach": True}
    assert marks_of(release) == {"contested": [], "ruled": []}
