"""Logs: one JSON object a line, with a static event name and ids; never a person's data.

That holds by construction, not by care:
- only the fields listed here are written, each an id, a count, a path or a rule; others are dropped, and named;
- of an exception its type and the places it passed are written, its message only if the hub raised it on purpose;
- what a library says is written only for libraries known to speak of their own state.
"""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import BinaryIO, TypeAlias

import orjson
import structlog

from hub.domain.errors import HubError

_ADDED = frozenset({"at", "level", "event", "errors", "library", "where", "dropped"})
FIELDS = frozenset(
    {
        "agency", "contract", "count", "published", "seconds", "attempt", "limit", "asked", "port", "part",
        "submission", "number", "reason", "detail", "why", "error", "path",
    }
)  # fmt: skip
"""The fields a log line may carry besides what the log adds itself; a new one is entered here if it is no value."""

_LIBRARIES = ("uvicorn", "aiokafka", "alembic")
_LONGEST = 500

_Event: TypeAlias = MutableMapping[str, object]


def configure(stream: BinaryIO | None = None, level: int = logging.INFO) -> None:
    """Send every log of this process, the libraries' included, to one stream (stderr unless told)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _errors_without_values,
            _known_fields_only,
            _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stderr.buffer),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=level, force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash


def _log_crash(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    """Python itself would print the message of what nobody caught."""
    structlog.get_logger().critical("crashed", exc_info=error)


class _Libraries(logging.Handler):
    """Takes what libraries log, and warnings, into the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        told = {"detail": record.getMessage()} if record.name.split(".")[0] in _LIBRARIES else {}
        structlog.get_logger().log(
            record.levelno,
            "library",
            library=record.name,
            where=f"{_short(record.pathname)}:{record.lineno}",
            exc_info=record.exc_info,
            **told,
        )


def _errors_without_values(_logger: object, _method: str, event: _Event) -> _Event:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["errors"] = list(_chain(error))
    return event


def _chain(error: BaseException) -> Iterator[dict[str, object]]:
    """The error and those behind it, the nearest first."""
    told: dict[str, object] = {"error": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, HubError):
        told["says"] = str(error)[:_LONGEST]
    yield {**told, "passed": _places(error.__traceback__)}
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _chain(inner)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        yield from _chain(behind)


def _places(traceback: TracebackType | None) -> list[str]:
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)]


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-3:])


def _known_fields_only(_logger: object, _method: str, event: _Event) -> _Event:
    kept: _Event = {name: _plain(value) for name, value in event.items() if name in FIELDS | _ADDED}
    if len(kept) < len(event):
        kept["dropped"] = sorted(event.keys() - FIELDS - _ADDED)
    return kept


def _plain(value: object) -> object:
    """A value as it may be written: numbers, short text, lists of them; of anything else the type alone."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value[:_LONGEST]
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return type(value).__name__


def _as_json(_logger: object, _method: str, event: _Event) -> bytes:
    return orjson.dumps(event)
