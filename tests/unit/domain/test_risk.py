"""When a level of risk is to be looked at again, by whom, and what answers."""

from datetime import date, datetime

import pytest

from hub.domain.canonical import Json
from hub.domain.holding import Holder
from hub.domain.risk import Cause, Said, level_of, lies_at, next_look, passed, questions
from hub.domain.submission import micros

JANUARY, MARCH, JUNE = (
    micros(datetime.fromisoformat(f"2026-{month}-01T12:00:00+00:00")) for month in ("01", "03", "06")
)
LEVEL = Said(
    "s1",
    "probation",
    "probation",
    "registration",
    "k",
    "serious-harm",
    "/riskLevel",
    JANUARY,
    date(2026, 5, 1),
    None,
    "high",
)
PRISON = Holder("prison", MARCH)
ENTRY: Json = {
    "scheme": "probation-register",
    "code": "RHRH",
    "reference": "R1",
    "concern": "serious-harm",
    "riskLevel": "high",
    "period": {"start": "2026-01-01", "review": "2026-07-01"},
}
ROSH: Json = {"cells": {"publicCommunity": "high"}, "overall": "high", "reviewDate": "2026-07-01"}
ASSESSED: Json = {"reference": "1", "lifecycle": {"status": "COMPLETE"}, "roshSummary": ROSH}


def causes(*levels: Said, holder: Holder | None = None, now: int = MARCH) -> list[tuple[str, Cause, str]]:
    return [(each.said.slot, each.cause, each.to) for each in questions(levels, holder, now)]


def test_a_review_day_is_past_only_when_it_is_over() -> None:
    assert causes(LEVEL, now=passed(date(2026, 5, 1)) - 1) == []
    assert causes(LEVEL, now=passed(date(2026, 5, 1))) == [("s1", Cause.PAST_REVIEW_DATE, "probation")]


def test_a_level_without_a_review_day_is_never_past_it() -> None:
    assert causes(LEVEL._replace(review=None), now=10 * JUNE) == []


def test_whoever_holds_the_person_is_asked_of_what_another_said_before() -> None:
    assert causes(LEVEL, holder=PRISON) == [("s1", Cause.AUTHOR_NO_LONGER_HOLDS, "prison")]
    assert causes(LEVEL._replace(since=MARCH), holder=PRISON) == []
    assert causes(LEVEL, holder=Holder("probation", MARCH)) == []


def test_who_never_holds_anybody_holds_nobody_no_longer() -> None:
    assert causes(LEVEL._replace(agency="met", kind="police"), holder=PRISON) == []


def test_both_causes_are_questions_of_their_own() -> None:
    found = questions([LEVEL], PRISON, JUNE)

    assert [(each.cause, each.since) for each in found] == [
        (Cause.PAST_REVIEW_DATE, passed(date(2026, 5, 1))),
        (Cause.AUTHOR_NO_LONGER_HOLDS, MARCH),
    ]


@pytest.mark.parametrize(
    ("other", "answers"),
    [
        (LEVEL._replace(slot="s2", agency="prison", kind="prison", since=MARCH + 1, review=None), True),
        (LEVEL._replace(slot="s2", since=MARCH + 1, review=None), True),
        (LEVEL._replace(slot="s2", agency="prison", kind="prison", since=MARCH - 1, review=None), False),
        (LEVEL._replace(slot="s2", agency="prison", kind="prison", since=MARCH + 1, subject="staff"), False),
        (LEVEL._replace(slot="s2", agency="court", kind="court", since=MARCH + 1, review=None), False),
    ],
    ids=["the holder", "its author in another entry", "before that", "of another risk", "somebody else"],
)
def test_it_is_answered_by_its_author_or_the_holder_since_on_the_same_risk(other: Said, *, answers: bool) -> None:
    assert (("s1", Cause.AUTHOR_NO_LONGER_HOLDS, "prison") in causes(LEVEL, other, holder=PRISON)) is not answers


def test_of_several_assessments_only_the_newest_is_looked_at() -> None:
    old = LEVEL._replace(type="assessment", subject="assessment")
    new = old._replace(slot="s2", since=MARCH, review=date(2026, 5, 20))

    assert causes(old, new, now=JUNE) == [("s2", Cause.PAST_REVIEW_DATE, "probation")]
    assert causes(new, old, now=JUNE) == causes(old, new, now=JUNE)


def test_nothing_is_asked_of_a_level_in_whose_place_a_ruling_has_put_another() -> None:
    overruled = LEVEL._replace(overruled=True)

    assert causes(overruled, holder=PRISON, now=JUNE) == []
    assert causes(overruled, LEVEL._replace(slot="s2"), now=JUNE) == [("s2", Cause.PAST_REVIEW_DATE, "probation")]


def test_an_overruled_assessment_takes_no_older_one_s_place() -> None:
    old = LEVEL._replace(type="assessment", subject="assessment")
    new = old._replace(slot="s2", since=MARCH, overruled=True)

    assert causes(old, new, now=JUNE) == [("s1", Cause.PAST_REVIEW_DATE, "probation")]


def test_who_says_a_level_has_looked_at_the_risk_also_where_another_s_stands_by_a_ruling() -> None:
    holders = LEVEL._replace(slot="s2", agency="prison", kind="prison", since=MARCH + 1, review=None, overruled=True)

    assert causes(LEVEL, holders, holder=PRISON) == []


@pytest.mark.parametrize(
    ("place", "path", "lies"),
    [("/mappa/level", "/mappa", True), ("/riskLevel", "/riskLevel", True), ("/riskLevel", "/mappa", False)],
)
def test_a_ruling_is_on_a_level_where_it_lies_in_it(place: str, path: str, *, lies: bool) -> None:
    assert lies_at(place, path) is lies
    assert not lies_at(place, "")


def test_what_has_ended_is_not_looked_at() -> None:
    assert causes(LEVEL._replace(ends=date(2026, 5, 20)), now=JUNE) == []
    assert causes(LEVEL._replace(ends=date(2026, 6, 20)), now=JUNE) == [("s1", Cause.PAST_REVIEW_DATE, "probation")]


def test_it_is_looked_at_when_the_next_day_passes_and_then_no_more() -> None:
    level = LEVEL._replace(ends=date(2026, 6, 20))

    assert next_look([level], MARCH) == passed(date(2026, 5, 1))
    assert next_look([level], JUNE) == passed(date(2026, 6, 20))
    assert next_look([level], passed(date(2026, 6, 20))) is None


def test_an_entry_s_level_is_said_anew_by_another_level_or_day_not_by_other_words() -> None:
    said = level_of("registration", ENTRY)

    assert level_of("registration", ENTRY | {"notes": "seen in the office", "label": "RoSH"}) == said
    assert level_of("registration", ENTRY | {"riskLevel": "very-high"}) != said
    assert level_of("registration", ENTRY | {"period": {"start": "2026-01-01", "review": "2026-08-01"}}) != said


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({}, "/riskLevel"),
        ({"riskLevel": None}, ""),
        ({"scheme": "mappa", "code": "M1", "mappa": {"level": "2"}}, "/mappa"),
    ],
)
def test_the_mark_points_at_the_level_or_at_the_whole_warning(more: Json, path: str) -> None:
    level = level_of("registration", ENTRY | more)

    assert level is not None
    assert level.path == path


@pytest.mark.parametrize(
    ("record_type", "body"),
    [
        ("registration", None),
        ("registration", ENTRY | {"concern": "other", "riskLevel": "low"}),
        ("registration", ENTRY | {"period": {"active": False}}),
        ("registration", ENTRY | {"period": {"expired": True}}),
        ("assessment", {"reference": "1"}),
        ("assessment", ASSESSED | {"lifecycle": {"status": "OPEN"}}),
        ("movement", {"booking": "1"}),
    ],
)
def test_where_nobody_says_a_level_that_stands_there_is_none(record_type: str, body: Json) -> None:
    assert level_of(record_type, body) is None


def test_an_assessment_s_level_is_its_summary_s_with_the_day_of_that_or_of_the_whole() -> None:
    level = level_of("assessment", ASSESSED | {"reviewDate": "2026-09-01"})
    whole = level_of("assessment", ASSESSED | {"roshSummary": ROSH | {"reviewDate": None}, "reviewDate": "2026-09-01"})

    assert level is not None
    assert whole is not None
    assert (level.path, level.review, whole.review) == ("/roshSummary", date(2026, 7, 1), date(2026, 9, 1))
