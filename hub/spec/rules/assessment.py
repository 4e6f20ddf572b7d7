"""Rules of an assessment but for its sections, which have a module of their own."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.rules import sections
from hub.spec.rules.relations import days_in_order, listed_once, moment, times_in_order
from hub.spec.validation import Rule

LEVELS: Mapping[str, int] = {"low": 0, "medium": 1, "high": 2, "very-high": 3}
"""Ranks of the code list `risk-levels`."""
_UNFINISHED = frozenset({"not-achieved", "no-longer-applicable"})


def lifecycle(body: Json) -> Iterator[Fault]:
    """Times follow the status: complete has a time of completion, open has none; nothing precedes the start."""
    cycle = body["lifecycle"]
    completed = cycle.get("completedAt") is not None
    if cycle["status"] == "COMPLETE" and not completed:
        yield Fault("/lifecycle/completedAt", "lifecycle", "is required when the status is COMPLETE")
    if cycle["status"] == "OPEN" and completed:
        yield Fault("/lifecycle/completedAt", "lifecycle", "is not allowed while the status is OPEN")
    yield from times_in_order(cycle, "initiatedAt", "lockedAt", "/lifecycle", "lifecycle")
    yield from times_in_order(cycle, "initiatedAt", "completedAt", "/lifecycle", "lifecycle")


def overall_risk(body: Json) -> Iterator[Fault]:
    """Overall is the highest cell of the summary. A missing cell is missing, never low; no cell, no overall."""
    summary = body.get("roshSummary")
    if not summary:
        return
    highest = max(summary["cells"].values(), key=LEVELS.__getitem__, default=None)
    if summary.get("overall") != highest:
        detail = "must be the highest of the cells" if highest else "must be absent when there is no cell"
        yield Fault("/roshSummary/overall", "overall-risk", detail)


def rosh_items_once(body: Json) -> Iterator[Fault]:
    """Each item of the screening, of the full analysis and of the risk management plan is answered once."""
    for part in ("roshScreening", "roshFull", "riskManagementPlan"):
        items = (body.get(part) or {}).get("items") or ()
        yield from listed_once(items, ("number", "part"), f"/{part}/items", "rosh-items-once")


def predictors(body: Json) -> Iterator[Fault]:
    """Each predictor once; two years are at least as likely as one.

    A band may stand alone: an assessment system's summaries give it without the score, and it must not be lost.
    """
    listed = body.get("predictors") or ()
    yield from listed_once(listed, ("name",), "/predictors", "predictors")
    for index, predictor in enumerate(listed):
        one_year, two_year = predictor.get("oneYear"), predictor.get("twoYear")
        if one_year is not None and two_year is not None and two_year < one_year:
            yield Fault(f"/predictors/{index}/twoYear", "predictors", "must not be below oneYear")


def hand_overs(body: Json) -> Iterator[Fault]:
    """Each hand-over starts from where the one before it went, later; the last one went to the holder."""
    holder = body.get("holder") or {}
    changes = holder.get("handOvers") or ()
    for index, (earlier, later) in enumerate(pairwise(changes), start=1):
        if later["from"] != earlier["to"]:
            yield Fault(f"/holder/handOvers/{index}/from", "hand-overs", "must be where the one before went")
        if moment(later["at"]) < moment(earlier["at"]):
            yield Fault(f"/holder/handOvers/{index}/at", "hand-overs", "must not lie before the one before")
    if changes and changes[-1]["to"] != holder["agency"]:
        yield Fault("/holder/agency", "hand-overs", "must be where the last hand-over went")


def signatures(body: Json) -> Iterator[Fault]:
    """Signatures stand oldest first, and nothing is countersigned or rejected that was not signed."""
    signed = False
    earlier = None
    for index, signature in enumerate(body.get("signatures") or ()):
        at = moment(signature["at"])
        if earlier is not None and at < earlier:
            yield Fault(f"/signatures/{index}/at", "signatures", "must not lie before the one before")
        if signature["action"] in {"countersigned", "rejected"} and not signed:
            yield Fault(f"/signatures/{index}/action", "signatures", "needs a signature before it")
        signed = signed or signature["action"] == "signed"
        earlier = at


def plan(body: Json) -> Iterator[Fault]:
    """Objectives are numbered once, end for a reason only when not achieved; a plan is agreed, then completed."""
    stated = body.get("plan") or {}
    objectives = stated.get("objectives") or ()
    yield from days_in_order(stated, "agreedOn", "completedOn", "/plan", "plan")
    yield from listed_once(objectives, ("sequence",), "/plan/objectives", "plan")
    for index, objective in enumerate(objectives):
        if objective.get("endReason") is not None and objective.get("status") not in _UNFINISHED:
            yield Fault(f"/plan/objectives/{index}/endReason", "plan", "does not go with this status")


def self_assessment(body: Json) -> Iterator[Fault]:
    """Each of the 27 items is answered once."""
    items = (body.get("selfAssessment") or {}).get("items") or ()
    return listed_once(items, ("number",), "/selfAssessment/items", "self-assessment")


RULES: Mapping[str, Rule] = {
    **sections.RULES,
    "lifecycle": lifecycle,
    "overall-risk": overall_risk,
    "rosh-items-once": rosh_items_once,
    "predictors": predictors,
    "hand-overs": hand_overs,
    "signatures": signatures,
    "plan": plan,
    "self-assessment": self_assessment,
}
