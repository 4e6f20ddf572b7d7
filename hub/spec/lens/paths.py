"""Paths of a lens table: names joined by `/`, elements of a list chosen by `[key=value]`, `*` for a list of scalars."""

import re
from dataclasses import dataclass, field

from hub.domain.canonical import Json


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Json = _Missing()
"""What is not there at all: a native key that is missing, a shared property that says nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """One `[key=value]`. text: compared with the JSON spelling of what is found. value: what a made element gets."""

    names: tuple[str, ...]
    text: str
    value: Json = field(compare=False)


Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One name, and which element of the list that stands there, if a list does."""

    name: str
    keys: Keys = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path. star: it ends in `*`, every scalar of the list that stands there."""

    text: str
    steps: tuple[Step, ...]
    star: bool = False


_BRACKET = r"\[[^\[\]=]+=[^\[\]]*\]"
_STEP = re.compile(rf"([^/\[\]*]+)((?:{_BRACKET})*)")
_KEY = re.compile(r"\[([^\[\]=]+)=([^\[\]]*)\]")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")


def parse_path(text: str) -> Path:
    """The path a text says; "" is the place itself.

    Raises:
        ValueError: it is no path.
    """
    if not text:
        return Path("", ())
    inner = text.removesuffix("/*")
    steps: list[Step] = []
    position = 0
    while True:
        found = _STEP.match(inner, position)
        if found is None:
            raise ValueError(f"{text!r} is no path")
        steps.append(Step(found[1], tuple(_key(*each) for each in _KEY.findall(found[2]))))
        if found.end() == len(inner):
            return Path(text, tuple(steps), star=inner != text)
        if inner[found.end()] != "/":
            raise ValueError(f"{text!r} is no path")
        position = found.end() + 1


def _key(names: str, value: str) -> Key:
    """Whole numbers, true and false are made as such; quotes make a text of them."""
    parts = tuple(names.split("/"))
    if len(value) > 1 and value[0] == value[-1] == "'":
        return Key(parts, value[1:-1], value[1:-1])
    if _WHOLE.fullmatch(value):
        return Key(parts, value, int(value))
    return Key(parts, value, {"true": True, "false": False}.get(value, value))


def spelled(value: Json) -> str | None:
    """A scalar as its JSON spelling without quotes; None for what is no text, number or flag."""
    kind = value.__class__
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return str(value) if kind is int or kind is float else None


def fits(element: Json, keys: Keys) -> bool:
    """Whether an element of a list is one that these keys choose."""
    for key in keys:
        value = element
        for name in key.names:
            value = value.get(name) if value.__class__ is dict else None
        if spelled(value) != key.text:
            return False
    return element.__class__ is dict


def stamped(keys: Keys, element: dict[str, Json]) -> dict[str, Json]:
    """A made element with the keys by which it is chosen, which go first."""
    made: dict[str, Json] = {}
    for key in keys:
        place = made
        for name in key.names[:-1]:
            place = place.setdefault(name, {})
        place[key.names[-1]] = key.value
    for name, value in element.items():
        if value.__class__ is dict and made.get(name).__class__ is dict:
            value = {**made[name], **value}  # noqa: PLW2901 - the keys lie in an object that the rows fill, too
        made[name] = value
    return made


def look_up(value: Json, path: Path) -> Json:
    """What stands at a path, the first of several elements that fit; MISSING when nothing does."""
    for step in path.steps:
        value = value.get(step.name, MISSING) if value.__class__ is dict else MISSING
        if step.keys:
            elements = value if value.__class__ is list else ()
            value = next((each for each in elements if fits(each, step.keys)), MISSING)
    return value
