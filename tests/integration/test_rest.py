"""Agencies share over REST: what they say, what they read, what is delivered and settled, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from hub.domain.canonical import digest
from hub.store.tables import assertion, held, parked
from tests.rest import RestHub, rest_hub

OFFENDER = {
    "names": {"surname": "Quill", "forenames": ["Rowan"]},
    "dateOfBirth": "1984-11-05",
    "identifiers": [{"scheme": "pnc", "value": "81/34U"}],
}
ASSESSMENT = {"reference": "ASM-1", "oasysNumber": "4711", "layer": 3, "lifecycle": {"status": "OPEN"}}
FAULT = {"path": "/names/0/surname", "rule": "maxLength", "detail": "holds at most 35 characters"}
MOVEMENT = {
    "booking": "B 17/2",
    "sequence": 1,
    "direction": "in",
    "type": "admission",
    "at": "2026-02-27T17:30:00Z",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(client: httpx.AsyncClient, path: str, body: object, **headers: str) -> dict[str, Any]:
    headers.setdefault("ce-id", f"id-{digest([path, body])}")
    answer = await client.put(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_who_repeats_a_put_the_contract_covers_no_more_gets_the_first_answer(hub: RestHub) -> None:
    path = "/v1/offenders/X100001/assessments/ASM-1"
    first = await say(hub.probation, path, ASSESSMENT)
    hub.contracts["probation"] = replace(hub.contracts["probation"], asserts={"offender": frozenset({"1.0.0"})})

    again = await say(hub.probation, path, ASSESSMENT)
    new = await hub.probation.put(path, json=ASSESSMENT, headers={"ce-id": "another"})

    assert again == first | {"outcome": "repeated"}
    assert (new.status_code, new.json()["title"]) == (403, "Not covered by the contract")


def event(**changes: object) -> dict[str, Any]:
    attributes: dict[str, object] = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "probation",
        "type": "offender.submitted",
        "dataschema": "offender/1.0.0",
        "subject": "X100001",
        "time": "2026-03-01T11:00:00Z",
        "data": OFFENDER,
    }
    return {**attributes, **changes}


async def test_what_is_said_can_be_read(hub: RestHub) -> None:
    taken = await say(hub.probation, "/v1/offenders/X100001", OFFENDER, **{"ce-id": "one"})
    shown = (await hub.probation.get("/v1/offenders/X100001")).json()

    assert (taken["id"], taken["outcome"], taken["record"]) == ("one", "accepted", {"type": "offender", "key": "-"})
    assert shown["release"]["body"]["names"] == OFFENDER["names"]
    assert shown["localIds"] == ["X100001"]
    assert shown["digest"] == digest(shown["release"])
    assert shown["sources"]["/names"] == ["probation"]


async def test_the_same_again_is_one_submission(hub: RestHub) -> None:
    first = await say(hub.probation, "/v1/offenders/X100001", OFFENDER, **{"ce-id": "one"})
    again = await say(hub.probation, "/v1/offenders/X100001", OFFENDER, **{"ce-id": "one"})

    assert again == {**first, "outcome": "repeated"}
    assert (await hub.rows(select(func.count()).select_from(assertion)))[0][0] == 1


async def test_a_client_that_has_it_already_is_told_so(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    first = await hub.probation.get("/v1/offenders/X100001")
    tag = first.headers["etag"]
    same = await hub.probation.get("/v1/offenders/X100001", headers={"if-none-match": f'"other", W/{tag}'})
    await say(hub.probation, "/v1/offenders/X100001", {**OFFENDER, "sex": "female"})
    changed = await hub.probation.get("/v1/offenders/X100001", headers={"if-none-match": tag})

    assert tag == f'"{first.json()["digest"]}"'
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert changed.status_code == 200


async def test_an_assessment_may_come_before_its_offender(hub: RestHub) -> None:
    taken = await say(hub.probation, "/v1/offenders/X100001/assessments/ASM-1", ASSESSMENT)
    by_reference = await hub.probation.get("/v1/offenders/X100001/assessments/ASM-1")
    by_key = await hub.probation.get("/v1/offenders/X100001/assessments/4711")

    assert taken["record"] == {"type": "assessment", "key": "4711"}
    assert by_reference.json() == by_key.json()
    assert by_reference.json()["release"]["body"] == ASSESSMENT
    assert (await hub.probation.get("/v1/offenders/X100001")).status_code == 404


async def test_references_and_keys_may_hold_blanks_and_slashes(hub: RestHub) -> None:
    await say(hub.prison, "/v1/offenders/A1234BC/movements/B%2017%2F2/1", MOVEMENT)
    by_reference = await hub.prison.get("/v1/offenders/A1234BC/movements/B%2017%2F2/1")
    timeline = (await hub.prison.get("/v1/offenders/A1234BC/timeline")).json()
    by_link = await hub.prison.get(timeline["entries"][0]["link"])

    assert by_reference.json()["release"]["body"] == MOVEMENT
    assert by_link.json() == by_reference.json()


async def test_a_movement_that_its_source_does_not_number_is_named_by_when_and_which_way(hub: RestHub) -> None:
    path = "/v1/offenders/A1234BC/movements/1200417/2026-02-27T17:30:00-in"
    unnumbered = MOVEMENT | {"booking": "1200417", "sequence": "2026-02-27T17:30:00-in"}

    taken = await say(hub.prison, path, unnumbered)

    assert taken["record"] == {"type": "movement", "key": "prison/1200417/2026-02-27T17%3A30%3A00-in"}
    assert (await hub.prison.get(path)).json()["release"]["body"] == unnumbered


async def test_agencies_that_know_one_person_share_the_record(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await say(hub.prison, "/v1/offenders/A1234BC", {**OFFENDER, "religion": "none"})
    one = (await hub.probation.get("/v1/offenders/X100001")).json()
    other = (await hub.prison.get("/v1/offenders/A1234BC")).json()

    assert one["person"] == other["person"]
    assert (one["localIds"], other["localIds"]) == (["X100001"], ["A1234BC"])
    assert one["release"]["body"]["religion"] == "none"
    assert (await hub.probation.get(f"/v1/offenders/{one['person']}")).json() == one


async def test_what_an_agency_may_not_see_is_not_there(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    person = (await hub.probation.get("/v1/offenders/X100001")).json()["person"]

    for path in ("", "/timeline", "/assessments", "/assessments/ASM-1"):
        for name in (person, "X100001", "nobody"):
            answer = await hub.prison.get(f"/v1/offenders/{name}{path}")
            assert answer.status_code == 404 or (
                path in ("/timeline", "/assessments") and not any(answer.json().values())
            )
    assert (await hub.prison.post("/v1/search", json={"scheme": "pnc", "value": "81/34U"})).json() == {"people": []}


async def test_limited_access_keeps_a_person_from_whoever_has_no_rights_for_it(hub: RestHub) -> None:
    limited = {**OFFENDER, "limitedAccess": {"exclusion": True, "restriction": False}}
    await say(hub.probation, "/v1/offenders/X100001", limited)
    number = {"scheme": "pnc", "value": "1981/0000034U"}
    async with hub.client("court") as court:
        found = (await court.post("/v1/search", json=number)).json()["people"]
        seen = await court.get(found[0]["link"])

    assert (found[0]["localIds"], seen.status_code) == ([], 200)
    assert (await hub.probation.get("/v1/offenders/X100001")).status_code == 404
    assert (await hub.probation.post("/v1/search", json=number)).json() == {"people": []}


async def test_people_are_found_by_strong_identifiers(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    found = (await hub.probation.post("/v1/search", json={"scheme": "pnc", "value": "81/34U"})).json()
    by_own = (await hub.probation.post("/v1/search", json={"scheme": "crn", "value": "x100001"})).json()
    nobody = (await hub.probation.post("/v1/search", json={"scheme": "pnc", "value": "79/163001B"})).json()

    assert found["people"][0]["link"] == "/v1/offenders/X100001"
    assert by_own == found
    assert nobody == {"people": []}


async def test_a_person_merged_away_still_answers_as_the_survivor(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await say(hub.probation, "/v1/offenders/X200002", {**OFFENDER, "identifiers": []})
    before = [(await hub.probation.get(f"/v1/offenders/{name}")).json()["person"] for name in ("X100001", "X200002")]
    await say(hub.probation, "/v1/offenders/X200002", OFFENDER)
    after = [(await hub.probation.get(f"/v1/offenders/{name}")).json() for name in (*before, "X100001", "X200002")]

    assert before[0] != before[1]
    assert {each["person"] for each in after} < set(before)
    assert {tuple(each["localIds"]) for each in after} == {("X100001", "X200002")}


async def test_a_withdrawn_record_is_gone(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001/assessments/ASM-1", ASSESSMENT)
    withdrawn = await hub.probation.delete(
        "/v1/offenders/X100001/assessments/ASM-1", headers={"idempotency-key": '"w-1"'}
    )

    assert withdrawn.json()["record"] == {"type": "assessment", "key": "4711"}
    assert (await hub.probation.get("/v1/offenders/X100001/assessments/ASM-1")).status_code == 404
    assert (await hub.probation.get("/v1/offenders/X100001/assessments")).json() == {"records": [], "next": None}


async def test_long_lists_come_in_pages(hub: RestHub) -> None:
    for number in range(5):
        body = {"reference": f"ASM {number}", "layer": 1, "lifecycle": {"status": "OPEN"}}
        await say(hub.probation, f"/v1/offenders/X100001/assessments/ASM%20{number}", body)

    keys, path = [], "/v1/offenders/X100001/assessments?limit=2"
    while path:
        page = (await hub.probation.get(path)).json()
        keys.append([each["release"]["key"] for each in page["records"]])
        path = page["next"]
    newest, path = [], "/v1/offenders/X100001/timeline?limit=2"
    while path:
        page = (await hub.probation.get(path)).json()
        newest.append([each["key"] for each in page["entries"]])
        path = page["next"]

    expected = [f"probation/ASM%20{number}" for number in range(5)]
    assert keys == [expected[:2], expected[2:4], expected[4:]]
    assert newest == [[expected[4], expected[3]], [expected[2], expected[1]], [expected[0]]]


async def test_every_consultation_is_audited_with_its_basis_and_purpose(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await say(hub.probation, "/v1/offenders/X100001/assessments/ASM-1", ASSESSMENT)
    for path in ("", "/assessments/ASM-1", "/assessments", "/timeline"):
        await hub.probation.get(f"/v1/offenders/X100001{path}")
    await hub.probation.get("/v1/offenders/nobody")
    entries = await hub.audited("consultation")

    assert [entry.type for entry in entries] == ["offender", "assessment", "assessment", "assessment", "offender"]
    receives = hub.contracts["probation"].receives
    assert all(
        (entry.basis, entry.purpose) == (receives[entry.type].basis, receives[entry.type].purpose) for entry in entries
    )
    assert {entry.agency for entry in entries} == {"probation"}


# --- submissions -------------------------------------------------------------------------------------------


async def test_an_event_is_taken_in_structured_and_in_binary_mode(hub: RestHub) -> None:
    structured = await hub.probation.post(
        "/v1/submissions", content=orjson.dumps(event()), headers={"content-type": "application/cloudevents+json"}
    )
    attributes = {f"ce-{name}": value for name, value in event().items() if isinstance(value, str)}
    binary = await hub.probation.post("/v1/submissions", json=OFFENDER, headers=attributes)

    assert (structured.json()["outcome"], binary.json()["outcome"]) == ("accepted", "repeated")


async def test_a_bad_event_does_not_fail_its_batch(hub: RestHub) -> None:
    batch = [event(), event(id="e-2", data={"nonsense": 1}), event(id="e-3", source="prison"), 7, event(id="e-5")]
    answer = await hub.probation.post(
        "/v1/submissions",
        content=orjson.dumps(batch),
        headers={"content-type": "application/cloudevents-batch+json"},
    )
    outcomes = answer.json()["outcomes"]

    assert [(each["id"], each["outcome"]) for each in outcomes] == [
        ("e-1", "accepted"),
        ("e-2", "refused"),
        ("e-3", "refused"),
        (None, "refused"),
        ("e-5", "accepted"),
    ]
    assert [each["problem"]["type"].rpartition(":")[2] for each in outcomes if "problem" in each] == [
        "invalid-body",
        "wrong-agency",
        "invalid-envelope",
    ]


async def test_a_stream_is_answered_line_by_line(hub: RestHub) -> None:
    good = [orjson.dumps(event(id=f"e-{number}", subject=f"X10000{number}")) for number in range(3)]
    too_long = orjson.dumps(event(id="long", data={"names": "x" * 30_000}))
    sent = b"\n".join([good[0], b"{", too_long, good[1], b"", good[2]])

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 777):
            yield sent[start : start + 777]

    answer = await hub.probation.post(
        "/v1/submissions", content=in_pieces(), headers={"content-type": "application/x-ndjson"}
    )
    outcomes = [orjson.loads(line) for line in answer.content.splitlines()]

    assert [(each["line"], each["id"], each["outcome"]) for each in outcomes] == [
        (1, "e-0", "accepted"),
        (2, None, "refused"),
        (3, None, "refused"),
        (4, "e-1", "accepted"),
        (5, None, "refused"),
        (6, "e-2", "accepted"),
    ]
    reasons = [each["problem"]["type"].rpartition(":")[2] for each in outcomes if "problem" in each]
    assert reasons == ["bad-json", "too-large", "bad-json"]


# --- feed and receipts -------------------------------------------------------------------------------------


async def test_deliveries_are_read_in_order_and_settled_by_receipts(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await say(hub.probation, "/v1/offenders/X100001/assessments/ASM-1", ASSESSMENT)
    await hub.relayed()
    first = (await hub.probation.get("/v1/feed", params={"limit": 1})).json()
    second = (await hub.probation.get("/v1/feed", params={"after": first["next"]})).json()
    deliveries = [*first["deliveries"], *second["deliveries"]]

    assert [each["number"] for each in deliveries] == [1, 2]
    assert all(each["digest"] == digest(each["release"]) for each in deliveries)
    assert {each["release"]["type"] for each in deliveries} == {"offender", "assessment"}
    assert (await hub.probation.get("/v1/feed", params={"after": 2})).json() == {"deliveries": [], "next": 2}

    receipts = [
        {"number": 1, "digest": deliveries[0]["digest"]},
        {"number": 2, "digest": "0" * 64},
        {"number": 99, "digest": "0" * 64},
    ]
    answer = (await hub.probation.post("/v1/receipts", json={"receipts": receipts})).json()
    assert [each["outcome"] for each in answer["outcomes"]] == ["settled", "diverging", "unknown-delivery"]
    rows = await hub.rows(select(held).where(held.c.agency == "probation").order_by(held.c.number))
    assert [(row.applied_number, row.applied_digest) for row in rows] == [
        (1, deliveries[0]["digest"]),
        (2, "0" * 64),
    ]


async def test_a_receipt_settles_earlier_deliveries_and_an_older_one_changes_nothing(hub: RestHub) -> None:
    digests = []
    for sex in ("male", "female"):
        await say(hub.probation, "/v1/offenders/X100001", {**OFFENDER, "sex": sex})
        await hub.relayed()
        digests.append((await hub.probation.get("/v1/feed")).json()["deliveries"][0]["digest"])
    for number in (2, 1):
        receipt = {"number": number, "digest": digests[number - 1]}
        answer = await hub.probation.post("/v1/receipts", json={"receipts": [receipt]})
        assert answer.json()["outcomes"] == [{"number": number, "outcome": "settled"}]

    (row,) = await hub.rows(select(held).where(held.c.agency == "probation"))
    assert (row.number, row.applied_number, row.applied_digest) == (2, 2, digests[1])


async def test_what_could_not_be_applied_is_parked_until_a_receipt_settles_it(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await hub.relayed()
    word = {"receipts": [], "parked": [{"number": number, "faults": [FAULT]} for number in (1, 99)]}
    answer = await hub.probation.post("/v1/receipts", json=word)

    assert answer.json() == {
        "outcomes": [],
        "parked": [{"number": 1, "outcome": "parked"}, {"number": 99, "outcome": "unknown-delivery"}],
    }
    assert [row.number for row in await hub.rows(select(parked))] == [1]

    receipt = {"receipts": [{"number": 1, "digest": "0" * 64}]}
    await hub.probation.post("/v1/receipts", json=receipt)
    assert await hub.rows(select(parked)) == []
    assert (await hub.probation.post("/v1/receipts", json=word)).json()["parked"][0]["outcome"] == "settled"


async def test_a_word_of_parked_deliveries_that_is_wrong_notes_none_of_its_receipts(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await hub.relayed()
    word = {"receipts": [{"number": 1, "digest": "0" * 64}], "parked": [{"number": 1, "faults": [{"rule": "Quill!"}]}]}
    answer = await hub.probation.post("/v1/receipts", json=word)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:case-sharing:problem:invalid-body")
    assert [fault["path"] for fault in answer.json()["faults"]] == [
        "/parked/0/faults/0/path",
        "/parked/0/faults/0/rule",
    ]
    assert "Quill" not in answer.text
    assert [row.applied_number for row in await hub.rows(select(held).where(held.c.agency == "probation"))] == [None]


async def test_another_agencys_deliveries_cannot_be_settled(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await hub.relayed()
    receipt = {"number": 1, "digest": "0" * 64}
    answer = await hub.prison.post("/v1/receipts", json={"receipts": [receipt]})

    assert answer.json()["outcomes"][0]["outcome"] == "unknown-delivery"


async def test_an_overtaken_delivery_is_left_out_and_comes_under_a_newer_number(hub: RestHub) -> None:
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await hub.relayed()
    await say(hub.probation, "/v1/offenders/X100001", {**OFFENDER, "sex": "female"})
    overtaken = (await hub.probation.get("/v1/feed")).json()
    await hub.relayed()
    newer = (await hub.probation.get("/v1/feed", params={"after": overtaken["next"]})).json()

    assert overtaken == {"deliveries": [], "next": 1}
    assert [each["number"] for each in newer["deliveries"]] == [2]
    assert newer["deliveries"][0]["release"]["body"]["sex"] == "female"


async def test_who_waits_is_woken_by_the_next_delivery(hub: RestHub) -> None:
    waiting = asyncio.create_task(hub.probation.get("/v1/feed", params={"wait": 30}))
    await asyncio.sleep(0.05)
    await say(hub.probation, "/v1/offenders/X100001", OFFENDER)
    await hub.relayed()

    async with asyncio.timeout(5):
        assert [each["number"] for each in (await waiting).json()["deliveries"]] == [1]


async def test_stopping_ends_every_wait_at_once(hub: RestHub) -> None:
    waiting = [asyncio.create_task(hub.probation.get("/v1/feed", params={"wait": 30, "after": 3})) for _ in range(3)]
    await asyncio.sleep(0.05)
    hub.stop.set()

    async with asyncio.timeout(5):
        assert [(await each).json() for each in waiting] == [{"deliveries": [], "next": 3}] * 3
