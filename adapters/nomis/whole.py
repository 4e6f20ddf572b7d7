"""The whole of what the prison system has said of a person, put together from the parts that came.

A part is what one kind of payload says. Of every property the part recorded last is believed; numbers are joined.
A name said only in part stands where no other part says one. What came singly joins its list.
"""

from collections.abc import Mapping
from datetime import datetime

from adapters.client.native import Parts
from hub.domain.canonical import Json, canonical

_LISTS_OF_ONE = ("custodyAssessments", "sentences", "addresses", "aliases", "offences", "circumstances", "disabilities")
_NAMED_BY = {"custodyAssessments": ("booking", "sequence"), "sentences": ("sequence", "type")}


def remember(parts: Parts, number: str, part: str, body: Json, at: datetime, *, in_part: bool = False) -> None:
    """Keep what a payload said of a person. in_part: the name is not whole, and lists hold one element of several."""
    kept = parts.get(about(number), part)
    if kept is None or kept["at"] <= at.isoformat():
        parts.put(about(number), part, {"at": at.isoformat(), "in_part": in_part, "body": body})


def about(number: str) -> str:
    """The name of a person in the store of parts."""
    return f"offender/{number}"


def whole(parts: Parts, number: str) -> tuple[Json, datetime]:
    """The offender record, and when its newest part was recorded. At least one part must have been kept."""
    kept = sorted(parts.all(about(number)).items(), key=lambda each: (each[1]["at"], each[0]))
    body: dict[str, Json] = {}
    for _, part in kept:
        if not part["in_part"]:
            _add(body, part["body"])
    for _, part in kept:
        if part["in_part"]:
            _add_in_part(body, part["body"])
    identifiers = _joined([part["body"].get("identifiers") for _, part in kept])
    if identifiers:
        body["identifiers"] = identifiers
    return body, datetime.fromisoformat(kept[-1][1]["at"])


def _add(body: dict[str, Json], part: Mapping[str, Json]) -> None:
    for name, value in part.items():
        if name != "identifiers" and not (name == "location" and _says_less(value, body.get(name))):
            body[name] = value


def _says_less(location: Json, before: Json) -> bool:
    """An establishment alone does not take away what is known of the person's stay in it."""
    if not isinstance(before, dict) or not isinstance(location, dict) or "place" in location:
        return False
    return "place" in before and before.get("establishmentCode") == location.get("establishmentCode")


def _add_in_part(body: dict[str, Json], part: Mapping[str, Json]) -> None:
    for name, value in part.items():
        if name in _LISTS_OF_ONE and isinstance(value, list):
            body[name] = _with(name, body.get(name) or [], value)
        elif name == "names":
            body.setdefault(name, value)
        else:
            _add(body, {name: value})


def _with(name: str, listed: list[Json], more: list[Json]) -> list[Json]:
    """A list with elements that came singly: in place of what they name anew, else behind it."""
    named = {_key(name, each) for each in more}
    return [each for each in listed if _key(name, each) not in named] + more


def _key(name: str, element: Json) -> bytes:
    names = _NAMED_BY.get(name)
    named = {each: element.get(each) for each in names} if names else None
    return canonical(named if named and all(value is not None for value in named.values()) else element)


def _joined(lists: list[Json]) -> list[Json]:
    joined = {canonical(each): each for listed in lists for each in listed or ()}
    return list(joined.values())
