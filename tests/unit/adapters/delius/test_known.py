"""Whatever came, and in whatever order: what was said stands for what is known."""

from hypothesis import given, settings
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


@settings(max_examples=150, deadline=None)
@given(payloads=st.lists(_payloads, max_size=14))
def test_what_was_said_last_of_every_record_is_what_is_known(payloads: list[Json]) -> None:
    desk = Desk(SYSTEM)
    for payload in payloads:
        taken = desk.take(payload)
        assert not any(fault.rule not in ("period-in-order",) for fault in taken.refused)
        if taken.refused:
            return
    known = {
        (name.record_type, crn, name.reference): body
        for crn in _CRNS
        for name, body in records(crn, desk.parts, SYSTEM.tables).items()
    }
    assert {key: body for key, body in desk.now.items() if body is not None} == known


@settings(max_examples=100, deadline=None)
@given(payloads=st.lists(_payloads, max_size=10))
def test_sent_again_it_says_nothing_new_but_what_it_is_about(payloads: list[Json]) -> None:
    desk = Desk(SYSTEM)
    for payload in payloads:
        if desk.take(payload).refused:
            return
        before = {key: body for key, body in desk.now.items() if body is not None}
        desk.take(payload)
        assert {key: body for key, body in desk.now.items() if body is not None} == before


@settings(max_examples=100, deadline=None)
@given(payloads=st.lists(_payloads, max_size=12))
def test_time_of_a_record_never_goes_back(payloads: list[Json]) -> None:
    desk = Desk(SYSTEM)
    for payload in payloads:
        desk.take(payload)
    last: dict[tuple[str, str, str], object] = {}
    for said in desk.said:
        key = said.record_type, said.local_id, said.body.get("reference", "")
        assert key not in last or said.time >= last[key]  # type: ignore[operator]
        last[key] = said.time
