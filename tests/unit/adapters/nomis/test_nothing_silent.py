"""No value is passed over: with another in its place something else is said or refused, or it has no home."""

import copy
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from adapters.client.native import Taken
from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis
from hub.domain.canonical import Json
from tests.builders.nomis import EXAMPLES, payload, published

_TRANSPORT = {"pageable", "sort", "last", "first", "empty", "size", "number", "numberOfElements", "totalElements"}
_TRANSPORT |= {"totalPages"}
"""What a page says of itself."""
_ENVELOPE = {"Type", "MessageId", "TopicArn", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"}
_ENVELOPE |= {"UnsubscribeURL", "MessageAttributes"}
"""What a notification says of itself."""
_SAID_AS_A_WHOLE = frozenset({"case-notes", "casenotes", "court_cases", "offender_cell_history", "offender_events"})
_SAID_AS_A_WHOLE |= {"adjudications_by_search", "booking-and-sentence-adjustments", "event-alert-created"}
"""Payloads of which it is told as a whole that they have no home, or wait."""
_REFUSED = frozenset({"movements", "offender-that-cannot-be-read", "something-else"})
"""Payloads of which something is refused, whatever else stands beside it."""
_SAID_ELSEWHERE = {
    "addressUsageDescription",
    "addressId",
    "gender",
    "ethnicity",
    "bookNumber",
    "movementTime",
    "movementReasonDescription",
    "agencyName",
}
"""Descriptions of codes that are taken, and columns that say once more what another one says."""


def _leaves(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        if value is not None and not (isinstance(value, str) and not value.strip()):
            yield path
        return
    for name, each in inner:
        yield from _leaves(each, (*path, name))


def _changed(document: Json, path: tuple[str | int, ...]) -> Json:
    """The document with another value in one place, of the same type."""
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    place[path[-1]] = (
        not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}9"
    )
    return changed


def _without_home(taken: Taken, pointer: str) -> bool:
    return any(f"{pointer}/".startswith(f"{each.path}/") for each in taken.homeless)


def _silent(system: Nomis, document: Json) -> list[str]:
    before = system.take(payload(document), PartsInMemory())
    silent: list[str] = []
    for path in _leaves(document):
        pointer = "".join(f"/{step}" for step in path)
        known = {*path} & (_TRANSPORT | _ENVELOPE | _SAID_ELSEWHERE) or _without_home(before, pointer)
        if not known and _same(system.take(payload(_changed(document, path)), PartsInMemory()), before):
            silent.append(pointer)
    return silent


def _same(one: Taken, other: Taken) -> bool:
    return (one.said, {*one.homeless}, one.refused) == (other.said, {*other.homeless}, other.refused)


def _somebodys(native: Json) -> Json:
    return native if {"offenderNo", "nomsId", "prisonerNumber"} & {*native} else {"offenderNo": "A4021BT", **native}


@pytest.mark.parametrize(
    "path",
    [path for path in (*EXAMPLES, *published()) if path.stem not in _SAID_AS_A_WHOLE | _REFUSED],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_no_value_is_passed_over_in_silence(system: Nomis, path: Path) -> None:
    """What names no person is tried with one, and what is refused is told anyway."""
    document = orjson.loads(path.read_bytes())
    if isinstance(document, list):
        document = [_somebodys(each) for each in document[:4]]
    elif isinstance(document.get("Message"), str):
        document["Message"] = orjson.loads(document["Message"])
    elif "eventType" not in document and "content" not in document:
        document = _somebodys(document)

    assert _silent(system, document) == []
