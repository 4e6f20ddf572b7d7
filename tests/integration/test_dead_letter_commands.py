"""`hub dead-letter`: what an operator does with messages that were not taken, by command line."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.exchange.dead_letters import DeadLetters
from hub.ports import Message
from hub.settings import load_settings
from hub.store.dead_letters import DeadLetterStore, Streak
from hub.wiring.foundation import opened
from tests.builders.desk import Silent
from tests.builders.poison import KINDS, Raw, good
from tests.builders.records import offender
from tests.commands import Ended, Hub, commanding, install


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path)
    monkeypatch.setenv("HUB_OPERATOR", "anna")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    with commanding(monkeypatch, capsys) as run:
        yield run


async def refuse(*messages: Raw) -> list[str]:
    """Messages come from the prison over Kafka, as far as the database can tell; the positions."""
    async with opened(load_settings()) as base:
        letters = DeadLetters(DeadLetterStore(base.engine), Silent(), base.seal, base.now, 1_000)
        positions = [f"hub.in.prison/0/{number}/1" for number in range(len(messages))]
        sent = zip(positions, messages, strict=True)
        await letters.keep(
            [(Message("prison", at, raw.headers, raw.value), Rejected(Reason.BAD_JSON, "no JSON")) for at, raw in sent],
            {"prison": Streak(len(messages), len(messages), None)},
        )
    return positions


def said(ended: Ended) -> Json:
    return orjson.loads(ended.said)


def test_a_dead_letter_is_found_read_mended_and_replayed(hub: Hub, tmp_path: Path) -> None:
    assert hub("migrate").code == 0
    body = orjson.dumps(offender("Archer"))
    sound = good("prison", 1, datetime.now(UTC) - timedelta(hours=1))
    (position,) = asyncio.run(refuse(Raw(sound.headers, body[:-3])))
    (tmp_path / "body.json").write_bytes(body)

    assert position in hub("dead-letter", "list", "--reason", "bad-json", "--agency", "prison").said
    assert said(hub("dead-letter", "count", "--json"))["counts"][0]["count"] == 1
    assert "Archer" not in hub("dead-letter", "show", position).said
    because = ("--justification", "to see where it breaks off")
    assert said(hub("dead-letter", "message", position, *because, "--json"))["body"] == body[:-3].decode()
    assert hub("dead-letter", "message", position, *because, "--raw").said == body[:-3].decode()
    again = hub("dead-letter", "replay", position, "--json")
    assert (again.code, said(again)["outcome"]) == (1, "refused")
    mended = ("--body", str(tmp_path / "body.json"), "--header", "ce_sequence=1", "--without", "ce_sequence")
    assert hub("dead-letter", "mend", position, *mended).code == 0
    assert said(hub("dead-letter", "replay", position, "--json"))["outcome"] == "accepted"

    letter = said(hub("dead-letter", "show", position, "--json"))
    assert letter["state"] == "taken"
    assert [each["what"] for each in letter["history"]] == ["refused", "replayed", "mended", "replayed"]
    assert {each["by"] for each in letter["history"][1:]} == {"cli:anna"}


def test_many_are_replayed_with_their_outcomes(hub: Hub) -> None:
    assert hub("migrate").code == 0
    at = datetime.now(UTC) - timedelta(hours=1)
    sound, bad = good("prison", 1, at), KINDS["a code on no list"][0]("prison", 2, at)
    positions = asyncio.run(refuse(sound, bad))

    assert hub("dead-letter", "replay-many").code == 2
    ended = hub("dead-letter", "replay-many", "--agency", "prison", "--json")

    told = said(ended)
    assert ended.code == 1
    assert (told["job"]["state"], told["job"]["done"], told["job"]["failed"]) == ("finished", 1, 1)
    assert {each["position"]: each["outcome"] for each in told["replays"]} == {
        positions[0]: "accepted",
        positions[1]: "refused",
    }
    assert said(hub("dead-letter", "replays", told["job"]["id"], "--json")) == told
    assert positions[1] in hub("dead-letter", "replays", told["job"]["id"]).said
    assert hub("dead-letter", "replay-many", "--reason", "bad-json").code == 0


def test_a_letter_is_discarded_with_a_reason_or_not_at_all(hub: Hub) -> None:
    assert hub("migrate").code == 0
    (position,) = asyncio.run(refuse(good("prison", 1, datetime.now(UTC))))

    assert hub("dead-letter", "discard", position).code == 2
    assert hub("dead-letter", "discard", position, "--why", "no") == (2, "", "hub: say why, in a sentence\n")
    assert hub("dead-letter", "discard", position, "--why", "the prison sends it again").code == 0
    assert said(hub("dead-letter", "list", "--state", "discarded", "--json"))["deadLetters"][0]["position"] == position
    assert hub("dead-letter", "replay", position) == (2, "", "hub: the letter is discarded already\n")


@pytest.mark.parametrize(
    "wrong",
    [
        ("list", "--since", "yesterday"),
        ("list", "--since", "2026-03-01T10:00:00"),
        ("mend", "hub.in.prison/0/0/1", "--header", "ce_id"),
        ("mend", "hub.in.prison/0/0/1", "--body", "no such file"),
        ("show", "hub.in.prison/0/0/1"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_a_sentence(hub: Hub, wrong: tuple[str, ...]) -> None:
    assert hub("migrate").code == 0

    ended = hub("dead-letter", *wrong)

    assert (ended.code, ended.said) == (2, "")
    assert "Traceback" not in ended.complained
