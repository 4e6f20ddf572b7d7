"""How both pretend systems keep an assessment: in tables and codes after OASys."""

from collections.abc import Mapping

from adapters.sandbox.shape import Codes, Part, Rows, Shape, code_pairs, codes, column, flag, number, rows
from hub.spec.codes import CodeList

_CELLS = {
    "risk_children_community": "childrenCommunity",
    "risk_children_custody": "childrenCustody",
    "risk_public_community": "publicCommunity",
    "risk_public_custody": "publicCustody",
    "risk_known_adult_community": "knownAdultCommunity",
    "risk_known_adult_custody": "knownAdultCustody",
    "risk_staff_community": "staffCommunity",
    "risk_staff_custody": "staffCustody",
    "risk_prisoners_custody": "prisonersCustody",
}
_CONCERNS = {
    "suicide": "suicide",
    "self_harm": "selfHarm",
    "coping_custody": "copingInCustody",
    "coping_hostel": "copingInHostel",
    "vulnerability": "vulnerability",
}
SCORES = code_pairs({"0": 0, "1": 1, "2": 2, "M": None})
"""The score of an item; M where the answer is missing."""
TOTALS = code_pairs({str(total): total for total in range(11)} | {"M": None})
"""The score of a section; M where every answer is missing."""


def assessment(lists: Mapping[str, CodeList], local_id: str) -> Shape:
    """The tables of an assessment. local_id: what the system calls its key of the person."""
    oasys = {name: codes(code_list, "oasys") for name, code_list in lists.items()}
    levels, concerns = oasys["risk-levels"], oasys["concern-answers"]
    cells = [column(name, f"roshSummary/cells/{cell}", levels) for name, cell in _CELLS.items()]
    to_self = [
        column(f"{name}_{when}", f"riskToSelf/{concern}/{when}", concerns)
        for name, concern in _CONCERNS.items()
        for when in ("current", "previous")
    ]
    return Shape(
        "oasys_assessment",
        local_id,
        (
            column("assessment_ref", "reference"),
            column("oasys_set_pk", "oasysNumber"),
            column("assessment_type", "layer", code_pairs({"LAYER1": 1, "LAYER3": 3})),
            column("purpose", "purpose"),
            column("purpose_desc", "purposeInWords"),
            column("assessment_version", "formVersion"),
            column("assessment_status", "lifecycle/status", oasys["assessment-statuses"]),
            column("initiation_date", "lifecycle/initiatedAt"),
            column("date_locked", "lifecycle/lockedAt"),
            column("date_completed", "lifecycle/completedAt"),
            column("assessor_signed_date", "lifecycle/signedAt"),
            column("assessor_name", "lifecycle/assessor"),
            column("countersigner_name", "lifecycle/countersigner"),
            column("review_date", "reviewDate", blank_is_none=True),
            column("holder", "holder/agency"),
            column("held_since", "holder/since"),
            rows(
                "oasys_hand_over",
                "holder/handOvers",
                column("from_provider", "from"),
                column("to_provider", "to"),
                column("date_handed_over", "at"),
                column("reason", "reason"),
            ),
            rows(
                "oasys_offence",
                "offences",
                column("offence_type", "kind"),
                column("offence_date", "committedOn"),
                column("offence_code", "code"),
                column("offence_sub_code", "subcode"),
                column("offence", "description"),
            ),
            _sections(oasys),
            *_rosh_items("screening", "roshScreening", oasys["oasys-answers"]),
            *_rosh_items("full", "roshFull", oasys["oasys-answers"]),
            *cells,
            column("risk_overall", "roshSummary/overall", levels),
            column("who_at_risk", "roshSummary/whoIsAtRisk"),
            column("nature_of_risk", "roshSummary/natureOfRisk"),
            column("risk_greatest", "roshSummary/whenGreatest"),
            column("risk_increase", "roshSummary/raises"),
            column("risk_reduce", "roshSummary/lowers"),
            column("risk_analysis", "roshSummary/analysis"),
            column("risk_summary_date", "roshSummary/assessedAt"),
            column("risk_review_date", "roshSummary/reviewDate"),
            column("risk_to_others", "riskToOthers", levels),
            column("risk_flag", "riskFlag", levels),
            *to_self,
            flag("acct_open", "riskToSelf/careDocumentOpen"),
            column("acct_number", "riskToSelf/careDocumentNumber"),
            _predictors(oasys),
            *_plan(oasys),
            *_risk_management_plan(),
            rows(
                "oasys_self_assessment",
                "selfAssessment/items",
                number("item_number", "number"),
                column("answer", "answer", oasys["concern-answers"]),
                column("answer_text", "text"),
            ),
            rows(
                "oasys_signature",
                "signatures",
                column("action", "action"),
                column("signed_by", "by"),
                column("role", "role"),
                column("date_signed", "at"),
                column("comments", "comment"),
            ),
        ),
    )


def _sections(oasys: Mapping[str, Codes]) -> Rows:
    return rows(
        "oasys_section",
        "sections",
        column("section_code", "number", oasys["oasys-sections"]),
        column("weighted_score", "score", TOTALS),
        flag("linked_to_harm", "linkedToHarm"),
        flag("linked_to_reoffending", "linkedToReoffending"),
        column("evidence", "evidence"),
        rows("oasys_answer", "items", *_item(oasys["oasys-answers"])),
    )


def _item(answers: Codes) -> tuple[Part, ...]:
    return (
        column("question_code", "number"),
        column("grid_cell", "part"),
        column("answer", "answer", answers),
        column("score", "score", SCORES),
        column("answer_text", "text"),
        rows("oasys_choice", "choices", column("choice", "")),
    )


def _rosh_items(name: str, path: str, answers: Codes) -> tuple[Part, ...]:
    items = [part for part in _item(answers) if not isinstance(part, Rows)]
    found: list[Part] = [
        column(f"rosh_{name}_date", f"{path}/completedAt"),
        rows(f"oasys_rosh_{name}", f"{path}/items", *items),
    ]
    if name == "screening":
        found.append(flag("full_analysis_needed", f"{path}/fullAnalysisNeeded"))
        found.append(column("full_analysis_rationale", f"{path}/rationale"))
    return tuple(found)


def _predictors(oasys: Mapping[str, Codes]) -> Rows:
    return rows(
        "oasys_predictor",
        "predictors",
        column("predictor", "name", oasys["predictor-names"]),
        column("algorithm_version", "version"),
        column("static_dynamic", "basis", oasys["predictor-bases"]),
        number("score", "score"),
        number("one_year", "oneYear"),
        number("two_year", "twoYear"),
        column("band", "band", oasys["predictor-bands"]),
        column("date_scored", "scoredAt"),
    )


def _plan(oasys: Mapping[str, Codes]) -> tuple[Part, ...]:
    statuses = oasys["objective-statuses"]
    return (
        column("plan_agreed_date", "plan/agreedOn"),
        column("plan_review_date", "plan/reviewDate"),
        column("plan_completed_date", "plan/completedOn"),
        flag("plan_agreed_by_offender", "plan/personAgrees"),
        column("plan_offender_comments", "plan/comment"),
        rows(
            "oasys_objective",
            "plan/objectives",
            number("objective_sequence", "sequence"),
            column("category", "category"),
            column("objective", "description"),
            rows("oasys_objective_need", "needs", column("criminogenic_need", "", oasys["criminogenic-needs"])),
            column("measure", "measure"),
            column("status", "status", statuses),
            column("end_reason", "endReason"),
            rows(
                "oasys_action",
                "actions",
                column("action", "description"),
                column("intervention", "intervention"),
                column("who_will_do", "responsible"),
                column("target_date", "targetDate"),
                column("status", "status", statuses),
                column("comments", "comment"),
            ),
        ),
    )


def _risk_management_plan() -> tuple[Part, ...]:
    columns = {
        "key_information": "currentSituation",
        "supervision": "supervision",
        "monitoring_control": "monitoringAndControl",
        "interventions_treatment": "interventionsAndTreatment",
        "victim_safety": "victimSafetyPlanning",
        "contingency_plans": "contingencyPlans",
        "further_considerations": "otherConsiderations",
    }
    return tuple(column(f"rmp_{name}", f"riskManagementPlan/{path}") for name, path in columns.items())
