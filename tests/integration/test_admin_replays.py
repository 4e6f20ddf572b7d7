"""Many dead letters replayed as a job, on both databases: once each, whatever dies on the way."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from hub.domain.errors import Halt, Unavailable
from hub.exchange import renewing, replay
from hub.exchange.intake import Intake, Verdict
from hub.ports import Message
from hub.store.handling import HandlingStore
from hub.store.jobs import CLAIMED_FOR
from hub.trust.agencies import REMEMBERED
from hub.wiring.desk import desk as desk_of_operators
from tests.builders.desk import LETTERS, REPLAYS, Desk, problem
from tests.builders.jobs import silent_for
from tests.builders.poison import good
from tests.builders.records import offender
from tests.rest import OPERATOR

OF_PRISON = {"filter": {"agency": "prison"}}


async def ask(desk: Desk, document: object) -> httpx.Response:
    return await desk.hub.operator.post(REPLAYS, json=document)


async def run(desk: Desk) -> None:
    while await desk.hub.desk.replaying.step():
        pass


async def mended(desk: Desk, agency: str = "prison") -> str:
    """A dead letter that a replay takes."""
    position = await desk.bad(agency=agency)
    await desk.mend_body(position, offender(f"Archer {position}"))
    return position


async def outcomes(desk: Desk, job: str) -> dict[str, str]:
    return {each["position"]: each["outcome"] for each in (await desk.get(f"{REPLAYS}/{job}"))["replays"]}


async def state(desk: Desk, job: str) -> tuple[str, int, int, int]:
    told: dict[str, Any] = (await desk.get(f"{REPLAYS}/{job}"))["job"]
    return told["state"], told["total"], told["done"], told["failed"]


async def test_those_that_match_are_replayed_and_one_that_is_refused_again_never_stops_others(desk: Desk) -> None:
    first, bad, last = await mended(desk), await desk.bad(), await mended(desk)
    other = await mended(desk, "probation")

    asked = await ask(desk, OF_PRISON)

    job = asked.json()
    assert (asked.status_code, asked.headers["location"]) == (202, f"{REPLAYS}/{job['id']}")
    assert (job["by"], job["state"], job["total"], job["done"]) == (OPERATOR, "waiting", 3, 0)
    await run(desk)
    assert await state(desk, job["id"]) == ("finished", 3, 2, 1)
    assert await outcomes(desk, job["id"]) == {first: "accepted", bad: "refused", last: "accepted"}
    assert await desk.found("state=waiting") == [bad, other]
    step = (await desk.letter(first))["history"][-1]
    assert (step["by"], step["job"], step["outcome"]) == (OPERATOR, job["id"], "accepted")
    assert [row.reference for row in await desk.hub.audited("dead-letters-replay-asked")] == [job["id"]]
    assert {row.actor for row in await desk.hub.audited("dead-letter-replayed")} == {OPERATOR}


async def test_a_job_keeps_to_the_reason_the_time_and_the_number_it_was_asked_for(desk: Desk) -> None:
    early = await desk.bad("no JSON")
    since = desk.hub.clock()
    letters = [await desk.bad("no JSON") for _ in range(3)]
    await desk.bad()

    asked = {"filter": {"reason": "bad-json", "since": since.isoformat()}, "limit": 2}
    job = (await ask(desk, asked)).json()["id"]
    await run(desk)

    assert await state(desk, job) == ("finished", 2, 0, 2)
    assert sorted(await outcomes(desk, job)) == letters[:2]
    assert len((await desk.letter(early))["history"]) == 1


async def test_many_steps_replay_each_letter_once_in_the_order_in_which_they_came(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_AT_ONCE", 2)
    letters = [await mended(desk) for _ in range(5)]

    job = (await ask(desk, OF_PRISON)).json()["id"]
    late = await mended(desk)
    await desk.hub.desk.replaying.step()
    assert await state(desk, job) == ("running", 5, 2, 0)
    await run(desk)

    assert await state(desk, job) == ("finished", 5, 5, 0)
    assert sorted(await outcomes(desk, job)) == sorted(letters)
    assert await desk.found("state=waiting") == [late]


async def test_a_job_that_a_crash_stopped_goes_on_and_what_was_taken_is_taken_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_AT_ONCE", 2)
    letters = [await mended(desk) for _ in range(3)]
    job = (await ask(desk, OF_PRISON)).json()["id"]

    async def crash(*_: object) -> None:
        raise Unavailable("the process dies between sharing and noting it")

    with monkeypatch.context() as dying:
        dying.setattr(HandlingStore, "replayed", crash)
        with pytest.raises(Unavailable):
            await desk.hub.desk.replaying.step()
    assert len(await desk.taken()) == 2
    await silent_for(desk.hub.engine, CLAIMED_FOR)
    await run(desk)

    assert await state(desk, job) == ("finished", 3, 3, 0)
    assert await outcomes(desk, job) == dict(zip(letters, ["repeated", "repeated", "accepted"], strict=True))
    assert len(await desk.taken()) == 3
    assert [len((await desk.letter(each))["history"]) for each in letters] == [3, 3, 3]


async def test_a_job_that_cannot_go_on_says_why_and_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await mended(desk)
    job = (await ask(desk, OF_PRISON)).json()["id"]

    def halt(*_: object) -> None:
        raise Halt("a sealed value cannot be opened with this key")

    with monkeypatch.context() as wrong:
        wrong.setattr(replay, "opened_contents", halt)
        await desk.hub.desk.replaying.step()
    failed = (await desk.get(f"{REPLAYS}/{job}"))["job"]
    assert (failed["state"], failed["why"]) == ("failed", "a sealed value cannot be opened with this key")
    second = (await ask(desk, OF_PRISON)).json()["id"]
    await run(desk)

    assert await state(desk, second) == ("finished", 1, 1, 0)


async def test_a_letter_that_somebody_settles_meanwhile_is_left_alone(desk: Desk) -> None:
    letters = [await mended(desk) for _ in range(2)]
    job = (await ask(desk, OF_PRISON)).json()["id"]
    await desk.post(letters[0], "discard", {"why": "sent again by the prison"})
    await run(desk)

    assert await outcomes(desk, job) == {letters[1]: "accepted"}
    assert (await desk.letter(letters[0]))["state"] == "discarded"


async def test_nothing_is_taken_from_a_suspended_agency(desk: Desk) -> None:
    kept, taken = await mended(desk), await mended(desk, "probation")
    await desk.hub.desk.agencies.suspend("prison")
    desk.hub.now += REMEMBERED

    assert problem(await ask(desk, OF_PRISON)) == (409, "wrong-state")
    job = (await ask(desk, {"filter": {"reason": "unknown-code"}})).json()["id"]
    await run(desk)

    assert await state(desk, job) == ("finished", 1, 1, 0)
    assert await outcomes(desk, job) == {taken: "accepted"}
    assert await desk.found("state=waiting") == [kept]


async def test_outcomes_are_read_page_by_page(desk: Desk) -> None:
    letters = [await desk.bad() for _ in range(3)]
    job = (await ask(desk, OF_PRISON)).json()["id"]
    await run(desk)

    page = await desk.get(f"{REPLAYS}/{job}?limit=2")
    seen = [each["position"] for each in page["replays"]]
    page = await desk.get(page["next"])

    assert [*seen, *(each["position"] for each in page["replays"])] == letters
    assert page["next"] is None


async def test_of_many_letters_of_one_record_the_newest_stands(desk: Desk) -> None:
    hour = timedelta(hours=1)
    for number, age in enumerate((1, 3, 2)):
        sent = good(
            "prison", number, desk.hub.now - age * hour, offender(f"Aged {age}") | {"sex": "X9"}, ce_subject="A1"
        )
        position = await desk.comes(sent)
        said = orjson.loads((await desk.message(position)).json()["body"])
        await desk.mend_body(position, {name: value for name, value in said.items() if name != "sex"})

    await ask(desk, OF_PRISON)
    await run(desk)

    shown = (await desk.hub.prison.get("/v1/offenders/A1")).json()
    assert shown["release"]["body"]["names"]["surname"] == "Aged 1"


async def test_a_message_that_came_twice_and_is_repaired_twice_is_taken_once(desk: Desk) -> None:
    sent = good("prison", 1, desk.hub.now - timedelta(hours=1), {"sex": "X9"}, ce_subject="A1")
    first, second, third = [await desk.comes(sent) for _ in range(3)]
    await desk.mend_body(first, offender("Archer"))
    await desk.mend_body(second, offender("Archer"))
    await desk.mend_body(third, offender("Bowman"))

    job = (await ask(desk, OF_PRISON)).json()["id"]
    await run(desk)

    assert await outcomes(desk, job) == {first: "accepted", second: "repeated", third: "refused"}
    assert len(await desk.taken()) == 1
    assert "id-reused" in orjson.dumps((await desk.letter(third))["history"][-1]).decode()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "/filter"),
        ({"filter": {}}, "/filter"),
        ({"filter": {"agency": ""}}, "/filter/agency"),
        ({"filter": {"reason": "typing-error"}}, "/filter/reason"),
        ({"filter": {"since": "2026-03-01"}}, "/filter/since"),
        ({"filter": {"since": "2026-03-01T10:00:60Z"}}, "/filter/since"),
        ({"filter": {"until": "0001-01-01T00:00:00+14:00"}}, "/filter/until"),
        ({"filter": {"agency": "prison", "state": "taken"}}, "/filter"),
        ({**OF_PRISON, "limit": 0}, "/limit"),
        ({**OF_PRISON, "limit": 1_000_001}, "/limit"),
    ],
)
async def test_a_filter_that_is_none_is_refused_with_its_place(desk: Desk, given: object, path: str) -> None:
    answer = await ask(desk, given)

    assert problem(answer) == (422, "invalid-body")
    assert [fault["path"] for fault in answer.json()["faults"]] == [path]


async def test_a_job_that_is_not_there_is_not_found(desk: Desk) -> None:
    assert problem(await desk.hub.operator.get(f"{REPLAYS}/0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")) == (404, "not-found")
    assert await desk.get(LETTERS) == {"deadLetters": [], "next": None}


async def test_a_process_that_was_too_slow_leaves_the_job_to_whoever_took_it_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = await mended(desk)
    job = (await ask(desk, OF_PRISON)).json()["id"]
    slow = desk.hub.desk.replaying
    fast = desk_of_operators(desk.hub.base, desk.hub.intake, None).replaying
    take = Intake.take

    async def take_slowly(intake: Intake, messages: Sequence[Message]) -> list[Verdict]:
        monkeypatch.setattr(Intake, "take", take)
        await silent_for(desk.hub.engine, CLAIMED_FOR)
        while await fast.step():
            pass
        return await take(intake, messages)

    monkeypatch.setattr(Intake, "take", take_slowly)
    assert await slow.step()

    assert await state(desk, job) == ("finished", 1, 1, 0)
    assert [each["outcome"] for each in (await desk.letter(position))["history"][2:]] == ["accepted"]
    assert len(await desk.taken()) == 1


async def test_a_step_that_takes_long_keeps_its_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing, "_EVERY_S", 0.01)
    await mended(desk)
    job = (await ask(desk, OF_PRISON)).json()["id"]
    another = desk_of_operators(desk.hub.base, desk.hub.intake, None).replaying
    take, seen = Intake.take, []

    async def take_slowly(intake: Intake, messages: Sequence[Message]) -> list[Verdict]:
        await silent_for(desk.hub.engine, CLAIMED_FOR)
        await asyncio.sleep(0.3)
        seen.append(await another.step())
        return await take(intake, messages)

    monkeypatch.setattr(Intake, "take", take_slowly)
    assert await desk.hub.desk.replaying.step()

    assert seen == [False]
    assert await state(desk, job) == ("running", 1, 1, 0)


async def test_who_ends_in_good_order_hands_the_job_over_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_AT_ONCE", 1)
    for _ in range(3):
        await mended(desk)
    job = (await ask(desk, OF_PRISON)).json()["id"]
    stop, take = asyncio.Event(), Intake.take

    async def told_to_end(intake: Intake, messages: Sequence[Message]) -> list[Verdict]:
        stop.set()
        return await take(intake, messages)

    with monkeypatch.context() as ending:
        ending.setattr(Intake, "take", told_to_end)
        await desk.hub.desk.replaying.run(stop)
    assert await state(desk, job) == ("running", 3, 1, 0)
    another = desk_of_operators(desk.hub.base, desk.hub.intake, None).replaying
    while await another.step():
        pass

    assert await state(desk, job) == ("finished", 3, 3, 0)
