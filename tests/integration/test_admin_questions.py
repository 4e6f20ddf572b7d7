"""What operators see of people, reviews and conflicts, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.domain.recognition import MOST_HOLDERS
from tests.rest import OPERATOR, RestHub, rest_hub

PNC = [{"scheme": "pnc", "value": "81/34U"}]
QUILL = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", "identifiers": PNC}
OTHER = {"names": {"surname": "Brook", "forenames": ["Alder"]}, "dateOfBirth": "1990-02-03", "identifiers": PNC}
SEARCH, REVIEWS, CONFLICTS = "/v1/admin/people/search", "/v1/admin/reviews", "/v1/admin/conflicts"
CROWDED = "/v1/admin/crowded-identifiers"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(client: httpx.AsyncClient, local_id: str, body: object, at: str = "2026-03-01T09:00:00Z") -> str:
    """The person's id."""
    headers = {"ce-id": f"{local_id}-{at}", "ce-time": at}
    answer = await client.put(f"/v1/offenders/{local_id}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return str((await client.get(f"/v1/offenders/{local_id}")).json()["person"])


async def asked(hub: RestHub, path: str, **query: str | int) -> dict[str, Any]:
    answer = await hub.operator.get(path, params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def looks(hub: RestHub, purpose: str) -> list[tuple[str, str]]:
    """Who looked at whom."""
    return [(row.actor, row.person) for row in await hub.audited("consultation") if row.purpose == purpose]


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


# --- people ------------------------------------------------------------------------------------------------


async def test_people_are_found_by_local_id_and_by_identifier_and_the_look_is_audited(hub: RestHub) -> None:
    person = await say(hub.probation, "X100001", QUILL)
    await say(hub.prison, "A1234BC", QUILL)
    known = {"people": [{"person": person, "merged": [], "agencies": ["prison", "probation"]}]}

    for named in ({"agency": "prison", "localId": "A1234BC"}, {"scheme": "pnc", "value": "1981/0000034U"}):
        assert (await hub.operator.post(SEARCH, json=named)).json() == known
    assert await looks(hub, "people") == [(OPERATOR, person)] * 2


async def test_nobody_is_found_where_nobody_is(hub: RestHub) -> None:
    for named in ({"agency": "prison", "localId": "A9999ZZ"}, {"scheme": "pnc", "value": "81/34U"}):
        assert (await hub.operator.post(SEARCH, json=named)).json() == {"people": []}


async def test_a_person_who_was_merged_away_is_named_with_the_survivor(hub: RestHub) -> None:
    survivor = await say(hub.probation, "X100001", QUILL)
    removed = await say(hub.prison, "A1234BC", {**QUILL, "identifiers": []})
    assert survivor != removed
    await say(hub.prison, "A1234BC", QUILL, "2026-03-01T10:00:00Z")
    (found,) = (await hub.operator.post(SEARCH, json={"agency": "prison", "localId": "A1234BC"})).json()["people"]

    assert (found["person"], found["merged"]) == (survivor, [removed])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"agency": "prison"},
        {"agency": "prison", "localId": ""},
        {"agency": "prison", "localId": 7},
        {"agency": "prison", "localId": "A1", "scheme": "pnc", "value": "81/34U"},
        {"scheme": "nino", "value": "81/34U"},
        {"scheme": "pnc", "value": "no number at all"},
        ["pnc"],
    ],
)
async def test_a_search_that_names_nobody_is_refused_and_never_repeated(hub: RestHub, body: object) -> None:
    answer = await hub.operator.post(SEARCH, json=body)

    assert reason(answer) == (422, "invalid-body")
    assert "no number at all" not in answer.text


# --- reviews -----------------------------------------------------------------------------------------------


async def test_a_review_says_which_local_ids_why_and_since_when(hub: RestHub) -> None:
    one = await say(hub.prison, "A1234BC", QUILL)
    other = await say(hub.probation, "X100001", OTHER)
    (review,) = (await asked(hub, REVIEWS))["reviews"]

    sides = {review[side]["agency"]: review[side] for side in ("one", "other")}
    assert sides == {
        "prison": {"agency": "prison", "localId": "A1234BC", "person": one},
        "probation": {"agency": "probation", "localId": "X100001", "person": other},
    }
    assert review["doubt"] == "contradicted"
    assert review["since"].startswith("2026-03-01T12:00:00")
    assert sorted(await looks(hub, "reviews")) == sorted([(OPERATOR, one), (OPERATOR, other)])


async def test_numbers_that_too_many_hold_are_listed_with_one_who_does(hub: RestHub) -> None:
    for number in range(MOST_HOLDERS + 1):
        body = {**QUILL, "identifiers": [*PNC, {"scheme": "crn", "value": "X777777"}]}
        await say(hub.probation, f"X1{number:05}", body)
    await say(hub.prison, "A1234BC", QUILL)

    first = await asked(hub, CROWDED, limit=1)
    rest = (await hub.operator.get(first["next"])).json()

    numbers = {each["value"]: each for each in [*first["identifiers"], *rest["identifiers"]]}
    assert {value: (each["scheme"], each["holders"]) for value, each in numbers.items()} == {
        "1981/0000034U": ("pnc", MOST_HOLDERS + 2),
        "X777777": ("crn", MOST_HOLDERS + 1),
    }
    assert (len(first["identifiers"]), rest["next"]) == (1, None)
    assert numbers["X777777"]["for"]["localId"].startswith("X1")
    assert len(await looks(hub, "crowded-identifiers")) == 2


async def test_reviews_are_asked_for_by_person_and_by_agency_page_by_page(hub: RestHub) -> None:
    await say(hub.probation, "X100000", QUILL)
    strangers = [
        {**OTHER, "names": {"surname": name}, "dateOfBirth": f"1990-02-0{len(name)}"} for name in ("Ash", "Elder")
    ]
    people = [await say(hub.probation, f"X10000{number}", body) for number, body in enumerate(strangers, 1)]
    every = (await asked(hub, REVIEWS))["reviews"]
    first = await asked(hub, REVIEWS, agency="probation", limit=1)
    rest = (await hub.operator.get(first["next"])).json()
    of_person = (await asked(hub, REVIEWS, person=people[0]))["reviews"]

    assert len(every) == 3
    pages = [*first["reviews"], *rest["reviews"]]
    while rest["next"]:
        rest = (await hub.operator.get(rest["next"])).json()
        pages += rest["reviews"]
    assert pages == every
    assert of_person == [each for each in every if people[0] in (each["one"]["person"], each["other"]["person"])]
    assert 0 < len(of_person) < len(every)
    assert (await asked(hub, REVIEWS, agency="prison"))["reviews"] == []


async def test_a_review_that_is_over_is_no_longer_there(hub: RestHub) -> None:
    await say(hub.prison, "A1234BC", QUILL)
    await say(hub.probation, "X100001", OTHER)
    await say(hub.probation, "X100001", QUILL, "2026-03-01T10:00:00Z")

    assert await asked(hub, REVIEWS) == {"reviews": [], "next": None}


# --- conflicts ---------------------------------------------------------------------------------------------


async def test_a_conflict_says_where_who_and_since_when_but_never_what(hub: RestHub) -> None:
    person = await say(hub.probation, "X100001", {**QUILL, "sex": "male"}, "2026-03-01T08:00:00Z")
    await say(hub.prison, "A1234BC", {**QUILL, "sex": "female"}, "2026-03-01T09:00:00Z")
    await say(hub.prison, "A1234BC", {**QUILL, "sex": "female", "religion": "none"}, "2026-03-01T10:00:00Z")
    answer = await hub.operator.get(CONFLICTS)

    (conflict,) = answer.json()["conflicts"]
    assert conflict["record"] == {"person": person, "type": "offender", "key": "-"}
    (difference,) = conflict["differences"]
    assert difference.pop("id").startswith("c.")
    assert [difference] == [
        {
            "path": "/sex",
            "state": "open",
            "since": "2026-03-01T09:00:00Z",
            "opinions": [
                {"agencies": ["probation"], "since": "2026-03-01T08:00:00Z"},
                {"agencies": ["prison"], "since": "2026-03-01T09:00:00Z"},
            ],
        }
    ]
    assert "male" not in answer.text
    assert await looks(hub, "conflicts") == [(OPERATOR, person)]


async def test_conflicts_are_asked_for_by_person_and_by_agency_page_by_page(hub: RestHub) -> None:
    people = []
    for number, pnc in enumerate(("81/34U", "02/73319Z"), 1):
        body = {**QUILL, "identifiers": [{"scheme": "pnc", "value": pnc}]}
        people.append(await say(hub.probation, f"X10000{number}", {**body, "sex": "male"}))
        await say(hub.prison, f"A123{number}BC", {**body, "sex": "female"})
    first = await asked(hub, CONFLICTS, limit=1)
    rest = (await hub.operator.get(first["next"])).json()
    of_one = (await asked(hub, CONFLICTS, person=people[1]))["conflicts"]

    assert [each["record"]["person"] for each in (*first["conflicts"], *rest["conflicts"])] == sorted(people)
    assert [each["record"]["person"] for each in of_one] == [people[1]]
    assert len((await asked(hub, CONFLICTS, agency="prison"))["conflicts"]) == 2
    assert (await asked(hub, CONFLICTS, agency="court"))["conflicts"] == []


async def test_agencies_that_agree_again_are_in_no_conflict(hub: RestHub) -> None:
    await say(hub.probation, "X100001", {**QUILL, "sex": "male"})
    await say(hub.prison, "A1234BC", {**QUILL, "sex": "female"})
    await say(hub.prison, "A1234BC", {**QUILL, "sex": "male"}, "2026-03-01T10:00:00Z")

    assert await asked(hub, CONFLICTS) == {"conflicts": [], "next": None}


# --- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [REVIEWS, CONFLICTS, "/v1/admin/audit"])
async def test_a_person_there_is_not_is_not_found(hub: RestHub, path: str) -> None:
    for person in ("nobody", "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"):
        assert reason(await hub.operator.get(path, params={"person": person})) == (404, "not-found")


@pytest.mark.parametrize("path", [REVIEWS, CONFLICTS, "/v1/admin/audit"])
@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyIxIiwyLDNd", "!", "WyJcdTAwMDAiLCJhIiwiYiJd", "WzEsLTFd"])
async def test_a_cursor_the_hub_never_gave_is_refused(hub: RestHub, path: str, cursor: str) -> None:
    assert reason(await hub.operator.get(path, params={"after": cursor})) == (400, "invalid-envelope")


@pytest.mark.parametrize("path", [REVIEWS, CONFLICTS, "/v1/admin/audit"])
@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"agency": "a\x00"}, {"person": "p" * 37}])
async def test_what_is_not_as_the_api_describes_it_is_refused(
    hub: RestHub, path: str, query: dict[str, str | int]
) -> None:
    assert reason(await hub.operator.get(path, params=query)) == (422, "invalid-request")
