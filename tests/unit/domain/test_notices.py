"""Of whom notice is given, for which day, and from when on."""

from datetime import date

import pytest

from hub.domain.canonical import Json
from hub.domain.holding import Holder
from hub.domain.moves import Move
from hub.domain.notices import is_late, missed_release, notices_of, overtaken_at, told_from
from hub.domain.risk import Said
from hub.domain.submission import day_begins

NOW = day_begins(date(2026, 3, 1))
RISK = Said("s1", "probation", "probation", "registration", "k", "serious-harm", "/riskLevel", NOW, None, None, "high")
HELD = {"place": "custody", "establishment": "HMP Northmoor"}


def dated(**days: str) -> Json:
    """An offender record of somebody in custody, with key dates."""
    return {"location": HELD, "keyDates": [{"type": kind, "date": day} for kind, day in days.items()]}


def given(offender: Json, *levels: Said, holder: Holder | None = None) -> tuple[str, str] | None:
    """The day of the release that is announced, and which day it is."""
    notice = notices_of(offender, holder, levels or (RISK,), [], NOW).get("release")
    return None if notice is None else (notice["date"], notice["dateType"])


def planned(*moves: tuple[str, str], holder: Holder | None = None, **dates: str) -> dict[str, tuple[str, str | None]]:
    """The day that is announced of each event, and which key date it is, if any."""
    said = [Move(event, date.fromisoformat(day), planned=True) for event, day in moves]
    notices = notices_of(dated(**dates), holder, [RISK], said, NOW)
    return {event: (notice["date"], notice.get("dateType")) for event, notice in notices.items()}


def test_notice_is_given_of_the_first_day_on_which_somebody_in_custody_is_released() -> None:
    notices = notices_of(dated(SED="2027-01-01", CRD="2026-05-01", NPD="2026-06-01"), None, [RISK], [], NOW)

    release = {"event": "release", "date": "2026-05-01", "dateType": "CRD", "establishment": "HMP Northmoor"}
    assert notices == {"release": release}


def test_a_confirmed_day_goes_before_every_computed_one() -> None:
    assert given(dated(CRD="2026-05-01", CONFIRMED="2026-05-04")) == ("2026-05-04", "CONFIRMED")


@pytest.mark.parametrize("kind", ["PED", "HDCED", "LED", "SLED", "TUSED", "TARIFF", "nomis:XYZ"])
def test_nobody_is_released_on_a_day_from_which_they_may_be_or_a_licence_ends(kind: str) -> None:
    assert given(dated(**{kind: "2026-05-01"})) is None


def test_a_day_before_the_present_custody_began_is_of_an_earlier_sentence() -> None:
    recalled = Holder("prison", day_begins(date(2026, 2, 1)))

    assert given(dated(CRD="2025-05-01", PRRD="2026-08-01"), holder=recalled) == ("2026-08-01", "PRRD")


def test_a_day_that_has_passed_stands_until_the_release_is_recorded() -> None:
    assert given(dated(CRD="2026-02-20"), holder=Holder("prison", day_begins(date(2024, 2, 1)))) == (
        "2026-02-20",
        "CRD",
    )


def test_no_notice_is_given_of_who_is_no_risk_or_not_in_custody() -> None:
    ended = RISK._replace(ends=date(2026, 2, 1))
    assessed = RISK._replace(type="assessment")

    assert given(dated(CRD="2026-05-01"), ended) is None
    assert given(dated(CRD="2026-05-01"), assessed) is None
    assert given(dated(CRD="2026-05-01") | {"location": {"place": "community"}}) is None
    assert notices_of(None, None, [RISK], [Move("transfer", date(2026, 5, 1), planned=True)], NOW) == {}
    assert notices_of({"location": HELD}, None, [ended], [Move("transfer", date(2026, 5, 1), planned=True)], NOW) == {}


def test_what_is_planned_is_announced_each_by_itself_and_the_first_of_each_that_has_not_passed() -> None:
    moves = [("transfer", "2026-04-02"), ("transfer", "2026-04-01"), ("transfer", "2026-02-10")]

    assert planned(*moves, ("temporary-absence", "2026-03-20"), CRD="2026-05-01") == {
        "release": ("2026-05-01", "CRD"),
        "transfer": ("2026-04-01", None),
        "temporary-absence": ("2026-03-20", None),
    }


def test_a_release_that_is_planned_goes_before_the_days_of_the_sentence_until_its_day_has_passed() -> None:
    assert planned(("release", "2026-04-30"), CONFIRMED="2026-05-01") == {"release": ("2026-04-30", None)}
    assert planned(("release", "2026-02-20"), CRD="2026-05-01") == {"release": ("2026-05-01", "CRD")}


def test_a_plan_whose_day_has_passed_stands_until_it_is_made_or_taken_back_but_not_from_an_earlier_custody() -> None:
    assert planned(("transfer", "2026-02-20")) == {"transfer": ("2026-02-20", None)}
    assert planned(("release", "2026-02-20")) == {"release": ("2026-02-20", None)}
    recalled = Holder("prison", day_begins(date(2026, 2, 25)))
    assert planned(("transfer", "2026-02-20"), holder=recalled) == {}


def missed(*days: str, told: tuple[str, ...] = (), level: Said = RISK, notice_days: int = 28) -> str | None:
    """The last release of which an agency was told nothing, as of 1 March; told: on which days it was told of one."""
    moves = [Move("release", date.fromisoformat(day), planned=False) for day in days]
    moments = [day_begins(date.fromisoformat(day)) for day in told]
    found = missed_release(moves, [level], moments, notice_days, NOW)
    return None if found is None else found.isoformat()


LONG_AT_RISK = RISK._replace(since=day_begins(date(2025, 1, 1)))


def test_a_release_that_nobody_announced_of_somebody_on_a_register_then_is_missed() -> None:
    assert missed("2026-02-20", level=LONG_AT_RISK) == "2026-02-20"
    assert missed("2026-02-20", told=("2026-02-19",), level=LONG_AT_RISK) is None
    assert missed("2026-02-20", level=LONG_AT_RISK._replace(since=day_begins(date(2026, 2, 22)))) is None
    assert missed("2026-02-20", level=LONG_AT_RISK._replace(ends=date(2026, 2, 10))) is None


def test_what_was_told_before_an_earlier_release_is_no_notice_of_the_next() -> None:
    assert missed("2026-01-10", "2026-02-20", told=("2026-01-02",), level=LONG_AT_RISK) == "2026-02-20"
    assert missed("2026-01-10", "2026-02-20", told=("2026-01-02", "2026-02-01"), level=LONG_AT_RISK) is None


def test_nobody_asks_of_a_release_of_long_ago_or_that_is_to_come_or_is_only_planned() -> None:
    assert missed("2026-02-20", level=LONG_AT_RISK, notice_days=7) is None
    assert missed("2026-03-05", level=LONG_AT_RISK) is None
    assert missed_release([Move("release", date(2026, 2, 20), planned=True)], [LONG_AT_RISK], [], 28, NOW) is None


def test_another_day_may_be_announced_once_that_of_a_notice_has_passed() -> None:
    assert overtaken_at({"date": "2026-05-01"}) == day_begins(date(2026, 5, 2))


@pytest.mark.parametrize(("told", "late"), [("2026-04-01", False), ("2026-04-02", True), ("2026-06-01", True)])
def test_who_is_told_on_the_first_of_so_many_days_is_told_in_time(told: str, late: bool) -> None:
    within_the_day = day_begins(date.fromisoformat(told)) + 3_600_000_000

    assert is_late({"date": "2026-05-01"}, 30, within_the_day) is late


def test_an_agency_is_told_so_many_days_before() -> None:
    assert told_from({"date": "2026-05-01"}, 30) == day_begins(date(2026, 4, 1))
