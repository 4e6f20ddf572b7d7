"""Whatever came, and in whatever order: what was said stands for what is known."""

from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.delius.known import records
from hub.domain.canonical import Json
from tests.builders.probation import added, case, ended, entry, event, merged, offender, unmerged
from tests.unit.adapters.delius.conftest import Desk
from tests.unit.adapters.delius.test_outbound import SYSTEM

_CRNS = ("X320741", "X118820", "X771302")
_crns = st.sampled_from(_CRNS)
_numbers = st.sampled_from(["1", "2"])
_codes = st.sampled_from(["RHRH", "RVHR", "WEAP", "MAPP"])
_times = st.integers(1, 28).map(lambda day: f"2026-02-{day:02}T09:00")
_pairs = st.permutations(_CRNS).map(lambda crns: crns[:2])
_mappa = st.sampled_from([{}, {"mappa": None}, {"mappa": {"level": 1}}, {"mappa": {"level": 3, "category": 1}}])
_flags = st.lists(_codes, max_size=3, unique=True).map(lambda codes: [{"code": code} for code in codes])
_ends = st.sampled_from([{}, {"endDate": "2026-02-01", "active": False}, {"endDate": "2020-01-01"}])


def _listed(crn: str, number: str, code: str, more: Json) -> Json:
    return {"crn": crn, "registrations": [entry(int(number), code, **more)]}


_payloads: st.SearchStrategy[Json] = st.one_of(
    st.builds(lambda crn, mappa: offender(crn, **mappa), _crns, _mappa),
    st.builds(lambda crn, deleted: offender(crn, softDeleted=deleted), _crns, st.booleans()),
    st.builds(lambda crn, flags: case(crn, registerFlags=flags), _crns, _flags),
    st.builds(_listed, _crns, _numbers, _codes, _ends),
    st.builds(lambda number, code, at, crn: added(f"{code}{number}", code, at, crn), _numbers, _codes, _times, _crns),
    st.builds(ended, _codes, _times, _crns),
    st.builds(
        lambda crn, number, at: event("registration.deleted", at, crn, registrationId=number), _crns, _numbers, _times
    ),
    st.builds(lambda pair, at: merged(pair[0], pair[1], at), _pairs, _times),
    st.builds(lambda pair, at: unmerged(pair[0], pair[1], at), _pairs, _times),
    st.builds(lambda crn, at: event("deleted.gdpr", at, crn), _crns, _times),
)


_arrivals = st.lists(
    st.tuples(_payloads, st.sampled_from([0, 0, 0, 0, -90, 90]).map(lambda m: timedelta(minutes=m))), max_size=14
)


_AT = "2026-02-01T09:00"
_NOW = timedelta()
_ERASED_BETWEEN_TWO_MERGES = [
    (merged("X771302", "X118820", _AT), _NOW),
    (event("deleted.gdpr", _AT, "X771302"), _NOW),
    (merged("X320741", "X771302", _AT), _NOW),
    (case("X320741", registerFlags=[{"code": "RHRH"}]), _NOW),
]
_UNMERGED_FROM_ANOTHER = [
    (merged("X320741", "X118820", _AT), _NOW),
    (unmerged("X320741", "X771302", _AT), _NOW),
    (offender("X320741", mappa={"level": 1}), _NOW),
]


@settings(max_examples=150, deadline=None)
@given(arrivals=_arrivals)
@example(arrivals=_ERASED_BETWEEN_TWO_MERGES)
@example(arrivals=_UNMERGED_FROM_ANOTHER)
def test_what_was_said_last_of_every_record_is_what_is_known(arrivals: list[tuple[Json, timedelta]]) -> None:
    desk = Desk(SYSTEM)
    for payload, shift in arrivals:
        desk.received += shift
        taken = desk.take(payload)
        assert {fault.rule for fault in taken.refused} <= {"period-in-order"}
        if taken.refused:
            return
    known = {
        (name.record_type, crn, name.reference): body
        for crn in _CRNS
        for name, body in records(crn, desk.parts, SYSTEM.tables).items()
    }
    assert _standing(desk) == known


@settings(max_examples=100, deadline=None)
@given(arrivals=_arrivals)
def test_sent_again_it_changes_nothing(arrivals: list[tuple[Json, timedelta]]) -> None:
    desk = Desk(SYSTEM)
    for payload, shift in arrivals:
        desk.received += shift
        if desk.take(payload).refused:
            return
        before = _standing(desk)
        desk.take(payload)
        assert _standing(desk) == before


@settings(max_examples=100, deadline=None)
@given(arrivals=_arrivals)
def test_the_time_of_a_record_never_goes_back(arrivals: list[tuple[Json, timedelta]]) -> None:
    desk = Desk(SYSTEM)
    for payload, shift in arrivals:
        desk.received += shift
        desk.take(payload)
    last: dict[tuple[str, str, str], datetime] = {}
    for said in desk.said:
        key = said.record_type, said.local_id, said.body.get("reference", "")
        assert key not in last or said.time > last[key]
        last[key] = said.time


def _standing(desk: Desk) -> dict[tuple[str, str, str], Json]:
    return {key: body for key, body in desk.now.items() if body is not None}
