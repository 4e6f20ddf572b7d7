"""Of whom notice is given, for which day, and from when on."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.canonical import Json
from hub.domain.holding import Holder
from hub.domain.notices import notice_of, told_from
from hub.domain.risk import Said
from hub.domain.submission import day_begins

NOW = day_begins(date(2026, 3, 1))
RISK = Said("s1", "probation", "probation", "registration", "k", "serious-harm", "/riskLevel", NOW, None, None)
HELD = {"place": "custody", "establishment": "HMP Northmoor"}


def dated(**days: str) -> Json:
    """An offender record of somebody in custody, with key dates."""
    return {"location": HELD, "keyDates": [{"type": kind, "date": day} for kind, day in days.items()]}


def given(offender: Json, *levels: Said, holder: Holder | None = None) -> tuple[str, str] | None:
    notice = notice_of(offender, holder, levels or (RISK,), NOW)
    return None if notice is None else (notice["date"], notice["dateType"])


def test_notice_is_given_of_the_first_day_on_which_somebody_in_custody_is_released() -> None:
    notice = notice_of(dated(SED="2027-01-01", CRD="2026-05-01", NPD="2026-06-01"), None, [RISK], NOW)

    assert notice == {"event": "release", "date": "2026-05-01", "dateType": "CRD", "establishment": "HMP Northmoor"}


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
    ended = replace(RISK, ends=date(2026, 2, 1))
    assessed = replace(RISK, type="assessment")

    assert given(dated(CRD="2026-05-01"), ended) is None
    assert given(dated(CRD="2026-05-01"), assessed) is None
    assert given(dated(CRD="2026-05-01") | {"location": {"place": "community"}}) is None
    assert notice_of(None, None, [RISK], NOW) is None


def test_an_agency_is_told_so_many_days_before() -> None:
    assert told_from({"date": "2026-05-01"}, 30) == day_begins(date(2026, 4, 1))
