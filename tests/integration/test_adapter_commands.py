"""`hub adapter ...` and `hub adapt`: what whoever runs an adapter types, with a system of the tests' own."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeAlias

import orjson
import pytest
import structlog

from adapters.client.running.store import Store
from hub.__main__ import main
from hub.domain.errors import Fault
from hub.wiring import adapting
from tests.builders.native_releases import released
from tests.builders.toy_system import ToySystem
from tests.unit.adapters.client.running.test_inbound import ARCHER, Desk


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    said: str
    complained: str


Hub: TypeAlias = Callable[..., Ended]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Hub]:
    """Runs a command in this process, with none of the hub's settings; puts back what it sets for the whole of it."""
    for name in [name for name in os.environ if name.startswith(("HUB_", "ADAPTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(adapting, "SYSTEMS", {"toy": lambda _schemas, _kind: ToySystem()})
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["hub", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    yield run
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook


def test_a_payload_is_printed_as_a_submission(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "archer.json"
    file.write_bytes(orjson.dumps(ARCHER))
    ended = hub("adapt", "toy", str(file))
    assert (ended.code, ended.complained) == (0, "")
    assert orjson.loads(ended.said)["data"] == {"names": {"surname": "Archer"}}


def test_what_was_refused_is_said_apart_and_by_the_exit_status(hub: Hub, tmp_path: Path) -> None:
    good, bad = tmp_path / "archer.json", tmp_path / "bad.json"
    good.write_bytes(orjson.dumps(ARCHER))
    bad.write_bytes(b'{"kind": "person", "id": "A2"}')
    ended = hub("adapt", "toy", str(bad), str(good), "--agency", "probation")
    assert ended.code == 1
    assert orjson.loads(ended.said)["source"] == "probation"
    assert ended.complained == f"{bad}: refused /surname (required): is required\n"


def test_a_submission_goes_out_again_as_a_native_record(hub: Hub, tmp_path: Path) -> None:
    file, said = tmp_path / "archer.json", tmp_path / "said.ndjson"
    file.write_bytes(orjson.dumps(ARCHER))
    said.write_text(hub("adapt", "toy", str(file)).said)
    ended = hub("adapt", "toy", "--out", str(said))
    assert ended.code == 0
    assert orjson.loads(ended.said) == {"address": "people/A1", "native": ARCHER, "carried": []}


def test_it_wants_payloads_or_releases(hub: Hub) -> None:
    assert hub("adapt", "toy").code == 2


def test_a_system_that_nobody_has_adapted_is_named(hub: Hub) -> None:
    assert hub("adapter", "status", "crams") == (2, "", "hub: there is no adapter for crams; there are: toy\n")


def test_it_says_in_a_sentence_what_to_set(hub: Hub) -> None:
    ended = hub("adapter", "run", "toy", "--hook", "0")
    assert ended.code == 2
    assert ended.complained.startswith("hub: set ADAPTER_HUB, ADAPTER_CLIENT_ID, ADAPTER_CLIENT_SECRET")


def test_without_a_store_there_is_nothing_to_show(hub: Hub) -> None:
    ended = hub("adapter", "status", "toy")
    assert (ended.code, ended.said) == (2, "")
    assert "ADAPTER_STORE" in ended.complained


async def _filled(path: Path) -> None:
    with closing(Store(path)) as store:
        await Desk(store).take({"kind": "person", "id": "A2"}, ARCHER)
        delivery = released(7, {"names": {"surname": "Archer"}})
        with store.transaction():
            store.releases.keep([delivery])
            store.releases.park(delivery, [Fault("", "native-system", "the native system answers 422")])


async def test_what_is_parked_is_shown_and_retried(hub: Hub, tmp_path: Path) -> None:
    await _filled(tmp_path / "adapter-toy.db")

    shown = orjson.loads(hub("adapter", "status", "toy", "--json").said)
    assert (shown["parkedIn"], shown["parkedOut"], shown["lastNumberApplied"]) == (1, 1, 0)
    parked = orjson.loads(hub("adapter", "parked", "toy", "--json").said)["parked"]
    assert [each["id"] for each in parked] == ["in-1", "out-7"]
    assert parked[0]["faults"] == [{"path": "/surname", "rule": "required", "detail": "is required"}]
    assert "/surname" in hub("adapter", "parked", "toy").said

    assert hub("adapter", "retry", "toy", "in-9") == (2, "", "hub: not parked: in-9\n")
    assert hub("adapter", "retry", "toy", "in-1").code == 0
    assert hub("adapter", "retry", "toy").said == "1 tried again\n"
    assert "parkedOut" in hub("adapter", "status", "toy").said
    shown = orjson.loads(hub("adapter", "status", "toy", "--json").said)
    assert (shown["inbox"], shown["parkedIn"], shown["toHandOver"], shown["parkedOut"]) == (1, 0, 1, 0)
