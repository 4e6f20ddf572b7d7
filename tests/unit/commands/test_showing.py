"""What commands print: tables that cut nothing, and JSON."""

from datetime import UTC, datetime

import orjson
import pytest

from hub.commands.showing import show_list, show_one

LONG = "hub.in.prison/0/4711/1772357400250-" * 5
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["", "60"])
def _columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if request.param:
        monkeypatch.setenv("COLUMNS", request.param)


@pytest.mark.usefixtures("_columns")
def test_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    show_list("letters", [{"position": LONG}], {"where": "position"}, as_json=False)
    assert LONG in _without_frame(capsys.readouterr().out)

    show_one({"position": LONG}, as_json=False)
    assert LONG in _without_frame(capsys.readouterr().out)


def _without_frame(printed: str) -> str:
    return "".join(each for each in printed if each.isascii() and not each.isspace())


def test_what_is_not_there_takes_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_one({"history": [{"by": "hub", "job": None}, {"by": "anna", "faults": []}], "suspended": False}, as_json=False)

    printed = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert printed == ["history    by: hub", "", "by: anna", "suspended  no"]


def test_machines_get_what_the_api_answers(capsys: pytest.CaptureFixture[str]) -> None:
    show_list("letters", [{"at": AT, "job": None}], {"at": "at"}, as_json=True)

    assert orjson.loads(capsys.readouterr().out) == {"letters": [{"at": "2026-03-01T09:30:00Z", "job": None}]}
