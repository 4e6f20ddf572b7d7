"""What tells of a risk is due sooner; whatever is not known to be none is one."""

import pytest

from hub.domain.canonical import Json
from hub.domain.contract import Receives
from hub.domain.deadlines import deadline_of, seen_deadline_of

RECEIVES = Receives("1.0.0", None, "an Act", "a purpose", 3_600, seen_deadline=900)


@pytest.mark.parametrize(
    "body",
    [
        {"scheme": "mappa", "concern": "other", "riskLevel": "low"},
        {"scheme": "potentially-dangerous-person", "concern": "other"},
        {"scheme": "prison-alert", "concern": "self-harm"},
        {"scheme": "probation-register", "concern": "serious-harm", "riskLevel": "low"},
        {"scheme": "probation-register", "concern": "life-sentence", "riskLevel": "medium"},
        {"scheme": "probation-register", "concern": None},
        {"scheme": "probation-register", "concern": {"unlisted": "XX"}},
        {"scheme": "other"},
    ],
)
def test_a_registration_that_may_warn_of_a_risk_is_due_within_a_minute(body: dict[str, Json]) -> None:
    assert deadline_of(RECEIVES, "registration", body) == 60
    assert seen_deadline_of(RECEIVES, "registration", body) == 900


@pytest.mark.parametrize(
    ("record_type", "body"),
    [
        ("registration", {"scheme": "prison-alert", "concern": "other"}),
        ("registration", {"scheme": "probation-register", "concern": "life-sentence", "riskLevel": "low"}),
        ("registration", None),
        ("offender", {"scheme": "mappa"}),
    ],
)
def test_anything_else_is_due_when_the_contract_says(record_type: str, body: dict[str, Json] | None) -> None:
    assert deadline_of(RECEIVES, record_type, body) == 3_600
    assert seen_deadline_of(RECEIVES, record_type, body) is None
