"""What likelihood asks operators, over HTTP, on both databases: the hard cases, with both sides and the reasons."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.domain.canonical import Json
from tests.rest import RestHub, rest_hub

REVIEWS = "/v1/admin/reviews"
WHY = "the photographs on both files are of one man"
PRISON, OTHER_PRISON, PROBATION = ("prison", "A1234BC"), ("prison", "B7777BB"), ("probation", "X100001")
HOME: Json = {"addresses": [{"lines": ["12 Milton Road"], "postcode": "NE4 6SL"}], "sex": "male"}
ROWAN: Json = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", **HOME}
ALDER: Json = {"names": {"surname": "Brook", "forenames": ["Alder"]}, "dateOfBirth": "1990-02-03", "sex": "female"}
PNC: Json = {"identifiers": [{"scheme": "pnc", "value": "81/34U"}]}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(hub: RestHub, local: tuple[str, str], body: Json, hour: int) -> None:
    client: httpx.AsyncClient = getattr(hub, local[0])
    at = f"2026-03-01T{hour:02}:00:00Z"
    headers = {"ce-id": f"{local[1]}-{hour}", "ce-time": at}
    answer = await client.put(f"/v1/offenders/{local[1]}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def reviews(hub: RestHub) -> list[dict[str, Any]]:
    return list((await hub.operator.get(REVIEWS)).json()["reviews"])


async def decide(hub: RestHub, review: dict[str, Any], decision: str) -> httpx.Response:
    return await hub.operator.post(f"{REVIEWS}/{review['id']}/decision", json={"decision": decision, "why": WHY})


async def persons(hub: RestHub) -> list[str]:
    found = await hub.operator.post("/v1/admin/people/search", json={"agency": "prison", "localId": PRISON[1]})
    other = await hub.operator.post("/v1/admin/people/search", json={"agency": "probation", "localId": PROBATION[1]})
    return [each["person"] for answer in (found, other) for each in answer.json()["people"]]


TWIN = ROWAN | {"names": {"surname": "Quill", "forenames": ["Robin"]}}
SON = ROWAN | {"dateOfBirth": "2007-08-19"}
CRN_OF_ALDER: Json = {"identifiers": [{"scheme": "crn", "value": PROBATION[1]}]}


@pytest.mark.parametrize(
    ("one", "other", "doubt", "levels"),
    [
        pytest.param((PRISON, ROWAN), (OTHER_PRISON, ROWAN), "likely", {"surname": "exact"}, id="two prison numbers"),
        pytest.param(
            (PRISON, ROWAN), (PROBATION, TWIN), "likely", {"forename": "different", "date": "exact"}, id="twins"
        ),
        pytest.param((PRISON, ROWAN), (PROBATION, SON), "likely", {"forename": "exact", "date": "different"}, id="son"),
        pytest.param(
            (PRISON, ROWAN | PNC),
            (PROBATION, ALDER | PNC),
            "contradicted",
            {"surname": "different", "identifier": "exact"},
            id="one PNC for two by clerical error",
        ),
        pytest.param(
            (PROBATION, ALDER),
            (PRISON, ROWAN | CRN_OF_ALDER),
            "contradicted",
            {"surname": "different", "identifier": "exact"},
            id="one CRN for two",
        ),
        pytest.param(
            (PROBATION, ROWAN),
            (PROBATION, ALDER),
            "replaced",
            {"surname": "different", "date": "different"},
            id="mistyped CRN",
        ),
    ],
)
async def test_a_hard_case_is_asked_with_both_sides_and_the_reasons_and_nobody_waits_for_the_answer(
    hub: RestHub,
    one: tuple[tuple[str, str], Json],
    other: tuple[tuple[str, str], Json],
    doubt: str,
    levels: dict[str, str],
) -> None:
    for hour, (local, body) in enumerate((one, other)):
        await say(hub, local, body, hour)
        await hub.matched()

    (review,) = await reviews(hub)
    read = (await hub.operator.get(f"{REVIEWS}/{review['id']}")).json()

    assert review["doubt"] == doubt
    names = [read[side]["names"]["surname"] for side in ("one", "other")]
    assert sorted(names) == sorted(body["names"]["surname"] for _, body in (one, other))
    if one[0] == other[0]:
        assert names == ["Brook", "Quill"], "now, and before"
    likelihood = read["explanation"]["likelihood"]
    told = {each["field"]: each["level"] for each in likelihood["fields"]}
    assert told.items() >= levels.items()
    assert (likelihood["probability"] > 0.5) is (doubt == "likely")
    assert all(isinstance(each["weight"], float) for each in likelihood["fields"])
    for local, body in (one, other)[one[0] == other[0] :]:
        released = (await getattr(hub, local[0]).get(f"/v1/offenders/{local[1]}")).json()
        assert body["names"] == released["release"]["body"]["names"], "released as it was said"


async def test_a_good_link_is_made_without_asking_and_stands_in_the_audit_with_its_reasons(hub: RestHub) -> None:
    await say(hub, PRISON, ROWAN, 1)
    await say(hub, PROBATION, ROWAN, 1)

    await hub.matched()

    assert len(set(await persons(hub))) == 1
    assert await reviews(hub) == []
    (entry, _) = await hub.audited("link")
    assert (entry.actor, entry.purpose.partition(" ")[0]) == ("hub", "likelihood")
    assert "forename exact +7.4" in entry.purpose


async def test_a_description_found_right_is_asked_no_more_and_keeping_it_apart_is_refused(hub: RestHub) -> None:
    for hour, body in enumerate((ROWAN, ALDER)):
        await say(hub, PROBATION, body, hour)
    await hub.matched()
    (review,) = await reviews(hub)

    refused = await decide(hub, review, "keep-apart")
    settled = await decide(hub, review, "link")

    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "wrong-state")
    assert settled.json()["onePerson"] is True
    assert await reviews(hub) == []
    await say(hub, PROBATION, ALDER | {"nationality": "British"}, 5)
    await hub.matched()
    assert await reviews(hub) == []


async def test_everybody_is_matched_again_as_a_job(hub: RestHub) -> None:
    await say(hub, PRISON, ROWAN, 9)
    await hub.matched()

    answer = await hub.operator.post("/v1/admin/people/match-again")

    job = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/admin/jobs/{job['id']}")
    assert (job["kind"], job["state"], job["total"]) == ("match-again", "waiting", 1)
    await hub.desk.outlook.rematching.step()
    assert (await hub.operator.get(answer.headers["location"])).json()["done"] == 1
    assert len(await hub.audited("match-again-asked")) == 1
