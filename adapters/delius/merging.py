"""Two cases that become one, and the undoing of it. No part of either is lost: what to say is worked out anew."""

from adapters.delius.known import OFFENDER, Name
from adapters.delius.step import Step, case_number


def merge(step: Step) -> set[Name]:
    """The survivor takes on the number and the registers of the removed case, which is withdrawn."""
    removed, survivor = _pair(step, "sourceCRN", "targetCRN")
    if removed is None or survivor is None or step.is_late(removed, "unmerged"):
        return set()
    _part_from_survivor(step, removed)
    step.put("merged", {"crns": [*_merged(step, survivor), removed]}, crn=survivor)
    step.put("removed", {"into": survivor}, crn=removed)
    step.put("into", {"crn": survivor}, crn=removed)
    step.wait_for_whole(survivor)
    return {OFFENDER}


def unmerge(step: Step) -> set[Name]:
    """The removed case is back, with what it was known by; the other gives its number and registers up again."""
    back, other = _pair(step, "reactivatedCRN", "unmergedCRN")
    if back is None or other is None or step.is_late(back, "removed"):
        return set()
    _part_from_survivor(step, back)
    step.put("removed", crn=back)
    step.put("unmerged", {}, crn=back)
    step.wait_for_whole(back)
    step.wait_for_whole(other)
    return {OFFENDER}


def _part_from_survivor(step: Step, removed: str) -> None:
    """Whatever the event says: the one it was merged into, if any, gives it up."""
    if into := step.get("into", crn=removed):
        survivor = into["crn"]
        step.put("merged", {"crns": [each for each in _merged(step, survivor) if each != removed]}, crn=survivor)
        step.put("into", crn=removed)


def _merged(step: Step, crn: str) -> list[str]:
    merged: list[str] = (step.get("merged", crn=crn) or {"crns": []})["crns"]
    return merged


def _pair(step: Step, one: str, other: str) -> tuple[str | None, str | None]:
    facts, path = step.piece.facts, f"{step.piece.path}/additionalInformation"
    first = case_number(facts.get(one), None, f"{path}/{one}", step.report)
    second = case_number(facts.get(other), None, f"{path}/{other}", step.report)
    if first is not None and first == second:
        step.report.refuse(f"{path}/{other}", "merge", f"must be another number than {one}")
        return None, None
    return first, second
