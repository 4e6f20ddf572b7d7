"""What both services say in a trial: people whom both know, changing and shuffled, of every record type.

Now and then probation mistypes a prison number, and the prison announces, or no longer does, that it merged two.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from random import Random

from adapters.client.link import Event
from hub.domain.canonical import Json
from tests.builders.valid_bodies import examples

VERSION = "1.0.0"
PROBATION, PRISON = "probation", "prison"

_BEGAN = datetime(2024, 3, 1, tzinfo=UTC)
_SPAN_S = 30 * 24 * 60 * 60
_SAID_OF_ONE = 12
"""How many submissions there are for a person, about."""
_WITHDRAWN, _UNLINKED, _MISTYPED, _SPOILT, _MERGED = 0.06, 0.15, 0.1, 0.03, 0.08
_KINDS: Mapping[str, Mapping[str, int]] = {
    PROBATION: {"offender": 3, "assessment": 4, "registration": 2},
    PRISON: {"offender": 3, "assessment": 2, "registration": 2, "movement": 3},
}


@dataclass(frozen=True, slots=True)
class Said:
    """One submission and who hands it over: `probation` or `prison`."""

    by: str
    event: Event

    @property
    def good(self) -> bool:
        """Whether it can be taken; the prison now and then sends what cannot."""
        return self.event.version == VERSION


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody both services know, each under a local id of its own."""

    number: int

    @property
    def crn(self) -> str:
        """Probation's local id."""
        return f"X{self.number:06d}"

    @property
    def prison_number(self) -> str:
        """The prison's local id; by it, quoted in probation's record, both are one person."""
        thousands, letters = self.number % 10_000, self.number // 10_000
        return f"A{thousands:04d}{chr(65 + letters // 26)}{chr(65 + letters % 26)}"

    @property
    def born(self) -> str:
        """Neighbours are born on the same day, so that a mistyped number does join them."""
        return f"19{60 + self.number // 2 % 40}-0{1 + self.number // 2 % 9}-11"


def submissions(number: int, seed: int) -> list[Said]:
    """So many, in the order in which they are handed over; no order of times. The same seed says the same."""
    random = Random(seed)  # noqa: S311 - a trial is played again by its seed
    return list(islice(_endless(people_of(number), random, f"trial-{seed}"), number))


def people_of(number: int) -> list[Person]:
    """Of whom so many submissions are."""
    return [Person(each) for each in range(number // _SAID_OF_ONE + 1)]


def _endless(people: list[Person], random: Random, mark: str) -> Iterator[Said]:
    for number in count():
        by = random.choice((PROBATION, PRISON))
        person = random.choice(people)
        kinds = _KINDS[by]
        record_type = random.choices(list(kinds), list(kinds.values()))[0]
        local_id = person.crn if by == PROBATION else person.prison_number
        body, naming = _BODIES[record_type](by, person, random)
        withdrawn = random.random() < _WITHDRAWN
        time = _BEGAN + timedelta(seconds=random.randrange(_SPAN_S))
        said = {name: body[name] for name in naming} if withdrawn else body
        version = "9.9.9" if by == PRISON and random.random() < _SPOILT else VERSION
        event = Event(f"{mark}-{number}", record_type, version, local_id, time, said, withdrawn, sequence=number)
        yield Said(by, event)


_Body = tuple[Json, tuple[str, ...]]
"""A body, and which of its properties name the record for its agency."""


def _offender(by: str, person: Person, random: Random) -> _Body:
    body = {name: value for name, value in random.choice(examples("offender")).items() if name != "limitedAccess"}
    quoted = person
    if random.random() < _MISTYPED:
        quoted = Person(person.number ^ 1)
    numbers = [{"scheme": "prison-number", "value": quoted.prison_number}]
    if by == PRISON:
        neighbour = Person(person.number ^ 2).prison_number
        numbers = [{"scheme": "merged-prison-number", "value": neighbour}] if random.random() < _MERGED else []
    own = {
        "names": {"surname": f"Person {person.number // 2}", "forenames": [random.choice(("Ada", "Bert"))]},
        "dateOfBirth": person.born,
        "identifiers": numbers if by == PRISON or person.number % 100 >= 100 * _UNLINKED else [],
    }
    return body | own, ()


def _assessment(_by: str, person: Person, random: Random) -> _Body:
    number = f"{person.number}{random.randrange(3)}"
    body = random.choice(examples("assessment")) | {"reference": f"ASM-{number}", "oasysNumber": number}
    return body, ("reference",)


def _registration(_by: str, person: Person, random: Random) -> _Body:
    body = random.choice(examples("registration")) | {"reference": f"REG-{person.number}-{random.randrange(3)}"}
    return body, ("reference",)


def _movement(_by: str, person: Person, random: Random) -> _Body:
    named = {"booking": f"B{person.number}", "sequence": random.randint(1, 4)}
    return random.choice(examples("movement")) | named, ("booking", "sequence")


_BODIES: Mapping[str, Callable[[str, Person, Random], _Body]] = {
    "offender": _offender,
    "assessment": _assessment,
    "registration": _registration,
    "movement": _movement,
}
