"""Operators decide who is one person, over HTTP, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.rest import OPERATOR, RestHub, rest_hub

PNC = [{"scheme": "pnc", "value": "81/34U"}]
QUILL = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", "identifiers": PNC}
OTHER = {"names": {"surname": "Brook", "forenames": ["Alder"]}, "dateOfBirth": "1990-02-03", "identifiers": PNC}
REVIEWS, DECISIONS = "/v1/admin/reviews", "/v1/admin/people/decisions"
WHY = "the photographs on both files are of one man"
ONE, TWO = {"agency": "prison", "localId": "A1234BC"}, {"agency": "probation", "localId": "X100001"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(client: httpx.AsyncClient, local_id: str, body: object, at: str = "2026-03-01T09:00:00Z") -> None:
    answer = await client.put(
        f"/v1/offenders/{local_id}", json=body, headers={"ce-id": f"{local_id}-{at}", "ce-time": at}
    )
    assert answer.status_code == 200, answer.text


async def person(client: httpx.AsyncClient, local_id: str) -> str:
    return str((await client.get(f"/v1/offenders/{local_id}")).json()["person"])


async def a_review(hub: RestHub) -> dict[str, Any]:
    """Two who share a PNC, and nothing else."""
    await say(hub.prison, "A1234BC", QUILL)
    await say(hub.probation, "X100001", OTHER)
    (review,) = (await hub.operator.get(REVIEWS)).json()["reviews"]
    return dict(review)


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_review_is_read_with_both_sides_and_the_explanation_and_the_look_is_audited(hub: RestHub) -> None:
    review = await a_review(hub)

    read = (await hub.operator.get(f"{REVIEWS}/{review['id']}")).json()

    assert read["review"] == review
    sides = {review[side]["agency"]: read[side] for side in ("one", "other")}
    for agency, said in (("prison", QUILL), ("probation", OTHER)):
        assert (sides[agency]["names"], sides[agency]["dateOfBirth"]) == (said["names"], said["dateOfBirth"])
    likelihood = read["explanation"].pop("likelihood")
    assert read["explanation"] == {
        "namesAgree": False,
        "datesOfBirthAgree": False,
        "identifiers": [{"scheme": "pnc", "canonical": "1981/0000034U", "verified": True}],
    }
    assert [(each["field"], each["level"]) for each in likelihood["fields"]] == [
        ("forename", "different"),
        ("surname", "different"),
        ("date", "different"),
        ("identifier", "exact"),
    ]
    looks = [row for row in await hub.audited("consultation") if row.purpose == "review"]
    assert {(row.actor, row.person) for row in looks} == {
        (OPERATOR, review["one"]["person"]),
        (OPERATOR, review["other"]["person"]),
    }


async def test_a_review_decided_as_one_person_merges_them_and_each_agency_reads_of_it(hub: RestHub) -> None:
    review = await a_review(hub)
    survivor, removed = await person(hub.prison, "A1234BC"), await person(hub.probation, "X100001")
    await hub.relayed()
    read_to = (await hub.probation.get("/v1/feed")).json()["deliveries"][-1]["number"]

    answer = await hub.operator.post(f"{REVIEWS}/{review['id']}/decision", json={"decision": "link", "why": WHY})

    assert answer.json() == {
        "decision": "link",
        "onePerson": True,
        "persons": {"one": survivor, "other": survivor},
        "merged": [{"removed": removed, "into": survivor}],
        "split": [],
    }
    assert await person(hub.probation, "X100001") == await person(hub.prison, "A1234BC") == survivor
    assert (await hub.operator.get(REVIEWS)).json()["reviews"] == []
    await hub.relayed()
    told = (await hub.probation.get("/v1/feed", params={"after": read_to})).json()["deliveries"]
    by_person = {each["person"]: each for each in told}
    assert by_person[removed]["movedTo"] == survivor
    assert by_person[removed]["release"]["withdrawn"] is True
    assert "body" in by_person[survivor]["release"]


async def test_a_review_decided_as_two_people_is_over_and_never_comes_back(hub: RestHub) -> None:
    review = await a_review(hub)

    answer = await hub.operator.post(f"{REVIEWS}/{review['id']}/decision", json={"decision": "keep-apart", "why": WHY})
    await say(hub.probation, "X100001", QUILL, "2026-03-01T10:00:00Z")

    assert answer.json()["onePerson"] is False
    assert (await hub.operator.get(REVIEWS)).json()["reviews"] == []
    assert await person(hub.probation, "X100001") != await person(hub.prison, "A1234BC")
    again = await hub.operator.post(f"{REVIEWS}/{review['id']}/decision", json={"decision": "link", "why": WHY})
    assert reason(again) == (404, "not-found")
    assert reason(await hub.operator.get(f"{REVIEWS}/{review['id']}")) == (404, "not-found")


async def test_any_two_are_linked_and_what_is_decided_is_taken_back(hub: RestHub) -> None:
    await say(hub.prison, "A1234BC", QUILL)
    await say(hub.probation, "X100001", {**OTHER, "identifiers": []})
    asked = {"one": ONE, "other": TWO, "why": WHY}

    linked = (await hub.operator.post(DECISIONS, json={**asked, "decision": "link"})).json()
    back = (await hub.operator.post(DECISIONS, json={**asked, "decision": "take-back"})).json()

    assert linked["onePerson"] is True
    assert back["onePerson"] is False
    assert [each["outOf"] for each in back["split"]] == [linked["persons"]["one"]]
    for action in ("link", "take-back"):
        assert {(row.actor, row.purpose) for row in await hub.audited(action)} == {(OPERATOR, WHY)}
    nothing = await hub.operator.post(DECISIONS, json={**asked, "decision": "take-back"})
    assert reason(nothing) == (409, "wrong-state")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"one": ONE, "other": ONE, "decision": "link", "why": WHY}, (422, "invalid-body")),
        ({"one": ONE, "other": TWO, "decision": "link", "why": "because"}, (422, "invalid-body")),
        ({"one": ONE, "other": TWO, "decision": "marry", "why": WHY}, (422, "invalid-body")),
        ({"one": ONE, "other": TWO, "decision": "link"}, (422, "invalid-body")),
        ({"one": ONE, "other": {**TWO, "localId": "X999999"}, "decision": "link", "why": WHY}, (404, "not-found")),
    ],
)
async def test_what_is_no_decision_is_refused(hub: RestHub, document: object, expected: tuple[int, str]) -> None:
    await say(hub.prison, "A1234BC", QUILL)
    await say(hub.probation, "X100001", OTHER)

    assert reason(await hub.operator.post(DECISIONS, json=document)) == expected


@pytest.mark.parametrize("review", ["x", "x.y", "r.x.", "r.x.y", "r.a.b.c"])
async def test_a_review_there_is_not_is_not_found(hub: RestHub, review: str) -> None:
    assert reason(await hub.operator.get(f"{REVIEWS}/{review}")) == (404, "not-found")
    decided = await hub.operator.post(f"{REVIEWS}/{review}/decision", json={"decision": "link", "why": WHY})
    assert reason(decided) == (404, "not-found")
