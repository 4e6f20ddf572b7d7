"""Other spellings of the same native field, and numbers written as text, brought to what the tables know."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from hub.domain.canonical import Json

_NUMBERS = ("assessmentPk", "assessmentVersion")
"""Fields that OASys sends as a number or as its digits."""


def load_spellings(file: Path) -> Mapping[str, str]:
    """Given path -> the path the tables know; both within an assessment."""
    spellings: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))["spellings"]
    return spellings


def respelled(given: Mapping[str, Json], spellings: Mapping[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
    """The object as the tables know it, and JSON Pointers in it -> in what was given, where they differ.

    The given object is left as it is. A field that stands there under both spellings keeps both.
    """
    fields, pointers = dict(given), dict[str, str]()
    for other, known in spellings.items():
        holder, name = _holder(fields, other)
        target = known.rsplit("/", 1)[-1]
        if holder is None or name not in holder or target in holder:
            continue
        _rename(fields, other, name, target)
        pointers[f"/{known}"] = f"/{other}"
    for name in _NUMBERS:
        if isinstance(value := fields.get(name), str) and value.strip().isdecimal():
            fields[name] = int(value)
    return fields, pointers


def _holder(fields: Mapping[str, Json], path: str) -> tuple[Mapping[str, Json] | None, str]:
    """The object in which the last name of the path stands; paths have one or two names."""
    first, _, second = path.partition("/")
    if not second:
        return fields, first
    inner = fields.get(first)
    return (inner if isinstance(inner, dict) else None), second


def _rename(fields: dict[str, Json], path: str, name: str, target: str) -> None:
    first, _, second = path.partition("/")
    holder = fields
    if second:
        holder = fields[first] = dict(fields[first])
    holder[target] = holder.pop(name)
