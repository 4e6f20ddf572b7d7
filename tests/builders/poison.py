"""Messages that no hub can take, as Kafka brings them: one builder for each way of being wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from hub.domain.canonical import Json
from hub.domain.errors import Reason
from tests.builders.records import offender

SECRET = "Abernathy-Quill"  # noqa: S105 - a surname that stands for everything that must not be told
"""Stands in every poisonous body, and may be seen in no notice and no log."""

_GOOD = offender(SECRET)


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as its sender makes it."""

    headers: Mapping[str, bytes]
    value: bytes | None


def good(agency: str, number: int, at: datetime, body: Json | None = None, **attributes: str | None) -> Raw:
    """A submission of an offender record of one's own. attributes: in place of those it should have, None for none."""
    given = {
        "ce_specversion": "1.0",
        "ce_id": f"m-{number}",
        "ce_source": agency,
        "ce_type": "offender.submitted",
        "ce_time": (at + timedelta(milliseconds=number)).isoformat(),
        "ce_subject": f"L{number}",
        "ce_dataschema": "offender/1.0.0",
        "content-type": "application/json",
        **attributes,
    }
    headers = {name: value.encode() for name, value in given.items() if value is not None}
    return Raw(headers, orjson.dumps(_GOOD if body is None else body))


Poison = Callable[[str, int, datetime], Raw]
"""Given the agency, a number of its own, and a time that is not in the future."""


def _with(**attributes: str | None) -> Poison:
    return lambda agency, number, at: good(agency, number, at, **attributes)


def _saying(body: Json) -> Poison:
    return lambda agency, number, at: good(agency, number, at, body)


def _value(value: bytes | None) -> Poison:
    return lambda agency, number, at: Raw(good(agency, number, at).headers, value)


def _late(agency: str, number: int, at: datetime) -> Raw:
    return good(agency, number, at, ce_time=(at + timedelta(days=400)).isoformat())


def _reused(agency: str, number: int, at: datetime) -> Raw:
    return good(agency, number, at, offender(f"{SECRET}-{number}"), ce_id="m-0", ce_subject="L0")


def _header_of_bytes(agency: str, number: int, at: datetime) -> Raw:
    sound = good(agency, number, at)
    return Raw({**sound.headers, "ce_subject": b"\xff\xfe"}, sound.value)


KINDS: Mapping[str, tuple[Poison, Reason]] = {
    "no JSON": (_value(b"<offender>" + SECRET.encode()), Reason.BAD_JSON),
    "JSON cut off": (_value(orjson.dumps(_GOOD)[:-7]), Reason.BAD_JSON),
    "no value": (_value(None), Reason.BAD_JSON),
    "no UTF-8": (_value(b'{"names": {"surname": "\xe9"}}'), Reason.BAD_JSON),
    "nested without end": (_value(b"[" * 100_000), Reason.BAD_JSON),
    "nested deeply": (_value(b'{"a":' * 900 + b"1" + b"}" * 900), Reason.INVALID_BODY),
    "a list": (_saying([_GOOD]), Reason.INVALID_BODY),
    "a number that not every reader keeps": (_saying(_GOOD | {"sentences": 2**60}), Reason.INVALID_BODY),
    "a required part missing": (_saying({"dateOfBirth": "1981-06-14"}), Reason.INVALID_BODY),
    "a property nobody knows": (_saying(_GOOD | {"starSign": SECRET}), Reason.INVALID_BODY),
    "a zero byte in a property's name": (_saying(_GOOD | {"star\x00sign": 1}), Reason.INVALID_BODY),
    "a zero byte in a value": (_saying(_GOOD | {"sex": "\x00"}), Reason.UNKNOWN_CODE),
    "half a character": (_value(b'{"names": {"surname": "\\ud800"}}'), Reason.BAD_JSON),
    "a code on no list": (_saying(_GOOD | {"sex": SECRET}), Reason.UNKNOWN_CODE),
    "too large": (_saying(_GOOD | {"nationality": "x" * 1_050_000}), Reason.TOO_LARGE),
    "a record type nobody knows": (
        _with(ce_type="visit.submitted", ce_dataschema="visit/1.0.0"),
        Reason.UNKNOWN_TYPE,
    ),
    "a type without a verb": (_with(ce_type="offender"), Reason.UNKNOWN_TYPE),
    "a version nobody published": (_with(ce_dataschema="offender/9.9.9"), Reason.UNKNOWN_VERSION),
    "another type in the data schema": (_with(ce_dataschema="movement/1.0.0"), Reason.INVALID_ENVELOPE),
    "in another agency's name": (_with(ce_source="court"), Reason.WRONG_AGENCY),
    "an id used before": (_reused, Reason.ID_REUSED),
    "no id": (_with(ce_id=None), Reason.ID_MISSING),
    "no local id": (_with(ce_subject=None), Reason.INVALID_ENVELOPE),
    "a header that is no text": (_header_of_bytes, Reason.INVALID_ENVELOPE),
    "no time": (_with(ce_time=None), Reason.INVALID_ENVELOPE),
    "a time without its zone": (_with(ce_time="2026-03-01T10:00:00"), Reason.INVALID_ENVELOPE),
    "a time to come": (_late, Reason.TIME_IN_FUTURE),
    "not a CloudEvent": (_with(ce_specversion=None), Reason.INVALID_ENVELOPE),
    "not said to be JSON": (_with(**{"content-type": "text/xml"}), Reason.WRONG_CONTENT_TYPE),
}
"""By what is wrong: how to make one, and the reason it is refused for."""
