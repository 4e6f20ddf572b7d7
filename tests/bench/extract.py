"""An extract such as a prison's first filling is: of each person the record, an assessment, two movements, an alert."""

from collections.abc import Iterator
from typing import Any

import orjson

from adapters.sandbox.caseload.numbers import prison_number
from hub.spec.registry import schemas_folder
from tests.bench.bodies import assessment

OF_A_PERSON = 5
"""Submissions that one person has."""


def lines(records: int) -> Iterator[bytes]:
    """So many submissions as CloudEvents, each a line, all of one person together; the mean is about 2 KB."""
    examples = {name: _example(*named) for name, named in _EXAMPLES.items()}
    for number in range(records):
        person, which = divmod(number, OF_A_PERSON)
        record_type, body = _body(examples, person, which)
        yield orjson.dumps(_event(number, prison_number(person), record_type, body), option=orjson.OPT_APPEND_NEWLINE)


_EXAMPLES = {
    "offender": ("offender", "everything-said"),
    "movement": ("movement", "transfer"),
    "registration": ("registration", "self-harm-plan-open"),
}


def _example(record_type: str, name: str) -> dict[str, Any]:
    file = schemas_folder() / record_type / "1.0.0" / "valid" / f"{name}.json"
    example: dict[str, Any] = orjson.loads(file.read_bytes())
    return example


def _body(examples: dict[str, dict[str, Any]], person: int, which: int) -> tuple[str, dict[str, Any]]:
    match which:
        case 0:
            numbers = [{"scheme": "prison-number", "value": prison_number(person)}, _pnc(person)]
            return "offender", examples["offender"] | {"identifiers": numbers}
        case 1:
            return "assessment", assessment(person)
        case 2 | 3:
            return "movement", examples["movement"] | {"booking": f"B{person}", "sequence": which}
        case _:
            return "registration", examples["registration"] | {"reference": f"R{person}"}


def _pnc(person: int) -> dict[str, str]:
    serial = f"{person % 10_000_000:07}"
    letter = "ZABCDEFGHJKLMNPQRTUVWXY"[int(f"81{serial}") % 23]
    return {"scheme": "pnc", "value": f"1981/{serial}{letter}"}


def _event(number: int, local_id: str, record_type: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"first-{number}",
        "source": "prison",
        "type": f"{record_type}.submitted",
        "time": "2026-01-15T09:30:00+00:00",
        "subject": local_id,
        "dataschema": f"{record_type}/1.0.0",
        "data": body,
    }
