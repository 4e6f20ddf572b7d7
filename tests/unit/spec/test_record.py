from datetime import UTC, datetime

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.spec.registry import Registry, schemas_folder
from hub.spec.validation import MOST_EXPLAINED, MOST_VALUES, Validation

REGISTRY = Registry.load(schemas_folder())
OFFENDER = REGISTRY.newest("offender")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = {"surname": "Tamm"}
PRIVATE = "Ravenscroft-of-Hathersage"


def _refused(record_type: str, body: Json) -> Rejected:
    with pytest.raises(Rejected) as refusal:
        REGISTRY.newest(record_type).check(body)
    return refusal.value


def test_only_unknown_codes_are_refused_as_unknown_codes() -> None:
    assert _refused("offender", {"names": NAMES, "sex": "M"}).reason is Reason.UNKNOWN_CODE
    assert _refused("offender", {"names": NAMES, "sex": "M", "shoe": 44}).reason is Reason.INVALID_BODY


def test_a_code_that_an_open_list_does_not_name_is_taken_raw() -> None:
    OFFENDER.check({"names": NAMES, "sex": "nomis:I", "ethnicity": "delius:Māori"})
    assert _refused("offender", {"names": NAMES, "sex": "nomis:"}).reason is Reason.UNKNOWN_CODE


def test_a_level_of_risk_that_no_list_names_is_refused() -> None:
    level = {"scheme": "probation-register", "code": "X", "reference": "1", "period": {"start": "2026-01-01"}}
    refused = _refused("registration", level | {"riskLevel": "delius:EXTREME"})
    assert [(fault.path, fault.rule) for fault in refused.faults] == [("/riskLevel", "x-codes")]


def test_a_refusal_names_all_that_is_wrong() -> None:
    refused = _refused("offender", {"sex": 1, "keyDates": [{"type": "CRD"}], "dateOfBirth": "1.1.1980"})
    assert {(fault.path, fault.rule) for fault in refused.faults} == {
        ("", "anyOf"),
        ("/sex", "type"),
        ("/keyDates/0/date", "required"),
        ("/dateOfBirth", "format"),
    }


def test_a_refusal_names_at_most_twenty_faults() -> None:
    body = {"names": NAMES, "keyDates": [{"type": "CRD"}] * 1000}
    assert len(_refused("offender", body).faults) == 20
    doubles = {"names": NAMES, "keyDates": [{"type": "CRD", "date": "2026-01-01"}] * 1000}
    assert len(_refused("offender", doubles).faults) == 20


@pytest.mark.parametrize(
    "body",
    [
        {"names": {"surname": [PRIVATE]}},
        {"names": NAMES, PRIVATE: 1},
        {"names": NAMES, "sex": PRIVATE},
        {"names": NAMES, "dateOfBirth": PRIVATE},
        {"names": NAMES, "emails": [{PRIVATE: PRIVATE}]},
        {"names": NAMES, "location": {"place": "custody", "establishmentCode": PRIVATE}},
        {"names": {"surname": PRIVATE * 100}},
        PRIVATE,
    ],
)
def test_a_refusal_never_repeats_what_was_sent(body: Json) -> None:
    refused = _refused("offender", body)
    assert PRIVATE not in str(refused)
    assert all(PRIVATE not in f"{fault.path}{fault.rule}{fault.detail}" for fault in refused.faults)


@pytest.mark.parametrize("depth", [40, 1000, 9_000])
@pytest.mark.parametrize("place", ["names", "sex", "dateOfBirth", "emails", "unheardOf"])
def test_a_body_nested_without_end_is_refused(depth: int, place: str) -> None:
    nested: Json = []
    for _ in range(depth):
        nested = [nested]
    refused = _refused("offender", {"names": NAMES, place: nested})
    assert refused.faults == (Fault("", "depth", "is nested deeper than 32 levels"),)


@pytest.mark.parametrize(
    "more",
    [
        {"emails": ["x"] * MOST_VALUES},
        {"identifiers": [{"scheme": "pnc", "value": PRIVATE}] * (MOST_VALUES // 2)},
        {f"x{number}": {} for number in range(MOST_VALUES)},
        {"emails": [[[[]]]] * (MOST_VALUES // 2)},
    ],
)
def test_a_body_of_very_many_values_is_refused_valid_or_not(more: Json) -> None:
    refused = _refused("offender", {"names": NAMES, **more})
    assert refused.faults == (Fault("", "values", "holds more than 10000 values"),)


@pytest.mark.parametrize(
    ("more", "path", "rule"),
    [
        ({"emails": ["x"] * (MOST_EXPLAINED + 1), "x": 1}, "", "additionalProperties"),
        ({"identifiers": [{"scheme": "pnc", "value": "1"}] * MOST_EXPLAINED + [{"scheme": "pnc"}]}, None, "required"),
        ({"forenames": 1, **{f"x{number}": 1 for number in range(MOST_EXPLAINED)}}, "", "additionalProperties"),
        ({"sex": "x" * 500_000, "phones": [{}] * MOST_EXPLAINED}, None, None),
    ],
)
def test_of_a_body_of_many_values_one_fault_is_told_and_little_work_done(
    more: Json, path: str | None, rule: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explain(_: object) -> None:
        raise AssertionError("all of it is looked at")

    monkeypatch.setattr(Validation, "_explain", lambda _self, body: explain(body))
    (fault,) = _refused("offender", {"names": NAMES, **more}).faults
    assert fault.path == path or path is None
    assert fault.rule == rule or rule is None


def test_many_commas_in_a_text_are_not_many_values() -> None:
    remarks = {"names": NAMES, "names" * 10: ", " * 400_000}
    assert [fault.rule for fault in _refused("offender", remarks).faults] == ["additionalProperties"]


@pytest.mark.parametrize("body", [None, 1, 1.5, True, "text", [], [{}]])
def test_what_is_no_object_is_no_record(body: Json) -> None:
    assert [fault.rule for fault in _refused("movement", body).faults] == ["type"]


def test_a_withdrawal_names_the_record_and_nothing_else() -> None:
    REGISTRY.newest("offender").check_withdrawal({})
    REGISTRY.newest("assessment").check_withdrawal({"reference": "ASM-1"})
    REGISTRY.newest("movement").check_withdrawal({"booking": "A1", "sequence": 2})


@pytest.mark.parametrize(
    ("record_type", "body", "path", "rule"),
    [
        ("offender", {"names": NAMES}, "", "additionalProperties"),
        ("assessment", {}, "/reference", "required"),
        ("registration", {"reference": "7", "scheme": "mappa"}, "", "additionalProperties"),
        ("movement", {"booking": "A1", "sequence": "2"}, "/sequence", "pattern"),
        ("movement", [], "", "type"),
    ],
)
def test_a_withdrawal_of_another_shape_is_refused(record_type: str, body: Json, path: str, rule: str) -> None:
    with pytest.raises(Rejected) as refusal:
        REGISTRY.newest(record_type).check_withdrawal(body)
    assert refusal.value.reason is Reason.INVALID_BODY
    assert [(fault.path, fault.rule) for fault in refusal.value.faults] == [(path, rule)]


def test_identifiers_are_completed_and_what_was_sent_there_is_overwritten() -> None:
    sent: Json = {
        "names": NAMES,
        "identifiers": [
            {"scheme": "pnc", "value": "81/34u", "canonical": "made up", "verified": False},
            {"scheme": "pnc", "value": "30/34U", "verified": True},
            {"scheme": "pnc", "value": "UNKNOWN PNC", "ambiguous": True},
            {"scheme": "booking-number", "value": "A00112"},
        ],
    }
    OFFENDER.check(sent)
    kept = OFFENDER.prepare(sent, AT)
    assert kept["identifiers"] == [
        {"scheme": "pnc", "value": "81/34u", "canonical": "1981/0000034U", "verified": True},
        {"scheme": "pnc", "value": "30/34U", "canonical": None, "verified": False, "ambiguous": True},
        {"scheme": "pnc", "value": "UNKNOWN PNC", "canonical": None, "verified": False},
        {"scheme": "booking-number", "value": "A00112", "canonical": None, "verified": False},
    ]
    assert sent["identifiers"][0]["canonical"] == "made up"
    OFFENDER.check(kept)
    assert OFFENDER.prepare(kept, AT) == kept


@pytest.mark.parametrize("identifiers", [None, []])
def test_a_body_in_which_nothing_is_computed_stays_the_same(identifiers: Json) -> None:
    body = {"names": NAMES, "identifiers": identifiers}
    assert OFFENDER.prepare(body, AT) is body
