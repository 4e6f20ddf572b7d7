"""What of an offender record is compared to find out who is one person, and how it is kept."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

import orjson

from hub.domain.canonical import Json
from hub.domain.contract import Contract
from hub.domain.errors import Halt
from hub.domain.identifiers import strong_scheme
from hub.domain.likelihood.traits import Traits, each_once, folded
from hub.exchange.prepare import own_number

_SEXES = {"male": "m", "female": "f"}
"""Not known and not specified count as not said, as do codes that no agreed list names."""
_OF_ONE_PERSON = frozenset({"ni-number", "home-office-number", "youth-offending-number"})
"""Schemes beside the strong ones of which a person has one number."""
_HOUSE_AND_STREET = re.compile(r"(\d+\s*[A-Za-z]?)\b[\s,]+(\D.*)")


def _pairs(kept: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, kept))


_PARTS: Mapping[str, Callable[[Any], Any]] = {"surname": str, "sex": str, "identifiers": _pairs, "own": _pairs}
"""Of the traits that are no list of texts: how they are read again."""


class Describing:
    """Describes the people of agencies, each with the number it keeps them under."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts

    def traits(self, agency: str, local_id: str, body: Json) -> Traits:
        """What an agency says of who this is. Raises `Halt`: it has no contract any more."""
        if agency not in self._contracts:
            raise Halt(f"the agency {agency} has said something, but has no contract any more")
        return traits_of(body, own_number(self._contracts[agency].kind, local_id))


def traits_of(body: Json, own: tuple[str, str] | None = None) -> Traits:
    """What an offender record says of who it is. own: scheme and canonical form of the agency's own number."""
    used = body.get("names") or {}
    aliases = body.get("aliases") or []
    others = [*(body.get("formerNames") or ()), *(alias["name"] for alias in aliases if alias.get("name"))]
    dates = [body.get("dateOfBirth"), *(alias.get("dateOfBirth") for alias in aliases)]
    homes = [each for each in body.get("addresses") or () if not each.get("noFixedAbode")]
    lines = [_parted(each.get("lines") or []) for each in homes]
    return Traits(
        forenames=_words(used.get("forenames") or ()),
        surname=folded(used.get("surname") or ""),
        other_forenames=_words(name for each in others for name in (each.get("forenames") or [])[:1]),
        other_surnames=each_once(each.get("surname") or "" for each in others),
        dates=each_once(date or "" for date in dates),
        sex=_SEXES.get(body.get("sex") or "", ""),
        postcodes=each_once(each.get("postcode") or "" for each in homes),
        houses=each_once(house for houses, _, _ in lines for house in houses),
        streets=each_once(street for _, street, _ in lines),
        localities=each_once(locality for _, _, localities in lines for locality in localities),
        towns=each_once(each.get("town") or "" for each in homes),
        regions=each_once(each.get("county") or "" for each in homes),
        identifiers=tuple(dict.fromkeys(_numbers(body.get("identifiers") or ()))),
        own=() if own is None else ((own[0], folded(own[1])),),
    )


def written(traits: Traits) -> bytes:
    """Traits as they are kept; what is not said is left out."""
    return orjson.dumps({each.name: value for each in fields(traits) if (value := getattr(traits, each.name))})


def read_traits(kept: bytes) -> Traits:
    """The way back."""
    said = orjson.loads(kept)
    return Traits(**{name: _PARTS.get(name, tuple)(value) for name, value in said.items()})


def _words(names: Iterable[str]) -> tuple[str, ...]:
    return each_once(word for name in names for word in name.split())


def _numbers(identifiers: Iterable[Json]) -> Iterable[tuple[str, str]]:
    """A number that is not well-formed is compared as it was written: it may be one typing error away."""
    for each in identifiers:
        scheme = strong_scheme(each["scheme"]) or (each["scheme"] if each["scheme"] in _OF_ONE_PERSON else None)
        number = folded(each.get("canonical") or each["value"])
        if scheme and number:
            yield scheme, number


def _parted(lines: list[str]) -> tuple[list[str], str, list[str]]:
    """Houses, street and localities of the lines of an envelope.

    The street is the line that begins with a number; what stands before it is the house or the flat. Where there is
    none, the first line is the street.
    """
    for place, line in enumerate(lines):
        if parts := _HOUSE_AND_STREET.fullmatch(line.strip()):
            return [*lines[:place], parts[1]], parts[2], lines[place + 1 :]
    return [], (lines or [""])[0], lines[1:]
