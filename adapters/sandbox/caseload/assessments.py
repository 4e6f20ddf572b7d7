"""Invented OASys assessments, as both systems keep them (`adapters.sandbox.oasys`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import written
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.words import Words
from adapters.sandbox.shape import Row
from hub.spec.rules.sections import SCORED

_LEVELS = ("Low", "Medium", "High", "Very High")
_BANDS = (("Low", 0), ("Medium", 30), ("High", 60), ("Very High", 85))
_CELLS = (
    "risk_children_community",
    "risk_children_custody",
    "risk_public_community",
    "risk_public_custody",
    "risk_known_adult_community",
    "risk_known_adult_custody",
    "risk_staff_community",
    "risk_staff_custody",
    "risk_prisoners_custody",
)
_PROBLEMS = {"0-No problems": "0", "1-Some problems": "1", "2-Significant problems": "2"}
_YES_NO = {"No": "0", "Yes": "2"}
_USE = {"Never": "0", "Previous": "1", "Currently": "2"}
_ANSWERS = {"3.3": _YES_NO, "4.2": _YES_NO, "8.6": _USE}
_MISSING = "M"
_SCREENING = ("R1.2", "R1.3", "R2.1", "R2.2", "R3.1", "R3.2", "R3.3", "R3.4", "R4.1", "R4.2")


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment as its author knows it. completed: None while it is open. holder: id of an agency."""

    reference: str
    oasys_number: str
    holder: str
    assessor: str
    begun: datetime
    completed: datetime | None


def assessment_row(person: Person, assessed: Assessed, rng: Random, words: Words) -> Row:
    """The native rows of a whole assessment, about 3 KB as a submission; an open one lacks what comes last."""
    row: Row = {
        "assessment_ref": assessed.reference,
        "oasys_set_pk": assessed.oasys_number,
        "assessment_type": "LAYER3",
        "purpose": rng.choice(("start-of-order", "start-of-custody", "review", "pre-release")),
        "assessment_status": "COMPLETE" if assessed.completed else "OPEN",
        "initiation_date": written(assessed.begun),
        "assessor_name": assessed.assessor,
        "holder": assessed.holder,
        "held_since": written(assessed.begun),
        "oasys_section": [_section(section, rng, words) for section in SCORED],
        **_screening(assessed, rng),
    }
    if assessed.completed is not None:
        row |= _summary(person, assessed.completed, rng, words)
        row |= _conclusion(assessed, assessed.completed, rng, words)
    return row


def hand_over(row: Row, sender: str, receiver: str, at: datetime) -> Row:
    """The same assessment after the receiver took it over."""
    change = {
        "from_provider": sender,
        "to_provider": receiver,
        "date_handed_over": written(at),
        "reason": "The person moved between community and custody",
    }
    return row | {"holder": receiver, "held_since": written(at), "oasys_hand_over": [change]}


def _section(section: str, rng: Random, words: Words) -> Row:
    answers = [_answer(question, rng) for question in sorted(SCORED[section])]
    given = [int(answer["score"]) for answer in answers if answer["score"] != _MISSING]
    return {
        "section_code": section,
        "oasys_answer": answers,
        "weighted_score": str(sum(given)) if given else _MISSING,
        "linked_to_harm": rng.choice(("Y", "N", "N", None)),
        "linked_to_reoffending": rng.choice(("Y", "N")),
        "evidence": rng.choice(words.evidence) if rng.random() < 0.4 else None,
    }


def _answer(question: str, rng: Random) -> Row:
    if rng.random() < 0.05:
        return {"question_code": question, "answer": _MISSING, "score": _MISSING}
    answers = _ANSWERS.get(question, _PROBLEMS)
    answer = rng.choice(list(answers))
    return {"question_code": question, "answer": answer, "score": answers[answer]}


def _screening(assessed: Assessed, rng: Random) -> Row:
    items = [{"question_code": item, "answer": rng.choice(("Yes", "No", "No", "Don't know"))} for item in _SCREENING]
    return {
        "rosh_screening_date": written(assessed.begun + timedelta(minutes=40)),
        "oasys_rosh_screening": items,
        "full_analysis_needed": "Y" if any(item["answer"] == "Yes" for item in items) else "N",
    }


def _summary(person: Person, completed: datetime, rng: Random, words: Words) -> Row:
    """R10. A cell nobody filled in stays empty; the overall level is the highest cell."""
    cells = {cell: rng.randint(0, person.risk) for cell in _CELLS if rng.random() < 0.93}
    if cells:
        cells[rng.choice(list(cells))] = person.risk
    row: Row = {cell: _LEVELS[level] for cell, level in cells.items()}
    if cells:
        row["risk_overall"] = _LEVELS[max(cells.values())]
    return row | {
        "who_at_risk": rng.choice(words.risks),
        "nature_of_risk": rng.choice(words.natures),
        "risk_increase": rng.choice(words.raises),
        "risk_reduce": rng.choice(words.lowers),
        "risk_summary_date": written(completed),
        "risk_review_date": (completed + timedelta(days=182)).date().isoformat(),
        "suicide_current": rng.choice(("Yes", "No", "No", "No", "Don't know")),
        "self_harm_current": rng.choice(("Yes", "No", "No", "No")),
        "vulnerability_current": rng.choice(("Yes", "No", "No")),
    }


def _conclusion(assessed: Assessed, completed: datetime, rng: Random, words: Words) -> Row:
    signed = {"action": "signed", "signed_by": assessed.assessor, "date_signed": written(completed)}
    return {
        "date_completed": written(completed),
        "review_date": rng.choice(((completed + timedelta(days=182)).date().isoformat(), "", None)),
        "oasys_predictor": _predictors(completed, rng),
        "plan_agreed_date": completed.date().isoformat(),
        "plan_agreed_by_offender": rng.choice(("Y", "Y", "N")),
        "oasys_objective": _objectives(completed, rng, words),
        "rmp_supervision": rng.choice(words.plans) if rng.random() < 0.5 else None,
        "oasys_signature": [signed],
    }


def _predictors(completed: datetime, rng: Random) -> list[Row]:
    found: list[Row] = []
    for predictor, version in (("OGRS", "3"), ("OGP", "1"), ("OVP", "1")):
        one_year = rng.randint(1, 80)
        two_year = min(99, one_year + rng.randint(1, 18))
        band = [name for name, least in _BANDS if two_year >= least][-1]
        found.append({"predictor": predictor, "algorithm_version": version, "one_year": one_year, "two_year": two_year})
        found[-1] |= {"band": band, "date_scored": written(completed)}
    score = round(rng.uniform(0.1, 9), 2)
    band = "Low" if score < 3 else "Medium" if score < 6.9 else "High"
    rsr = {"predictor": "RSR", "algorithm_version": "5", "static_dynamic": "DYNAMIC", "score": score, "band": band}
    return [*found, rsr]


def _objectives(completed: datetime, rng: Random, words: Words) -> list[Row]:
    chosen = rng.sample(words.objectives, rng.randint(1, 3))
    return [
        {
            "objective_sequence": sequence,
            "category": category,
            "objective": objective,
            "oasys_objective_need": [{"criminogenic_need": need}],
            "measure": measure,
            "status": rng.choice(("R", "RII", "RI")),
            "oasys_action": [
                {
                    "action": rng.choice(words.actions),
                    "who_will_do": "Key worker",
                    "target_date": (completed + timedelta(days=90)).date().isoformat(),
                    "status": rng.choice(("R", "RII")),
                }
            ],
        }
        for sequence, (need, category, objective, measure) in enumerate(chosen, start=1)
    ]
