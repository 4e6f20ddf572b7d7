"""Invented assessments, as OASys gives them: one document of everything an assessment says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import written
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.words import Words
from hub.domain.canonical import Json

_LEVELS = ("Low", "Medium", "High", "Very High")
_BANDS = (("Low", 0), ("Medium", 30), ("High", 60), ("Very High", 85))
_CELLS = (
    "riskChildrenCommunity",
    "riskChildrenCustody",
    "riskPublicCommunity",
    "riskPublicCustody",
    "riskKnownAdultCommunity",
    "riskKnownAdultCustody",
    "riskStaffCommunity",
    "riskStaffCustody",
    "riskPrisonersCustody",
)
_PROBLEMS = ("0-No problems", "1-Some problems", "2-Significant problems")
_QUESTIONS = {
    "acc": ("suitabilityOfAccommodation", "permanenceOfAccommodation", "locationOfAccommodation"),
    "eTE": ("employmentHistory", "workRelatedSkills", "attitudeToEmployment"),
    "rel": ("relCloseFamily", "experienceOfChildhood", "prevCloseRelationships"),
    "lifestyle": ("regActivitiesEncourageOffending", "easilyInfluenced", "recklessness"),
    "drug": ("currentDrugNoted", "LevelOfUseOfMainDrug", "motivationToTackleDrugMisuse", "DrugsMajorActivity"),
    "alcohol": ("currentUse", "bingeDrinking", "frequencyAndLevel", "alcoholTackleMotivation"),
    "think": ("recogniseProblems", "problemSolvingSkills", "awarenessOfConsequences", "understandsViewsOfOthers"),
    "att": (
        "proCriminalAttitudes",
        "attitudesTowardsSupervision",
        "attitudesTowardsCommunitySociety",
        "motivationToAddressBehaviour",
    ),
}
"""What OASys calls each section, and the scored questions of it that are answered from 0 to 2."""
_CONCERNS = ("concernsRiskOfSuicide", "concernsRiskOfSelfHarm", "concernsCopingInCustody", "concernsVulnerability")


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment as its author knows it.

    crn, prison_number: of the person, where the author knows it. number: OASys' own. completed: None while it is open.
    """

    crn: str | None
    prison_number: str | None
    number: str
    assessor: str
    begun: datetime
    completed: datetime | None


def assessment_document(person: Person, assessed: Assessed, rng: Random, words: Words) -> Json:
    """A whole assessment, some 3 KB as a submission; an open one lacks what comes last."""
    assessment: dict[str, Json] = {
        "assessmentPk": int(assessed.number),
        "assessmentType": "LAYER3",
        "assessmentVersion": "1",
        "assessmentStatus": "COMPLETE" if assessed.completed else "OPEN",
        "initiationDate": written(assessed.begun),
        "dateCompleted": None,
        "assessor": {"name": assessed.assessor},
        **{concern: rng.choice(("Yes", "No", "No", "Don't know")) for concern in _CONCERNS},
    }
    for section in _QUESTIONS:
        assessment |= _section(section, rng, words)
    if assessed.completed is not None:
        assessment |= _summary(person, rng, words) | _conclusion(assessed.completed, rng, words)
    known = {"probNumber": assessed.crn, "prisNumber": assessed.prison_number}
    return {
        "source": "OASys",
        **{name: number for name, number in known.items() if number is not None},
        "limitedAccessOffender": person.limited_access,
        "assessments": [assessment],
    }


def _section(section: str, rng: Random, words: Words) -> dict[str, Json]:
    """The answers, and the score that they add up to; where none was given, there is no score."""
    answers = {question: rng.randrange(3) if rng.random() >= 0.05 else None for question in _QUESTIONS[section]}
    given = [points for points in answers.values() if points is not None]
    return {
        **{question: None if points is None else _PROBLEMS[points] for question, points in answers.items()},
        f"{section}IssuesDetails": rng.choice(words.evidence) if rng.random() < 0.4 else None,
        section: {
            f"{section}OtherWeightedScore": sum(given) if given else None,
            f"{section}LinkedToHarm": rng.choice(("Yes", "No", "No", None)),
            f"{section}LinkedToReoffending": rng.choice(("Yes", "No")),
        },
    }


def _summary(person: Person, rng: Random, words: Words) -> dict[str, Json]:
    """R10. A cell nobody filled in stays empty; the highest is the level of the person."""
    cells = {cell: rng.randint(0, person.risk) for cell in _CELLS if rng.random() < 0.93}
    if cells:
        cells[rng.choice(list(cells))] = person.risk
    return {
        **{cell: _LEVELS[cells[cell]] if cell in cells else None for cell in _CELLS},
        "whoAtRisk": rng.choice(words.risks),
        "natureOfRisk": rng.choice(words.natures),
        "factorsLikelyToIncreaseRisk": rng.choice(words.raises),
        "factorsLikelyToReduceRisk": rng.choice(words.lowers),
        "riskGreatest": "",
        "currentConcernsRiskOfSuicide": rng.choice(("Yes", "No", "No", "No", "Don't know")),
        "currentConcernsRiskOfSelfHarm": rng.choice(("Yes", "No", "No", "No")),
        "currentConcernsVulnerability": rng.choice(("Yes", "No", "No")),
    }


def _conclusion(completed: datetime, rng: Random, words: Words) -> dict[str, Json]:
    return {
        "dateCompleted": written(completed),
        "assessorSignedDate": written(completed - timedelta(minutes=3)),
        **_predictors(rng),
        "sentencePlan": {"objectives": _objectives(rng, words)},
        "supervision": rng.choice(words.plans) if rng.random() < 0.5 else None,
    }


def _predictors(rng: Random) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for group, one, two, risk in (
        ("OGRS", "ogrs31Year", "ogrs32Year", "ogrs3RiskRecon"),
        ("OGP", "ogp1Year", "ogp2Year", "ogpRisk"),
        ("OVP", "ovp1Year", "ovp2Year", "ovpRisk"),
    ):
        one_year = rng.randint(1, 80)
        two_year = min(99, one_year + rng.randint(1, 18))
        band = [name for name, least in _BANDS if two_year >= least][-1]
        found[group] = {one: one_year, two: two_year, risk: band}
    score = round(rng.uniform(0.1, 9), 2)
    band = "Low" if score < 3 else "Medium" if score < 6.9 else "High"
    rsr = {"rsrPercentageScore": score, "scoreLevel": band, "rsrAlgorithmVersion": 5, "rsrStaticOrDynamic": "DYNAMIC"}
    return {**found, "RSR": rsr}


def _objectives(rng: Random, words: Words) -> list[Json]:
    chosen = rng.sample(words.objectives, rng.randint(1, 3))
    return [
        {
            "objectiveSequence": sequence,
            "objectiveCodeDesc": objective,
            "criminogenicNeeds": [{"criminogenicNeed": need}],
            "objectiveStatus": rng.choice(("R", "RII", "RI")),
            "actions": [{"actionDesc": rng.choice(words.actions), "actionComment": measure}],
        }
        for sequence, (need, _, objective, measure) in enumerate(chosen, start=1)
    ]
