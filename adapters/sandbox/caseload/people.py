"""Invented people, as they are: what a service writes down about them is another matter (`dirt`)."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from adapters.sandbox.caseload import numbers
from adapters.sandbox.caseload.words import Words

_YOUNGEST_AT_FIRST_NUMBER = 14
_UNIT_LETTERS = "ABDEFGHJLNPQ"
_WHITE_BRITISH_SHARE = 0.7
_ETHNICITIES = ("W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O2", "O9")


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives. building: None for a house of its own."""

    building: str | None
    number: str
    street: str
    town: str
    county: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person.

    number: which of the caseload. crn, prison_number: None where the service does not know the person.
    risk: of serious harm, 0 low to 3 very high. offence: [code, words]. area: [code, name] of supervision.
    """

    number: int
    sex: str
    forenames: tuple[str, ...]
    surname: str
    maiden_name: str | None
    nickname: str | None
    birth: date
    ethnicity: str
    nationality: str
    religion: str
    language: str | None
    pnc: str | None
    cro: str | None
    ni_number: str | None
    crn: str | None
    prison_number: str | None
    address: Address
    area: list[str]
    risk: int
    offence: list[str]
    limited_access: bool


def invent(number: int, rng: Random, words: Words, today: date) -> Person:
    """Person `number` of a caseload. 45 in 100 are known to both services, the others to one."""
    sex = "F" if rng.random() < 0.09 else "M"
    birth = today - timedelta(days=int(rng.triangular(18, 75, 31) * 365.25))
    known_since = rng.randint(birth.year + _YOUNGEST_AT_FIRST_NUMBER, today.year - 1)
    known_to = rng.random()
    town = rng.choice(words.towns)
    return Person(
        number=number,
        sex=sex,
        forenames=tuple(rng.sample(words.female if sex == "F" else words.male, rng.choice((1, 1, 2, 2, 2, 3)))),
        surname=rng.choice(words.surnames),
        maiden_name=rng.choice(words.surnames) if rng.random() < (0.35 if sex == "F" else 0.04) else None,
        nickname=rng.choice(words.nicknames) if rng.random() < 0.15 else None,
        birth=birth,
        ethnicity="W1" if rng.random() < _WHITE_BRITISH_SHARE else rng.choice(_ETHNICITIES),
        nationality=rng.choice(words.nationalities),
        religion=rng.choice(words.religions),
        language=rng.choice(words.languages) if rng.random() < 0.08 else None,
        pnc=numbers.pnc_number(rng, known_since) if rng.random() < 0.81 else None,
        cro=numbers.cro_number(rng, known_since) if rng.random() < 0.7 else None,
        ni_number=numbers.ni_number(rng) if rng.random() < 0.6 else None,
        crn=numbers.crn(number, rng) if known_to < 0.75 else None,
        prison_number=numbers.prison_number(number) if known_to >= 0.3 else None,
        address=move_house(rng, words, town),
        area=rng.choice(words.areas),
        risk=rng.choice((0, 0, 1, 1, 1, 1, 2, 2, 3)),
        offence=rng.choice(words.offences),
        limited_access=rng.random() < 0.01,
    )


def move_house(rng: Random, words: Words, town: list[str]) -> Address:
    """An address in a town ([name, county, postcode area])."""
    return Address(
        building=rng.choice(words.buildings) if rng.random() < 0.3 else None,
        number=str(rng.randint(1, 199)),
        street=rng.choice(words.streets),
        town=town[0],
        county=town[1],
        postcode=f"{town[2]}{rng.randint(1, 19)} {rng.randint(1, 9)}{''.join(rng.choices(_UNIT_LETTERS, k=2))}",
    )
