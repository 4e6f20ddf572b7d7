"""Whatever is logged, by whomever, no person shows."""

import io
import logging
import sys
import warnings
from collections.abc import Iterator

import orjson
import pytest
import structlog

from hub import log
from hub.domain.errors import Halt


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    root = logging.getLogger()
    before, level, hook = root.handlers[:], root.level, sys.excepthook
    stream = io.BytesIO()
    log.configure(stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:], root.level, sys.excepthook = before, level, hook


def lines(stream: io.BytesIO) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_event_its_level_and_its_time(stream: io.BytesIO) -> None:
    structlog.get_logger().info("person_merged", agency="prison", count=2)

    (line,) = lines(stream)
    assert {key: line[key] for key in ("event", "level", "agency", "count")} == {
        "event": "person_merged",
        "level": "info",
        "agency": "prison",
        "count": 2,
    }
    assert str(line["at"]).endswith("Z")


def test_a_field_that_is_not_listed_is_dropped_and_named(stream: io.BytesIO) -> None:
    structlog.get_logger().info("person_merged", surname="Moriarty")

    assert "Moriarty" not in stream.getvalue().decode()
    assert lines(stream)[0]["dropped"] == ["surname"]


def test_an_object_shows_its_type_only(stream: io.BytesIO) -> None:
    structlog.get_logger().info("person_merged", agency=ValueError("Moriarty"))

    assert lines(stream)[0]["agency"] == "ValueError"


def test_of_an_error_type_and_places_show_and_a_message_only_if_it_is_the_hubs_own(stream: io.BytesIO) -> None:
    try:
        try:
            int("Moriarty")
        except ValueError as error:
            raise Halt("the table is not there") from error
    except Halt:
        structlog.get_logger().exception("request_failed")

    (line,) = lines(stream)
    ours, theirs = line["errors"]  # type: ignore[misc]  # a list of two
    assert ours["says"] == "the table is not there"  # type: ignore[has-type]  # as above
    assert theirs["error"] == "builtins.ValueError"  # type: ignore[has-type]  # as above
    assert "test_log.py" in theirs["passed"][0]  # type: ignore[has-type]  # as above
    assert "Moriarty" not in stream.getvalue().decode()


def test_a_crash_is_told_without_its_message(stream: io.BytesIO) -> None:
    sys.excepthook(ValueError, ValueError("Moriarty"), None)

    assert lines(stream)[0]["event"] == "crashed"
    assert "Moriarty" not in stream.getvalue().decode()


def test_every_error_of_a_group_is_told(stream: io.BytesIO) -> None:
    error = ExceptionGroup("two", [KeyError("Moriarty"), Halt("no key")])
    structlog.get_logger().error("serve_failed", exc_info=error)

    told = [each["error"] for each in lines(stream)[0]["errors"]]  # type: ignore[attr-defined]  # a list
    assert told == ["builtins.ExceptionGroup", "builtins.KeyError", "hub.domain.errors.Halt"]
    assert "Moriarty" not in stream.getvalue().decode()


def test_libraries_that_speak_of_their_own_state_are_heard(stream: io.BytesIO) -> None:
    logging.getLogger("aiokafka.consumer").warning("no broker at %s", "127.0.0.1:9092")

    assert lines(stream)[0]["detail"] == "no broker at 127.0.0.1:9092"


def test_of_what_another_library_or_a_warning_says_only_the_place_shows(stream: io.BytesIO) -> None:
    logging.getLogger("somebody.else").error("cannot parse %s", "Moriarty")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("Moriarty", stacklevel=1)

    assert "Moriarty" not in stream.getvalue().decode()
    assert [line["library"] for line in lines(stream)] == ["somebody.else", "py.warnings"]
    assert "test_log.py" in str(lines(stream)[0]["where"])
