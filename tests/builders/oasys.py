"""Payloads of OASys, invented."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import adapters.oasys
from adapters.client.link import Delivery, RecordName
from adapters.client.native import Payload
from hub.domain.canonical import Json, digest

EXAMPLES = sorted((Path(adapters.oasys.__file__).parent / "examples").glob("*.json"))

CRN, PRISON_NUMBER = "X714263", "A7142CK"
NUMBER = 7204511
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def header(number: int = NUMBER, **other: Json) -> Json:
    """What every part of an assessment says of it."""
    return {
        "assessmentPk": number,
        "assessmentType": "LAYER3",
        "initiationDate": "2026-02-02T09:12:45",
        "dateCompleted": "2026-02-11T15:04:20",
        "assessmentStatus": "COMPLETE",
        **other,
    }


def document(*assessments: Json, **other: Json) -> Json:
    """A document of probation's."""
    return {"source": "OASys", "probNumber": CRN, "assessments": list(assessments), **other}


def payload(document: Json, at: datetime = AT, about: Mapping[str, str] | None = None) -> Payload:
    """A document as it arrives."""
    return Payload(document, at, about or {})


def delivery(body: Json, *, withdrawn: bool = False) -> Delivery:
    """A release of an assessment to probation."""
    record = RecordName("person", "assessment", str(NUMBER))
    said = None if withdrawn else body
    return Delivery(1, digest(body), record, (CRN,), {}, None, withdrawn, "1.0.0", said, (), {})
