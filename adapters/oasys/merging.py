"""One body from the bodies that the parts of an assessment say, the later over the earlier, property by property."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hub.domain.canonical import Json, canonical
from hub.spec.rules.assessment import LEVELS

KEYS: Mapping[str, tuple[str, ...]] = {
    "sections": ("number",),
    "items": ("number", "part"),
    "predictors": ("name",),
    "parts": ("name",),
    "offences": ("code", "subcode"),
    "victims": ("age", "gender", "ethnicity", "relationship"),
}
"""Lists whose items several parts describe, by what names an item there. Other lists are taken whole."""

_SORTED = frozenset({"sections", "items", "predictors", "parts"})
_OF_STATUS = ("completedAt", "lockedAt", "signedAt", "signed")


def merged(earlier: Json, later: Json, differing: list[str], path: str = "") -> Json:
    """Both together; where they say the same thing differently, the later. Neither is changed.

    differing: gets the JSON Pointer in the result of every value of `earlier` that was set aside.
    """
    if isinstance(earlier, dict) and isinstance(later, dict):
        return _objects(earlier, later, differing, path)
    name = path.rsplit("/", 1)[-1]
    if isinstance(earlier, list) and isinstance(later, list) and name in KEYS:
        return _lists(earlier, later, KEYS[name], differing, path)
    if canonical(earlier) != canonical(later):
        differing.append(path)
    return later


def _objects(earlier: Json, later: Json, differing: list[str], path: str) -> Json:
    result = dict(earlier)
    if path == "/lifecycle" and later.get("status") not in {None, earlier.get("status")}:
        result = {name: value for name, value in earlier.items() if name not in _OF_STATUS}
    for name, value in later.items():
        result[name] = merged(result[name], value, differing, f"{path}/{name}") if name in result else value
    return result


def _lists(
    earlier: Sequence[Json], later: Sequence[Json], names: tuple[str, ...], differing: list[str], path: str
) -> Json:
    """The n-th item of a key in one list is the n-th item of that key in the other."""
    added = dict(_keyed(later, names))
    result = []
    for index, (key, item) in enumerate(_keyed(earlier, names)):
        result.append(merged(item, added.pop(key), differing, f"{path}/{index}") if key in added else item)
    return [*result, *added.values()]


def _keyed(items: Sequence[Json], names: tuple[str, ...]) -> Iterator[tuple[tuple[bytes, int], Json]]:
    seen: Counter[bytes] = Counter()
    for item in items:
        key = canonical([item.get(name) for name in names])
        yield (key, seen[key]), item
        seen[key] += 1


def in_order(value: Json, path: str = "") -> Json:
    """The body with its sections, items, predictors and their parts sorted by what names them, as the hub sorts them.

    So the order in which parts came says nothing. Offences and victims stay in the order of the source.
    """
    if isinstance(value, dict):
        return {name: in_order(inner, name) for name, inner in value.items()}
    if isinstance(value, list) and path in _SORTED:
        return sorted((in_order(each) for each in value), key=lambda each: _sort_key(each, KEYS[path]))
    return value


def _sort_key(item: Json, names: tuple[str, ...]) -> bytes:
    return canonical([item.get(name) for name in names])


def with_overall(body: Json) -> Json:
    """The body with the overall level of its summary of risk: the highest cell, none without cells."""
    summary = body.get("roshSummary")
    if not summary:
        return body
    cells = summary.get("cells", {})
    summary = {**summary, "cells": cells}
    if cells:
        summary["overall"] = max(cells.values(), key=LEVELS.__getitem__)
    return {**body, "roshSummary": summary}
