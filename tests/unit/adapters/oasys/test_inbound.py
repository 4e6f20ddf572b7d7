"""An assessment comes in parts; what is known of it is said whole, and nothing of its risk is lost or softened."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from adapters.client.native import Payload, Said, Taken
from adapters.client.running.parts import PartsInMemory
from adapters.client.trying import Trial
from adapters.oasys import Oasys
from hub.domain.canonical import Json, canonical
from hub.spec.registry import Registry, schemas_folder
from tests.builders.oasys import AT, CRN, NUMBER, PRISON_NUMBER, document, header, payload

CELLS: dict[str, Json] = {
    "riskKnownAdultCommunity": "Very High",
    "riskPublicCommunity": "Medium",
    "riskStaffCustody": None,
}


def only(taken: Taken) -> Said:
    (said,) = taken.said
    assert taken.refused == ()
    return said


def last_bodies(system: Oasys, payloads: list[Payload]) -> dict[str, Json]:
    parts, bodies = PartsInMemory(), dict[str, Json]()
    for each in payloads:
        bodies |= {said.body["oasysNumber"]: said.body for said in system.take(each, parts).said}
    return bodies


def test_the_parts_of_an_assessment_are_said_as_one(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload(document(header(**CELLS))), parts)
    said = only(system.take(payload(document(header(supervision="Weekly."))), parts))

    assert (said.record_type, said.local_id, said.time, said.sequence) == ("assessment", CRN, AT, 2)
    assert said.body["reference"] == said.body["oasysNumber"] == str(NUMBER)
    assert said.body["roshSummary"] == {
        "cells": {"publicCommunity": "medium", "knownAdultCommunity": "very-high"},
        "overall": "very-high",
    }
    assert said.body["riskManagementPlan"] == {"supervision": "Weekly."}
    Registry.load(schemas_folder()).newest("assessment").check(said.body)


def test_an_assessment_that_a_later_timeline_does_not_name_stands(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload(document(header(**CELLS))), parts)
    other = system.take(payload(document(header(NUMBER + 1))), parts)
    assert [(each.body["oasysNumber"], each.withdrawn) for each in other.said] == [(str(NUMBER + 1), False)]
    again = only(system.take(payload(document(header(supervision="Weekly."))), parts))
    assert again.body["roshSummary"]["overall"] == "very-high"


def test_every_order_of_the_parts_ends_in_the_same_assessment(system: Oasys, everything: list[Payload]) -> None:
    wanted = last_bodies(system, everything)
    assert set(wanted) == {"6918802", "7204511", "7204512", "7310077"}
    for seed in range(12):
        shuffled = list(everything)
        Random(seed).shuffle(shuffled)  # noqa: S311 - an order for a test
        assert last_bodies(system, shuffled) == wanted


def test_a_missing_cell_is_missing_and_a_blank_one_too(system: Oasys, parts: PartsInMemory) -> None:
    said = only(
        system.take(payload(document(header(riskStaffCustody="", riskPublicCustody=None, whoAtRisk="Staff"))), parts)
    )

    assert said.body["roshSummary"] == {"cells": {}, "whoIsAtRisk": "Staff"}


def test_an_unknown_level_refuses_the_summary_by_field_and_what_was_known_of_it_stays(
    system: Oasys, parts: PartsInMemory
) -> None:
    before = only(system.take(payload(document(header(**CELLS))), parts))
    taken = system.take(payload(document(header(riskPublicCommunity="Extreme", supervision="Weekly."))), parts)

    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/assessments/0/riskPublicCommunity", "code")]
    assert "Extreme" not in str(taken.refused)
    (said,) = taken.said
    assert said.body["roshSummary"] == before.body["roshSummary"]
    assert said.body["riskManagementPlan"] == {"supervision": "Weekly."}


def test_of_other_tables_only_the_answer_that_cannot_be_read_is_refused(system: Oasys, parts: PartsInMemory) -> None:
    answers = {"interpersonalSkills": "Perhaps", "impulsivity": "2-Significant problems", "thinkLinkedToHarm": "Yes"}
    taken = system.take(payload(document(header() | answers)), parts)

    assert [(fault.path, fault.rule) for fault in taken.refused] == [("/assessments/0/interpersonalSkills", "code")]
    assert taken.said[0].body["sections"] == [
        {"number": "11", "linkedToHarm": True, "items": [{"number": "11.2", "answer": "2"}]}
    ]


def test_a_risk_that_a_later_part_leaves_blank_is_not_gone(system: Oasys, parts: PartsInMemory) -> None:
    before = only(system.take(payload(document(header(**CELLS))), parts))
    taken = system.take(
        payload(document(header(riskKnownAdultCommunity=None, natureOfRisk="Assault.")), AT + timedelta(days=1)), parts
    )

    assert only(taken).body["roshSummary"] == {**before.body["roshSummary"], "natureOfRisk": "Assault."}
    assert [(each.path, each.rule) for each in taken.notices] == [("/assessments/0/riskKnownAdultCommunity", "stays")]


def test_nor_is_one_that_lies_in_an_object(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload(document(header(offender={"riskToOthers": "V", "offenderPk": 5}))), parts)
    said = only(system.take(payload(document(header(offender={"riskToOthers": None}, riskScoreLevel="High"))), parts))

    assert (said.body["riskToOthers"], said.body["riskFlag"]) == ("very-high", "high")


def test_what_was_recorded_earlier_and_comes_later_changes_nothing_that_is_newer(
    system: Oasys, parts: PartsInMemory
) -> None:
    newer = {**CELLS, "supervision": "Daily."}
    system.take(payload(document(header(**newer))), parts)
    older = header(riskKnownAdultCommunity="Low", supervision="Weekly.", contingencyPlans="Recall.")
    said = only(system.take(payload(document(older), AT - timedelta(days=1)), parts))

    assert said.time == AT
    assert said.body["roshSummary"]["cells"]["knownAdultCommunity"] == "very-high"
    assert said.body["riskManagementPlan"] == {"supervision": "Daily.", "contingencyPlans": "Recall."}


def test_a_level_that_the_system_lowers_is_lowered(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload(document(header(**CELLS))), parts)
    lowered = {**CELLS, "riskKnownAdultCommunity": "High"}

    assert only(system.take(payload(document(header(**lowered))), parts)).body["roshSummary"]["overall"] == "high"


def test_a_score_that_contradicts_the_answers_is_refused_with_its_native_path_and_the_rest_is_said(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(
        payload(document(header(noFixedAbodeOrTransient="Yes", suitabilityOfAccommodation="0-No problems"))), parts
    )
    scores: dict[str, Json] = {"acc": {"accOtherWeightedScore": 1}, "rel": {"relOtherWeightedScore": 3}}
    taken = system.take(payload(document(header(**scores, **CELLS))), parts)

    assert [(each.path, each.rule) for each in taken.refused] == [
        ("/assessments/0/acc/accOtherWeightedScore", "section-scores")
    ]
    (said,) = taken.said
    assert said.body["roshSummary"]["overall"] == "very-high"
    assert ["score" in section for section in said.body["sections"]] == [False, True]
    assert parts.all(f"refused/assessment/{CRN}/{NUMBER}")["needs"]["fields"] == {"acc": scores["acc"]}


def test_the_answers_are_refused_when_they_come_after_the_score_they_contradict(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(payload(document(header(weightedScores={"accommodationWeightedScore": 8}))), parts)
    taken = system.take(payload(document(header(noFixedAbodeOrTransient="No"))), parts)

    assert [(each.path, each.rule) for each in taken.refused] == [
        ("/assessments/0/noFixedAbodeOrTransient", "section-scores")
    ]


def test_each_assessment_of_a_timeline_has_its_lifecycle(system: Oasys, parts: PartsInMemory) -> None:
    entries = [
        {"assessmentPk": 1, "assessmentType": "LAYER1", "status": "OPEN"},
        {
            "assessmentPk": 2,
            "assessmentType": "LAYER3",
            "status": "LOCKED_INCOMPLETE",
            "partcompStatus": "Signed",
            "initiationDate": "2024-07-01T09:00:00",
            "completedDate": "2024-08-01T09:00:00",
        },
        {"assessmentPk": 3, "assessmentType": "LAYER3", "status": "GONE"},
        {"assessmentType": "LAYER3", "status": "OPEN"},
    ]
    taken = system.take(payload({"crn": CRN, "timeline": entries}), parts)

    assert [said.body for said in taken.said] == [
        {"reference": "1", "oasysNumber": "1", "layer": 1, "lifecycle": {"status": "OPEN"}},
        {
            "reference": "2",
            "oasysNumber": "2",
            "layer": 3,
            "lifecycle": {
                "status": "LOCKED_INCOMPLETE",
                "initiatedAt": "2024-07-01T09:00:00+01:00",
                "completedAt": "2024-08-01T09:00:00+01:00",
                "signed": True,
            },
        },
    ]
    assert [(each.path, each.rule) for each in taken.refused] == [
        ("/timeline/3/assessmentPk", "required"),
        ("/timeline/2/status", "code"),
    ]
    assert taken.waiting == "an assessment waits for layer, lifecycle"


def test_two_assessments_completed_on_one_day_are_two(system: Oasys, parts: PartsInMemory) -> None:
    early = header(18, dateCompleted="2024-03-15T09:00:00", initiationDate="2024-03-15T08:00:00")
    late = header(181, dateCompleted="2024-03-15T17:30:00", initiationDate="2024-03-15T16:00:00")

    said = system.take(payload(document(early, late)), parts).said

    assert [each.body["reference"] for each in said] == ["18", "181"]


def test_a_part_without_a_number_takes_it_from_what_was_asked_or_from_the_way_it_came(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(payload(document(header())), parts)
    asked = only(
        system.take(payload(document({"concernsRiskOfSuicide": "Yes"}, inputs={"assessmentPk": NUMBER})), parts)
    )
    about = {"assessmentPk": str(NUMBER), "crn": CRN}
    by_address = only(
        system.take(payload({"assessments": [{"interpersonalSkills": "1-Some problems"}]}, about=about), parts)
    )

    assert asked.body["roshScreening"] == {"items": [{"number": "R3.1", "answer": "yes"}]}
    assert by_address.body["sections"] == [{"number": "11", "items": [{"number": "11.1", "answer": "1"}]}]


@pytest.mark.parametrize("unnamed_first", [True, False])
def test_an_unnamed_part_is_joined_when_there_is_just_one_assessment(
    system: Oasys, parts: PartsInMemory, *, unnamed_first: bool
) -> None:
    unnamed = payload({"assessments": [{"interpersonalSkills": "1-Some problems"}]})
    named = payload(document(header()))
    first, second = (unnamed, named) if unnamed_first else (named, unnamed)

    before = system.take(first, parts)
    said = only(system.take(second, parts))

    assert (before.waiting is not None) is unnamed_first
    assert said.body["sections"][0]["number"] == "11"


def test_an_unnamed_part_is_never_joined_to_one_of_two_and_is_taken_back_when_a_second_comes(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(payload({"assessments": [{"interpersonalSkills": "1-Some problems"}]}), parts)
    joined = only(system.take(payload(document(header(1))), parts))
    taken = system.take(payload(document(header(2))), parts)

    assert "sections" in joined.body
    assert [(said.body["reference"], "sections" in said.body) for said in taken.said] == [("1", False), ("2", False)]
    assert taken.waiting is not None


def test_a_line_in_a_timeline_is_no_assessment_to_join_an_unnamed_part_to(system: Oasys, parts: PartsInMemory) -> None:
    entries = [{"assessmentPk": number, "assessmentType": "LAYER3", "status": "OPEN"} for number in (1, NUMBER)]
    system.take(payload({"crn": CRN, "timeline": entries}), parts)
    assert system.take(payload({"assessments": [{"interpersonalSkills": "1-Some problems"}]}), parts).waiting

    assert "sections" in only(system.take(payload(document(header())), parts)).body


def test_without_a_person_an_assessment_waits_until_one_is_named(system: Oasys, parts: PartsInMemory) -> None:
    needs = {"assessmentPk": NUMBER, "acc": {"accOtherWeightedScore": 2, "accLinkedToHarm": "Yes"}}
    waiting = system.take(payload({"assessments": [needs]}), parts)

    assert (waiting.said, waiting.refused) == ((), ())
    assert waiting.waiting is not None
    assert only(system.take(payload(document(header())), parts)).body["sections"] == [
        {"number": "3", "score": 2, "linkedToHarm": True}
    ]


def test_one_number_under_two_persons_is_two_assessments_and_nothing_is_mixed(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(payload(document(header(**CELLS))), parts)
    taken = system.take(payload({**document(header()), "probNumber": "X000002"}), parts)

    assert [(said.local_id, "roshSummary" in said.body) for said in taken.said] == [("X000002", False)]


def test_a_list_of_documents_is_each_of_them(system: Oasys, parts: PartsInMemory) -> None:
    taken = system.take(payload([document(header(1)), 7, document(header(2, riskPublicCustody="X"))]), parts)

    assert [said.body["reference"] for said in taken.said] == ["1", "2"]
    assert [(each.path, each.rule) for each in taken.refused] == [
        ("/1", "kind"),
        ("/2/assessments/0/riskPublicCustody", "code"),
    ]


def test_what_cannot_be_a_record_yet_waits_and_says_for_what(system: Oasys, parts: PartsInMemory) -> None:
    taken = system.take(payload(document({"assessmentPk": NUMBER, **CELLS})), parts)

    assert (taken.said, taken.refused) == ((), ())
    assert taken.waiting == "an assessment waits for layer, lifecycle"


def test_probation_knows_a_person_by_crn_and_a_prison_by_its_own_number(system: Oasys, prison: Oasys) -> None:
    both = payload({**document(header()), "prisNumber": PRISON_NUMBER})

    assert only(system.take(both, PartsInMemory())).local_id == CRN
    assert only(prison.take(both, PartsInMemory())).local_id == PRISON_NUMBER
    assert prison.take(payload(document(header())), PartsInMemory()).waiting is not None


@pytest.mark.parametrize("limited", [True, False])
def test_limited_access_is_said_with_the_assessment(system: Oasys, parts: PartsInMemory, *, limited: bool) -> None:
    said = only(system.take(payload(document(header(), limitedAccessOffender=limited)), parts))

    assert said.body["limitedAccess"] is limited


def test_an_unknown_field_is_reported_and_its_value_kept(system: Oasys, parts: PartsInMemory) -> None:
    taken = system.take(
        payload(document(header(moonPhase="full", OGP={"ogpRisk": "Low", "luck": 3}), colour="red")), parts
    )

    unknown = [each.path for each in taken.homeless if each.because is None]
    assert sorted(unknown) == ["/assessments/0/OGP/luck", "/assessments/0/moonPhase", "/colour"]
    kept = parts.all(f"assessment/{CRN}/{NUMBER}")
    assert kept["unknown"]["fields"] == {"moonPhase": "full", "colour": "red"}
    assert kept["predictors"]["fields"]["OGP"]["luck"] == 3


def test_what_is_refused_is_kept_aside(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload(document(header(riskPublicCommunity="Extreme"))), parts)

    assert parts.all(f"refused/assessment/{CRN}/{NUMBER}")["rosh-summary"]["fields"] == {
        "riskPublicCommunity": "Extreme"
    }


def test_another_spelling_of_a_field_is_the_same_field_and_a_fault_names_it_as_it_was_spelled(
    system: Oasys, parts: PartsInMemory
) -> None:
    said = only(
        system.take(payload(document(header(RSR={"rsrScoreLevel": "High"}, concernsEscapeAscond="Yes"))), parts)
    )
    taken = system.take(payload(document(header(concernsEscapeAscond="Perhaps"))), parts)

    assert said.body["predictors"] == [{"name": "rsr", "band": "high"}]
    assert said.body["roshScreening"]["items"] == [{"number": "R4.1", "answer": "yes"}]
    assert [each.path for each in taken.refused] == ["/assessments/0/concernsEscapeAscond"]


def test_a_local_time_that_does_not_exist_is_refused_and_one_that_comes_twice_is_reported(
    system: Oasys, parts: PartsInMemory
) -> None:
    missing = system.take(payload(document(header(1, initiationDate="2025-03-30T01:30:00"))), parts)
    twice = system.take(payload(document(header(2, initiationDate="2025-10-26T01:30:00"))), parts)

    assert [(each.path, each.rule) for each in missing.refused] == [("/assessments/0/initiationDate", "local-time")]
    assert [(each.path, each.rule) for each in twice.notices] == [("/assessments/0/initiationDate", "local-time")]


def test_saying_again_comes_after_saying_before(system: Oasys, parts: PartsInMemory) -> None:
    said = [only(system.take(payload(document(header(**CELLS))), parts)) for _ in range(3)]

    assert [each.sequence for each in said] == [1, 2, 3]
    assert said[0].body == said[2].body


def test_a_document_that_names_no_assessment_says_nothing_and_says_so(system: Oasys, parts: PartsInMemory) -> None:
    taken = system.take(payload({"crn": CRN, "timeline": [], "assessments": None}), parts)

    assert (taken.said, taken.refused, [each.rule for each in taken.notices]) == ((), (), ["empty"])


def test_limited_access_holds_for_every_assessment_of_the_person_and_is_lifted_for_all(
    system: Oasys, parts: PartsInMemory
) -> None:
    system.take(payload(document(header(1), limitedAccessOffender=False)), parts)
    limited = system.take(payload(document(header(2), limitedAccessOffender=True)), parts)
    quiet = system.take(payload(document(header(1, supervision="Weekly."))), parts)
    lifted = system.take(payload(document(header(2), limitedAccessOffender=False)), parts)

    def flags(taken: Taken) -> list[tuple[str, bool]]:
        return sorted((said.body["reference"], said.body["limitedAccess"]) for said in taken.said)

    assert flags(limited) == [("1", True), ("2", True)]
    assert flags(quiet) == [("1", True)]
    assert flags(lifted) == [("1", False), ("2", False)]


@pytest.mark.parametrize("unnamed", [True, False])
def test_limited_access_is_said_of_what_was_known_before_it_was_said_at_all(
    system: Oasys, parts: PartsInMemory, *, unnamed: bool
) -> None:
    for number in (1, 2):
        system.take(payload(document(header(number))), parts)
    part = {"interpersonalSkills": "1-Some problems"} if unnamed else header(2)
    taken = system.take(payload(document(part, limitedAccessOffender=True)), parts)

    assert {said.body["reference"]: said.body["limitedAccess"] for said in taken.said} == {"1": True, "2": True}


def test_limited_access_that_cannot_be_read_holds_everything_back(system: Oasys, parts: PartsInMemory) -> None:
    taken = system.take(payload(document(header(**CELLS), limitedAccessOffender="sometimes")), parts)

    assert (taken.said, taken.waiting is None) == ((), False)
    assert [(each.path, each.rule) for each in taken.refused] == [("/limitedAccessOffender", "flag")]


def test_two_unnamed_parts_that_answer_the_same_questions_are_not_mixed(system: Oasys, parts: PartsInMemory) -> None:
    system.take(payload({"assessments": [{"interpersonalSkills": "1-Some problems"}]}), parts)
    second = system.take(payload({"assessments": [{"impulsivity": "2-Significant problems"}]}), parts)
    said = only(system.take(payload(document(header())), parts))

    assert [(each.path, each.rule) for each in second.refused] == [("/assessments/0/impulsivity", "unnamed")]
    assert said.body["sections"] == [{"number": "11", "items": [{"number": "11.1", "answer": "1"}]}]


def test_no_text_is_cut(system: Oasys, parts: PartsInMemory) -> None:
    text = "  one\r\rtwo\t" + "x" * 31_000 + "  "

    assert (
        only(system.take(payload(document(header(whoAtRisk=text))), parts)).body["roshSummary"]["whoIsAtRisk"] == text
    )


@pytest.mark.parametrize(
    ("given", "path", "rule"),
    [
        ([], "", "kind"),
        ("text", "", "kind"),
        (None, "", "kind"),
        ({}, "", "kind"),
        ({"crn": CRN}, "", "kind"),
        ({"crn": CRN, "assessments": {}}, "", "kind"),
        ({"crn": CRN, "assessments": [5]}, "/assessments/0", "type"),
        ({"crn": CRN, "assessments": [header(), {}]}, "/assessments/1/assessmentPk", "required"),
        ({"crn": CRN, "assessments": [{"assessmentPk": "seven"}]}, "/assessments/0/assessmentPk", "type"),
        ({"crn": CRN, "timeline": [5]}, "/timeline/0/assessmentPk", "required"),
        ({"crn": CRN, "assessments": [header()], "timeline": 7}, "/timeline", "type"),
        ({"crn": CRN, "assessments": [header(OGP=[])]}, "/assessments/0/OGP", "type"),
        ({"crn": CRN, "assessments": [header(assessmentType="LAYER9")]}, "/assessments/0/assessmentType", "code"),
        ({"Type": "Notification", "Message": "{"}, "/Message", "json"),
        (
            {"Type": "Notification", "Message": '{"eventType": "prison-offender-events.prisoner.merged"}'},
            "/Message",
            "kind",
        ),
        ({"eventType": "assessment.summary.produced"}, "/eventType", "required"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_path_and_rule(
    system: Oasys, parts: PartsInMemory, given: Json, path: str, rule: str
) -> None:
    assert (path, rule) in [(each.path, each.rule) for each in system.take(payload(given), parts).refused]


@pytest.mark.parametrize("layer", ["LAYER2", "OASYS2"])
def test_a_layer_that_is_not_shared_is_refused_at_its_field_with_the_layers_that_are(
    system: Oasys, parts: PartsInMemory, layer: str
) -> None:
    taken = system.take(payload({"crn": CRN, "assessments": [header(assessmentType=layer)]}), parts)
    (fault,) = taken.refused
    assert (fault.path, fault.rule) == ("/assessments/0/assessmentType", "code")
    assert "LAYER1, LAYER3, STANDALONE" in fault.detail
    assert layer not in fault.detail
    assert taken.said == ()


def test_tried_on_files_a_part_that_no_other_file_claims_is_not_taken(tmp_path: Path, system: Oasys) -> None:
    files = {
        "1": {"assessments": [{"interpersonalSkills": "1-Some problems"}]},
        "2": document(header(1)),
        "3": document(header(2)),
    }
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_bytes(canonical(content))

    def lost(*names: str) -> set[str]:
        registry = Registry.load(schemas_folder())
        trial = Trial(system, "probation", registry, lambda: AT, {})
        for name in names:
            trial.take(tmp_path / f"{name}.json")
        return {Path(remark.file).stem for remark in trial.all_remarks() if remark.lost}

    assert lost("1", "2") == lost("2", "1") == lost("2", "3") == set()
    assert "1" in lost("1", "2", "3")
    assert lost("2", "1", "3") == {"3"}
    assert "1" in lost("2", "3", "1")
