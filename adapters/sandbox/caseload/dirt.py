"""What a service writes down about a person: with gaps, slips of the keyboard and days taken for months."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from adapters.sandbox.caseload import numbers
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.words import Words

_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "r": "t", "s": "d", "t": "y", "l": "k", "u": "i"}
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """A person as one service has them. surname: None when there is none. pnc, cro: as written, None for a blank.

    wrong: whether something is there that a later correction would put right.
    """

    forenames: tuple[str, ...]
    surname: str | None
    birth: date | None
    pnc: str | None
    cro: str | None
    ni_number: str | None
    wrong: bool


def seen(person: Person, rng: Random, words: Words) -> Seen:
    """What a service wrote down at first."""
    forenames = _typed(person.forenames, rng)
    surname = _surname(person, rng, words)
    birth = _birth(person.birth, rng)
    pnc = _number(person.pnc, rng, left_out=0.086)
    cro = _number(person.cro, rng, left_out=0.1)
    right = (forenames, surname, birth) == (person.forenames, person.surname, person.birth)
    if pnc is None and rng.random() < 0.05:
        pnc = numbers.placeholder(rng)
    return Seen(forenames, surname, birth, pnc, cro, person.ni_number if rng.random() < 0.7 else None, not right)


def corrected(written: Seen, person: Person) -> Seen:
    """The same after somebody looked at the documents."""
    return replace(
        written,
        forenames=person.forenames,
        surname=person.surname,
        birth=person.birth,
        pnc=person.pnc,
        cro=written.cro and person.cro,
        wrong=False,
    )


def _typed(forenames: tuple[str, ...], rng: Random) -> tuple[str, ...]:
    first = _slip(forenames[0], rng) if rng.random() < 0.03 else forenames[0]
    return (first, *forenames[1:])


def _surname(person: Person, rng: Random, words: Words) -> str | None:
    chance = rng.random()
    if chance < 0.012:
        return None
    if chance < 0.016:
        return rng.choice(words.no_surname)
    if chance < 0.05:
        return _slip(person.surname, rng)
    return person.surname


def _birth(birth: date, rng: Random) -> date | None:
    chance = rng.random()
    if chance < 0.01:
        return None
    if chance < 0.04 and birth.day <= _LAST_MONTH:
        return birth.replace(month=birth.day, day=birth.month)
    if chance < 0.06:
        return birth.replace(month=1, day=1)
    return birth


def _number(number: str | None, rng: Random, left_out: float) -> str | None:
    if number is None or rng.random() < left_out:
        return None
    return numbers.as_written(rng, number)


def _slip(name: str, rng: Random) -> str:
    """One slip of the keyboard: two letters crossed, one doubled, left out, or taken from the key beside it."""
    place = rng.randrange(1, len(name)) if len(name) > 1 else 0
    match rng.randrange(4):
        case 0:
            return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :] if place else name * 2
        case 1:
            return name[:place] + name[place] + name[place:]
        case 2:
            return name[:place] + name[place + 1 :] or name * 2
        case _:
            return name[:place] + _NEIGHBOURS.get(name[place].lower(), "x") + name[place + 1 :]
