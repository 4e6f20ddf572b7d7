"""The words the caseload is invented from: names, places, offences and sentences from `words.json`. None is real."""

from dataclasses import dataclass, fields
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Words:
    """Lists to choose from. Pairs: [code, name]; towns: [town, county, postcode area]; offences: [code, words].

    no_surname: what is written in the surname's place when nobody knew it. objectives: [need, category,
    objective, measure]. disabilities: codes of the probation system.
    """

    male: list[str]
    female: list[str]
    surnames: list[str]
    no_surname: list[str]
    nicknames: list[str]
    streets: list[str]
    buildings: list[str]
    towns: list[list[str]]
    prisons: list[list[str]]
    areas: list[list[str]]
    teams: list[list[str]]
    courts: list[str]
    hospitals: list[str]
    offences: list[list[str]]
    nationalities: list[str]
    religions: list[str]
    languages: list[str]
    disabilities: list[str]
    evidence: list[str]
    risks: list[str]
    natures: list[str]
    raises: list[str]
    lowers: list[str]
    objectives: list[list[str]]
    actions: list[str]
    plans: list[str]
    notes: list[str]


def load_words() -> Words:
    """Read the words that lie beside this module."""
    content = orjson.loads(Path(__file__).with_name("words.json").read_bytes())
    return Words(**{field.name: content[field.name] for field in fields(Words)})
