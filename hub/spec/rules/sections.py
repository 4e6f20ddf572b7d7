"""Rules of an assessment's sections: which items make its score (OASys, sections 3 to 12)."""

from collections.abc import Iterator, Mapping, Sequence

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.rules.relations import listed_once
from hub.spec.validation import Rule

SCORED: Mapping[str, frozenset[str]] = {
    "3": frozenset({"3.3", "3.4", "3.5", "3.6"}),
    "4": frozenset({"4.2", "4.3", "4.4", "4.5"}),
    "6": frozenset({"6.1", "6.3", "6.6"}),
    "7": frozenset({"7.2", "7.3", "7.5"}),
    "8": frozenset({"8.4", "8.5", "8.6", "8.8", "8.9"}),
    "9": frozenset({"9.1", "9.2", "9.3", "9.5"}),
    "11": frozenset({"11.5", "11.6", "11.7", "11.9"}),
    "12": frozenset({"12.1", "12.4", "12.5", "12.8"}),
}
"""Section -> the items that make its score. The other sections have none."""

POINTS: Mapping[str, int | None] = {
    "0": 0,
    "1": 1,
    "2": 2,
    "no": 0,
    "yes": 2,
    "never": 0,
    "previous": 1,
    "current": 2,
    "dont-know": None,
    "not-applicable": None,
    "missing": None,
}
"""What an answer of the code list `oasys-answers` scores; None where it counts as missing."""

_MOST_POINTS = 2
_ITEMS = {str(section): frozenset(f"{section}.{item}" for item in range(1, 100)) for section in range(1, 14)}


def sections_once(body: Json) -> Iterator[Fault]:
    """Each section is given once."""
    return listed_once(body.get("sections") or (), ("number",), "/sections", "sections-once")


def section_items(body: Json) -> Iterator[Fault]:
    """A section's items bear its number, each once, and an item's score is what its answer scores."""
    for index, section in enumerate(body.get("sections") or ()):
        items = section.get("items")
        if not items:
            continue
        path = f"/sections/{index}/items"
        numbers = [item["number"] for item in items]
        if not _ITEMS[section["number"]].issuperset(numbers):
            yield from _items_from_elsewhere(section["number"], numbers, path)
        if len(set(numbers)) < len(numbers):
            yield from listed_once(items, ("number", "part"), path, "section-items")
        for position, item in enumerate(items):
            if "score" in item and "answer" in item and item["score"] != POINTS[item["answer"]]:
                yield Fault(f"{path}/{position}/score", "section-items", "must be what the answer scores")


def _items_from_elsewhere(section: str, numbers: list[str], path: str) -> Iterator[Fault]:
    for position, number in enumerate(numbers):
        if number not in _ITEMS[section]:
            yield Fault(f"{path}/{position}/number", "section-items", f"must be an item of section {section}")


def section_scores(body: Json) -> Iterator[Fault]:
    """A section's score is the sum of its scored items, and null only if every answer is missing.

    Where none of the scored items is given (a summary), the score must only be possible.
    """
    for index, section in enumerate(body.get("sections") or ()):
        if "score" in section:
            detail = _wrong_score(section["score"], section.get("items", ()), SCORED.get(section["number"]))
            if detail:
                yield Fault(f"/sections/{index}/score", "section-scores", detail)


def _wrong_score(score: int | None, items: Sequence[Json], scored: frozenset[str] | None) -> str | None:
    if scored is None:
        return None if score is None else "this section has no score"
    given = [
        POINTS[item["answer"]] if "answer" in item else item.get("score")
        for item in items
        if item["number"] in scored and "part" not in item
    ]
    if not given:
        possible = score is None or score <= _MOST_POINTS * len(scored)
        return None if possible else "is more than the section's items can score"
    counted = [points for points in given if points is not None]
    if score == (sum(counted) if counted else None):
        return None
    return "must be the sum of the scored items" if counted else "must be null while every answer is missing"


RULES: Mapping[str, Rule] = {
    "sections-once": sections_once,
    "section-items": section_items,
    "section-scores": section_scores,
}
