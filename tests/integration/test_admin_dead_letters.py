"""The operators' routes for dead letters, on both databases."""

import asyncio
from datetime import timedelta

import httpx
import orjson
import pytest

from hub.domain.errors import Reason
from hub.domain.submission import micros
from hub.trust.agencies import REMEMBERED
from tests.builders.desk import JUSTIFIED, LETTERS, Desk, problem
from tests.builders.poison import KINDS, SECRET, Raw, good
from tests.builders.records import offender
from tests.rest import OPERATOR


async def test_dead_letters_are_found_by_agency_reason_state_and_time(desk: Desk) -> None:
    first = await desk.bad()
    second = await desk.bad("no JSON")
    between = desk.hub.clock()
    third = await desk.bad(agency="probation")
    await desk.post(first, "discard", {"why": "sent again by the prison"})

    at = httpx.QueryParams({"since": between.isoformat()})
    until = httpx.QueryParams({"until": between.isoformat(), "newest": "true"})
    assert await desk.found() == [first, second, third]
    assert await desk.found("newest=true") == [third, second, first]
    assert await desk.found("agency=prison&state=waiting") == [second]
    assert await desk.found("state=discarded") == [first]
    assert await desk.found(f"reason={Reason.UNKNOWN_CODE}") == [first, third]
    assert await desk.found(str(at)) == [third]
    assert await desk.found(str(until)) == [second, first]
    assert await desk.found("agency=customs") == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("reason=typing-error", "/query/reason"),
        ("state=lost", "/query/state"),
        ("since=2026-03-01T10:00:00", "/query/since"),
        ("until=yesterday", "/query/until"),
        ("until=1772357400", "/query/until"),
        ("since=0001-01-01T00:00:00%2B14:00", "/query/since"),
        ("limit=0", "/query/limit"),
        ("agency=%00", "/query/agency"),
    ],
)
async def test_a_filter_that_is_none_is_refused_with_its_place(desk: Desk, query: str, place: str) -> None:
    answer = await desk.hub.operator.get(f"{LETTERS}?{query}")

    assert problem(answer) == (422, "invalid-request")
    assert [fault["path"] for fault in answer.json()["faults"]] == [place]


async def test_a_cursor_that_the_hub_never_gave_is_refused(desk: Desk) -> None:
    for cursor in ("here", "1.%00", "-1.x"):
        assert problem(await desk.hub.operator.get(f"{LETTERS}?after={cursor}")) == (400, "invalid-envelope")


@pytest.mark.parametrize("newest", ["true", "false"])
async def test_a_list_that_changes_while_it_is_read_shows_nothing_twice_and_forgets_nothing(
    desk: Desk, newest: str
) -> None:
    letters = [await desk.bad() for _ in range(5)]
    expected = letters[::-1] if newest == "true" else letters

    page = await desk.get(f"{LETTERS}?agency=prison&state=waiting&newest={newest}&limit=2")
    seen = [each["position"] for each in page["deadLetters"]]
    for position in seen:
        await desk.post(position, "discard", {"why": "sent again by the prison"})
    late = await desk.bad()
    while page["next"]:
        page = await desk.get(page["next"])
        seen += [each["position"] for each in page["deadLetters"]]

    assert seen == (expected if newest == "true" else [*expected, late])


async def test_dead_letters_are_counted_by_reason(desk: Desk) -> None:
    for kind in ("no JSON", "no JSON", "a code on no list"):
        await desk.bad(kind)
    await desk.bad("no JSON", "probation")

    counted = (await desk.get(f"{LETTERS}/counts?agency=prison"))["counts"]

    assert [(each["reason"], each["state"], each["count"]) for each in counted] == [
        ("bad-json", "waiting", 2),
        ("unknown-code", "waiting", 1),
    ]
    assert len((await desk.get(f"{LETTERS}/counts"))["counts"]) == 3


async def test_a_letter_tells_its_reason_and_the_places_of_its_faults_but_not_what_it_says(desk: Desk) -> None:
    letter = await desk.letter(await desk.bad())

    assert (letter["agency"], letter["state"], letter["reason"]) == ("prison", "waiting", "unknown-code")
    assert [fault["path"] for fault in letter["faults"]] == ["/sex"]
    assert [(each["version"], each["by"]) for each in letter["versions"]] == [(0, "prison")]
    assert [(each["what"], each["by"], each["reason"]) for each in letter["history"]] == [
        ("refused", "hub", "unknown-code")
    ]
    assert SECRET not in str(letter)


async def test_what_an_agency_sent_is_read_with_a_justification_and_that_is_audited(desk: Desk) -> None:
    position = await desk.bad()

    answer = await desk.message(position)

    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert (said["version"], said["headers"]["ce_id"]) == (0, "m-1")
    assert SECRET in said["body"]
    (entry,) = [row for row in await desk.hub.audited("consultation") if row.type == "dead-letter"]
    assert (entry.actor, entry.agency, entry.reference) == (OPERATOR, "prison", position)
    assert entry.purpose == JUSTIFIED["justification"]


@pytest.mark.parametrize("headers", [{}, {"justification": "because"}, {"justification": "x" * 201}])
async def test_nothing_is_shown_without_a_justification(desk: Desk, headers: dict[str, str]) -> None:
    position = await desk.bad()

    answer = await desk.hub.operator.get(f"{LETTERS}/{position}/message", headers=headers)

    assert problem(answer) == (422, "invalid-request")
    assert [row for row in await desk.hub.audited("consultation") if row.type == "dead-letter"] == []


async def test_what_is_no_text_is_shown_as_bytes_and_no_value_as_none(desk: Desk) -> None:
    header = (await desk.message(await desk.bad("a header that is no text"))).json()
    value = (await desk.message(await desk.bad("no value"))).json()
    body = (await desk.message(await desk.bad("no UTF-8"))).json()

    assert header["headers"]["ce_subject"] == {"base64": "//4="}
    assert value["body"] is None
    assert set(body["body"]) == {"base64"}


async def test_a_mended_letter_is_the_operators_version_and_the_original_is_kept(desk: Desk) -> None:
    position = await desk.bad()
    original = (await desk.message(position)).json()

    mended = await desk.mend_body(position, offender("Archer"))

    assert mended.status_code == 200
    now = (await desk.message(position)).json()
    assert (now["version"], now["headers"]) == (1, original["headers"])
    assert orjson.loads(now["body"]) == offender("Archer")
    assert (await desk.message(position, "version=0")).json() == original
    letter = mended.json()
    assert [(each["version"], each["by"]) for each in letter["versions"]] == [(0, "prison"), (1, OPERATOR)]
    assert [(each["what"], each["by"], each["version"]) for each in letter["history"]] == [
        ("refused", "hub", 0),
        ("mended", OPERATOR, 1),
    ]
    (entry,) = await desk.hub.audited("dead-letter-mended")
    assert (entry.actor, entry.agency, entry.reference) == (OPERATOR, "prison", position)
    assert entry.at <= micros(desk.hub.now)


async def test_headers_are_mended_and_the_body_stays(desk: Desk) -> None:
    position = await desk.bad("no local id")
    original = (await desk.message(position)).json()

    await desk.post(position, "mend", {"headers": {"ce_subject": {"base64": "QTE="}, "ce_sequence": "1"}})
    await desk.post(position, "mend", {"headers": {"ce_sequence": None}})

    now = (await desk.message(position)).json()
    assert now["headers"] == {**original["headers"], "ce_subject": "A1"}
    assert now["body"] == original["body"]
    assert (await desk.post(position, "replay")).json()["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ""),
        ([], ""),
        ({"body": 7}, "/body"),
        ({"body": {"base64": "no, no"}}, "/body"),
        ({"headers": {"ce_id": {"base64": "?"}}}, "/headers/ce_id"),
        ({"headers": ["ce_id"]}, "/headers"),
        ({"body": "<offender>", "agency": "probation"}, ""),
    ],
)
async def test_what_is_no_mending_is_refused_with_its_place(desk: Desk, given: object, path: str) -> None:
    position = await desk.bad()

    answer = await desk.post(position, "mend", given)

    assert problem(answer) == (422, "invalid-body")
    assert [fault["path"] for fault in answer.json()["faults"]] == [path]
    assert len((await desk.letter(position))["versions"]) == 1


async def test_to_mend_is_to_change_something(desk: Desk) -> None:
    position = await desk.bad()
    said = (await desk.message(position)).json()

    assert problem(await desk.post(position, "mend", {"body": said["body"]})) == (422, "invalid-body")


async def test_a_mended_letter_is_taken_once_however_often_it_is_replayed(desk: Desk) -> None:
    position = await desk.bad()
    await desk.mend_body(position, offender("Archer"))

    outcomes = [(await desk.post(position, "replay")).json()["outcome"] for _ in range(3)]

    assert outcomes == ["accepted", "repeated", "repeated"]
    assert await desk.taken() == ["m-1"]
    letter = await desk.letter(position)
    assert letter["state"] == "taken"
    assert [(each["what"], each["outcome"], each["by"]) for each in letter["history"][2:]] == [
        ("replayed", "accepted", OPERATOR),
        ("replayed", "repeated", OPERATOR),
        ("replayed", "repeated", OPERATOR),
    ]
    replayed = await desk.hub.audited("dead-letter-replayed")
    assert [(row.actor, row.agency, row.reference) for row in replayed] == [(OPERATOR, "prison", position)] * 3
    (collected,) = await desk.hub.audited("collection")
    assert {(row.person, row.type, row.key) for row in replayed} == {(collected.person, "offender", "-")}


async def test_a_replay_that_is_refused_leaves_a_dead_letter_with_the_newer_reason(desk: Desk) -> None:
    position = await desk.bad()
    await desk.post(position, "mend", {"body": "<offender>"})

    replayed = (await desk.post(position, "replay")).json()

    assert (replayed["outcome"], replayed["reason"], replayed["version"]) == ("refused", "bad-json", 1)
    letter = await desk.letter(position)
    assert (letter["state"], letter["reason"]) == ("waiting", "bad-json")
    assert [(each["what"], each["reason"]) for each in letter["history"]] == [
        ("refused", "unknown-code"),
        ("mended", None),
        ("replayed", "bad-json"),
    ]
    assert await desk.found("reason=bad-json") == [position]


async def test_the_very_same_message_is_refused_for_the_very_same_reason(desk: Desk) -> None:
    for kind, (_, reason) in KINDS.items():
        if reason is not Reason.ID_REUSED:
            replayed = (await desk.post(await desk.bad(kind), "replay")).json()
            assert (replayed["outcome"], replayed["reason"]) == ("refused", reason), kind
    assert await desk.taken() == []


async def test_a_mended_letter_whose_id_was_taken_with_another_body_is_refused(desk: Desk) -> None:
    position = await desk.bad()
    await desk.good(1)
    await desk.mend_body(position, offender("Archer"))

    replayed = (await desk.post(position, "replay")).json()

    assert (replayed["outcome"], replayed["reason"]) == ("refused", "id-reused")
    assert await desk.taken() == ["m-1"]


async def test_a_replay_keeps_its_own_time_so_that_what_is_newer_stands(desk: Desk) -> None:
    hour = timedelta(hours=1)
    position = await desk.comes(
        good("prison", 1, desk.hub.now - 2 * hour, offender("Older") | {"sex": "X9"}, ce_subject="A1")
    )
    await desk.comes(good("prison", 2, desk.hub.now - hour, offender("Newer"), ce_subject="A1"))
    await desk.mend_body(position, offender("Older"))

    assert (await desk.post(position, "replay")).json()["outcome"] == "accepted"

    assert await desk.taken() == ["m-1", "m-2"]
    shown = (await desk.hub.prison.get("/v1/offenders/A1")).json()
    assert shown["release"]["body"]["names"]["surname"] == "Newer"


async def test_receipts_that_were_refused_are_noted_when_they_are_mended(desk: Desk) -> None:
    headers = {"ce_type": b"receipt", "content-type": b"application/json"}
    position = await desk.comes(Raw(headers, b'{"receipts": [{"number": "one"}]}'))
    await desk.post(position, "mend", {"body": '{"receipts": []}'})

    assert (await desk.post(position, "replay")).json()["outcome"] == "noted"
    assert (await desk.letter(position))["state"] == "taken"


async def test_nothing_is_taken_from_a_suspended_agency(desk: Desk) -> None:
    position = await desk.bad()
    await desk.mend_body(position, offender("Archer"))
    await desk.hub.desk.agencies.suspend("prison")
    desk.hub.now += REMEMBERED

    assert problem(await desk.post(position, "replay")) == (409, "wrong-state")
    assert await desk.taken() == []


async def test_a_discarded_letter_is_kept_with_the_reason_and_is_done_with(desk: Desk) -> None:
    position = await desk.bad()

    discarded = (await desk.post(position, "discard", {"why": "sent again by the prison"})).json()

    assert discarded["state"] == "discarded"
    last = discarded["history"][-1]
    assert (last["what"], last["by"], last["detail"]) == ("discarded", OPERATOR, "sent again by the prison")
    assert await desk.found("state=discarded") == [position]
    assert SECRET in (await desk.message(position)).json()["body"]
    again = {"why": "sent again by the prison"}
    for what, document in (("discard", again), ("mend", {"body": "{}"}), ("replay", None)):
        assert problem(await desk.post(position, what, document)) == (409, "wrong-state"), what
    (entry,) = await desk.hub.audited("dead-letter-discarded")
    assert (entry.actor, entry.reference) == (OPERATOR, position)


async def test_what_was_taken_is_neither_mended_nor_discarded(desk: Desk) -> None:
    position = await desk.bad()
    await desk.mend_body(position, offender("Archer"))
    await desk.post(position, "replay")

    assert problem(await desk.mend_body(position, offender("Bowyer"))) == (409, "wrong-state")
    assert problem(await desk.post(position, "discard", {"why": "of no more use"})) == (409, "wrong-state")


@pytest.mark.parametrize(
    "given", [{}, {"why": ""}, {"why": "no"}, {"why": " " * 20}, {"why": 7}, {"why": "x" * 501}, {"why": "because\x00"}]
)
async def test_nothing_is_discarded_without_a_reason(desk: Desk, given: object) -> None:
    position = await desk.bad()

    assert problem(await desk.post(position, "discard", given)) == (422, "invalid-body")
    assert (await desk.letter(position))["state"] == "waiting"


async def test_a_letter_that_is_not_there_is_not_found(desk: Desk) -> None:
    await desk.bad()
    nowhere = "hub.in.prison/0/99/1"

    assert problem(await desk.hub.operator.get(f"{LETTERS}/{nowhere}")) == (404, "not-found")
    assert problem(await desk.message(nowhere)) == (404, "not-found")
    assert problem(await desk.message("hub.in.prison/0/1/1", "version=1")) == (404, "not-found")
    for what, document in (("discard", {"why": "of no more use"}), ("mend", {"body": "{}"}), ("replay", None)):
        assert problem(await desk.post(nowhere, what, document)) == (404, "not-found"), what


async def test_what_is_refused_over_rest_goes_to_the_caller_and_makes_no_dead_letter(desk: Desk) -> None:
    refused = await desk.hub.prison.put("/v1/offenders/A1", json={"sex": "X9"}, headers={"ce-id": "1"})

    assert refused.status_code == 422
    assert await desk.found() == []


async def test_a_position_that_is_none_is_refused(desk: Desk) -> None:
    assert problem(await desk.hub.operator.get(f"{LETTERS}/hub.in%00")) == (422, "invalid-request")


async def test_operators_who_act_at_once_get_in_each_others_way_in_good_order(desk: Desk) -> None:
    position = await desk.bad()
    surnames = ("Archer", "Bowyer", "Carter")

    mended = await asyncio.gather(*(desk.mend_body(position, offender(surname)) for surname in surnames))
    replayed = await asyncio.gather(*(desk.post(position, "replay") for _ in range(3)))

    assert [answer.status_code for answer in mended] == [200] * 3
    assert sorted(answer.json()["outcome"] for answer in replayed) == ["accepted", "repeated", "repeated"]
    letter = await desk.letter(position)
    assert [each["version"] for each in letter["versions"]] == [0, 1, 2, 3]
    assert [each["number"] for each in letter["history"]] == list(range(7))
    assert await desk.taken() == ["m-1"]
