"""The command line: what an operator types, and the one sentence that says what is wrong."""

import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.commands import Ended, Hub, commanding, install


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    with commanding(monkeypatch, capsys) as run:
        yield run


def test_it_says_in_a_sentence_what_to_set_and_exits_with_2(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_KEY")

    ended = hub("serve")

    assert ended.code == 2
    assert ended.complained.startswith("hub: HUB_KEY is not set")


def test_a_port_that_is_taken_is_said_in_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("HUB_PORT", str(taken.getsockname()[1]))
        ended = hub("serve")

    assert ended.code == 2
    assert ended.complained.startswith("hub: cannot listen on 127.0.0.1")


def test_a_wrong_contract_is_said_with_file_and_key(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "court.toml").write_text('agency = "court"\n')
    monkeypatch.setenv("HUB_CONTRACTS", str(tmp_path))

    assert hub("serve") == (2, "", "hub: court.toml: kind: field required\n")


def test_a_database_that_does_not_answer_is_said_in_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        unused = nobody.getsockname()[1]
    monkeypatch.setenv("HUB_DATABASE_URL", f"postgresql+asyncpg://hub:hidden@127.0.0.1:{unused}/hub")

    assert hub("serve") == (2, "", "hub: the database does not answer\n")


def test_there_is_nothing_to_consume_without_a_broker(hub: Hub) -> None:
    said = "hub: there is nothing to consume: HUB_KAFKA_BOOTSTRAP is not set\n"

    assert hub("serve", "--only", "consume") == (2, "", said)


def test_before_the_database_is_migrated_it_says_so(hub: Hub) -> None:
    ended = hub("agency", "add", "probation")

    assert ended.code == 2
    assert "run `hub migrate`" in ended.complained


def suspended(listed: Ended) -> list[bool]:
    return [agency["suspended"] for agency in orjson.loads(listed.said)["agencies"]]


def test_agencies_are_added_listed_suspended_and_resumed(hub: Hub) -> None:
    assert hub("migrate").code == 0
    added = hub("agency", "add", "probation")
    assert added.said.startswith("client_id=probation-")

    assert hub("agency", "suspend", "probation").code == 0
    assert suspended(hub("agency", "list", "--json")) == [True]
    assert hub("agency", "resume", "probation").code == 0
    assert suspended(hub("agency", "list", "--json")) == [False]
    listed = hub("agency", "list").said
    assert "read, submit" in listed

    renewed = hub("agency", "secret", "probation").said
    assert renewed.split()[0] == added.said.split()[0]
    assert renewed.split()[1] != added.said.split()[1]


def test_an_agency_needs_a_contract_and_an_operator_none(hub: Hub) -> None:
    assert hub("migrate").code == 0

    assert hub("operator", "add", "anna").said.startswith("client_id=anna-")
    assert hub("agency", "add", "ben", "--scope", "admin").code == 2
    assert hub("agency", "add", "court") == (2, "", "hub: there is no contract contracts/court.toml\n")


def test_fresh_keys_are_fit_for_the_environment(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = dict(line.split("=", 1) for line in hub("keys", "new").said.split())

    assert set(printed) == {"HUB_KEY", "HUB_LOOKUP_KEY"}
    for name, value in printed.items():
        monkeypatch.setenv(name, value)
    assert hub("migrate").code == 0


def test_the_master_key_is_rotated_to_one_that_the_environment_gives(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub("migrate").code == 0
    assert hub("keys", "rotate") == (2, "", "hub: HUB_NEW_KEY is not set; `hub keys new` makes a key\n")

    monkeypatch.setenv("HUB_NEW_KEY", hub("keys", "new").said.split()[0].removeprefix("HUB_KEY="))
    rotated = hub("keys", "rotate")

    assert (rotated.code, rotated.complained) == (0, "")
    assert rotated.said == "0 keys are wrapped under the new master key: it is HUB_KEY from now on\n"


def test_only_a_stream_can_be_published_again(hub: Hub) -> None:
    assert hub("migrate").code == 0

    assert hub("republish", "prison").code == 0
    assert hub("republish", "probation") == (2, "", "hub: probation reads the feed; it may read it again from 0\n")
    assert hub("republish", "nobody").code == 2


def test_everybody_is_had_matched_again(hub: Hub) -> None:
    assert hub("migrate").code == 0

    asked = orjson.loads(hub("match", "again", "--json").said)

    assert (asked["kind"], asked["state"], asked["total"]) == ("match-again", "waiting", 0)
    assert orjson.loads(hub("jobs", "--json").said)["jobs"] == [asked]


def test_only_a_registered_agencys_input_is_resumed(hub: Hub) -> None:
    assert hub("migrate").code == 0

    assert hub("input", "resume", "prison") == (2, "", "hub: no agency of this name is registered\n")
