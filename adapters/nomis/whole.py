"""The whole of what the prison system has said of a person, put together from the parts that came.

A part is what one kind of payload says. Of every property the part recorded last is believed; numbers are joined. Where
a later part may say less than an earlier one (blocks whose members stand alone, sentences without their offences, a
name without its middle names), what it does not speak of stays: nothing is taken back because it was left out.
"""

from datetime import datetime

from adapters.client.native import Parts
from hub.domain.canonical import Json, canonical

_BLOCKS = frozenset({"custody", "language"})
"""Objects whose members say each something by itself."""
_LISTS = frozenset({"custodyAssessments", "sentences", "addresses", "aliases", "offences", "circumstances"})
"""Lists of which an element may come singly."""
NAMED_BY = {"custodyAssessments": ("booking", "sequence"), "sentences": ("sequence", "type"), "keyDates": ("type",)}
"""Lists of which several parts may describe an element, and what names it."""


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
    named = any("names" in part["body"] for _, part in kept if not part["in_part"])
    body: dict[str, Json] = {}
    for _, part in kept:
        for name, value in part["body"].items():
            if not (name == "names" and named and part["in_part"]):
                body[name] = _later(name, body.get(name), value, single=part["in_part"])
    return body, datetime.fromisoformat(kept[-1][1]["at"])


def _later(name: str, before: Json, value: Json, *, single: bool) -> Json:
    """What a property says after a later part has spoken of it."""
    if isinstance(before, dict) and isinstance(value, dict):
        return {**before, **value} if name in _BLOCKS else _place(before, value) if name == "location" else value
    if not isinstance(before, list) or not isinstance(value, list):
        return value
    if name == "identifiers":
        return list({canonical(each): each for each in before + value}.values())
    if name == "custodyAssessments" or (single and name in _LISTS):
        named = {_key(name, each) for each in value}
        return [each for each in before if _key(name, each) not in named] + value
    return [_fuller(each, before) for each in value] if name == "sentences" else value


def _place(before: Json, value: Json) -> Json:
    """An establishment alone does not take away what is known of the person's stay in it."""
    alone = "place" in before and "place" not in value
    return before if alone and before.get("establishmentCode") == value.get("establishmentCode") else value


def _fuller(sentence: Json, before: list[Json]) -> Json:
    """A sentence with what was known of it, where the later part is silent."""
    for each in before:
        if _key("sentences", each) == _key("sentences", sentence) and _may_be_one(each, sentence):
            return {**each, **{name: value for name, value in sentence.items() if value is not None}}
    return sentence


def _may_be_one(one: Json, other: Json) -> bool:
    """Stays in custody number their sentences each from 1: two that began on different days are two."""
    days = [(each.get("sentencedOn"), (each.get("period") or {}).get("start")) for each in (one, other)]
    return all(mine is None or theirs is None or mine == theirs for mine, theirs in zip(*days, strict=True))


def _key(name: str, element: Json) -> bytes:
    named = {each: element.get(each) for each in NAMED_BY.get(name, ())}
    return canonical(named if named and None not in named.values() else element)
