"""A payload waits until what it calls for has come."""

from datetime import timedelta

import orjson
import pytest

from adapters.client.native import KnowsWhatWaits, Payload
from hub.domain.canonical import Json
from tests.builders.probation import CRN, added, case, ended, entry, event, merged, offender, unmerged
from tests.unit.adapters.delius.conftest import START, Desk

OTHER = "X118820"
_LIST = {"crn": CRN, "registrations": [entry(25, endDate="2026-02-05", active=False), entry(26)]}


@pytest.mark.parametrize(
    ("before", "waits", "between", "comes"),
    [
        ([added("25"), added("26")], ended(), offender(), _LIST),
        ([], ended(), case(), added()),
        ([], event("personal-details.updated", "2026-02-05T09:00"), added(), offender()),
        ([offender()], merged(OTHER, CRN), offender(OTHER, softDeleted=True), None),
        ([], merged(OTHER, CRN), added(), offender()),
        ([], unmerged(OTHER, CRN), offender(), offender(OTHER)),
        ([offender(), merged(OTHER, CRN)], offender(OTHER), offender(), unmerged(OTHER, CRN, "2026-03-05T09:00")),
    ],
)
def test_it_waits_until_what_it_calls_for_comes(
    desk: Desk, before: list[Json], waits: Json, between: Json, comes: Json
) -> None:
    for payload in before:
        desk.take(payload)
    payload = Payload(waits, START + timedelta(minutes=len(before) + 1))
    assert isinstance(desk.system, KnowsWhatWaits)
    assert (desk.take(waits).waiting is not None) is (comes is not None)
    desk.take(between)
    assert desk.system.still_waits(payload, desk.parts) is (comes is not None)
    if comes is not None:
        desk.take(comes)
        kept = orjson.dumps(desk.parts.all(f"offender/{CRN}"))
        assert not desk.system.still_waits(payload, desk.parts)
        assert orjson.dumps(desk.parts.all(f"offender/{CRN}")) == kept
