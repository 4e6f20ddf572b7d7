"""Small valid bodies of all record types: of people who share, mistype and correct identifiers, and change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from hub.domain.canonical import Json

_CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_SURNAMES = ("Okafor", "O'Neill", "van der Berg", "SMITH", "Smith")
_FORENAMES = ("Daniel", "Ann", "José", "Li")
_BORN = ("1981-06-14", "1990-02-28", "1990-02-27")
_LEVELS = ("low", "medium", "high", "very-high")

_PLACES = ({"place": "custody"}, {"place": "custody", "since": "2026-04-30"}, {"place": "community"})
_REVIEWED = ("2026-04-30", "2026-05-01", "2026-05-02")
"""Days of review: one that is over when histories begin, one that passes in them, one that does not."""
_RELEASED = ("2026-05-29", "2026-05-30", "2027-06-30")
"""Days of release: the second is the notice's full number of days away when a day passes, the first was before."""

ABSENT = object()
"""A property that says nothing."""


@dataclass(frozen=True, slots=True)
class Individual:
    """Somebody of flesh and blood. numbers: what is stamped on files about them, as (scheme, value)."""

    surname: str
    forename: str
    born: str
    numbers: tuple[tuple[str, str], ...]


def individual(random: Random, index: int, known_as: list[tuple[str, str]]) -> Individual:
    """One of a few people. known_as: their local ids that others may quote, as (scheme, value)."""
    pnc = _pnc("81" if index % 2 else "03", 34 + index)
    mistyped = pnc[:-1] + ("A" if pnc[-1] != "A" else "B")
    numbers = [("pnc", pnc), ("pnc", mistyped), ("cro", _cro("91", 65656 + index)), *known_as]
    return Individual(random.choice(_SURNAMES), random.choice(_FORENAMES), random.choice(_BORN), tuple(numbers))


def _pnc(year: str, serial: int) -> str:
    return f"{year}/{serial}{_CHECK_LETTERS[int(f'{year}{serial:07}') % 23]}"


def _cro(year: str, serial: int) -> str:
    return f"{serial}/{year}{_CHECK_LETTERS[int(f'{year}{serial:06}') % 23]}"


class Bodies:
    """Makes bodies property by property, so that a later one can keep some and change others."""

    def __init__(self, random: Random, people: list[Individual], limited: float) -> None:
        self._limited_access = limited
        self._random = random
        self._people = people

    def offender(self, of: Individual) -> Mapping[str, Callable[[], object]]:
        """How each property of an offender record may come out."""
        one_of = self._random.choice
        return {
            "names": lambda: self._name(of),
            "dateOfBirth": lambda: one_of((of.born, of.born, of.born, one_of(_BORN), None, ABSENT)),
            "identifiers": lambda: self._identifiers(of),
            "aliases": lambda: one_of((ABSENT, ABSENT, None, [self._alias(of)], [self._alias(of), self._alias(of)])),
            "sex": lambda: one_of(("male", "female", "not-known", None, ABSENT)),
            "nationality": lambda: one_of(("British", "Irish", None, ABSENT, ABSENT)),
            "location": lambda: one_of((*_PLACES, None, ABSENT)),
            "keyDates": lambda: one_of((ABSENT, None, [], *[self._key_dates()] * 2)),
            "emails": lambda: one_of((ABSENT, ABSENT, ["a@example.org"], ["b@example.org", "a@example.org"], [], None)),
            "responsibleOfficers": lambda: one_of((ABSENT, ABSENT, self._officers())),
            "limitedAccess": lambda: self._limited() if self._random.random() < self._limited_access else ABSENT,
        }

    def _name(self, of: Individual) -> Json:
        name = {"surname": of.surname, "forenames": [of.forename]}
        match self._random.randrange(8):
            case 0:
                return {"surname": self._random.choice(_SURNAMES), "forenames": [self._random.choice(_FORENAMES)]}
            case 1:
                return {"surname": of.surname.upper(), "forenames": [of.forename, "Chidi"]}
            case 2:
                return {"surname": of.surname}
            case _:
                return name

    def _alias(self, of: Individual) -> Json:
        alias = {"name": {"surname": self._random.choice(_SURNAMES), "forenames": [of.forename]}}
        return alias | ({"dateOfBirth": self._random.choice(_BORN)} if self._random.random() < 0.5 else {})

    def _identifiers(self, of: Individual) -> object:
        chance = self._random.random()
        if chance < 0.2:
            return self._random.choice((ABSENT, None, []))
        numbers = self._random.sample(of.numbers, self._random.randint(1, 2))
        if chance < 0.35:
            numbers.append(self._random.choice(self._random.choice(self._people).numbers))
        return [{"scheme": scheme, "value": value} for scheme, value in dict.fromkeys(numbers)]

    def _key_dates(self) -> Json:
        types = self._random.sample(("CRD", "SED", "LED"), self._random.randint(1, 2))
        return [{"type": each, "date": self._random.choice(_RELEASED)} for each in types]

    def _officers(self) -> Json:
        officer = {"role": "community-offender-manager", "name": self._random.choice(("Marsh, Ellen", "Pool"))}
        return [officer | self._random.choice(({}, {"team": "North"}, {"team": "South"}))]

    def _limited(self) -> Json:
        return {"exclusion": self._random.random() < 0.6, "restriction": self._random.random() < 0.3}

    def assessment(self, reference: str, oasys_number: str) -> Mapping[str, Callable[[], object]]:
        """How each property of an assessment may come out."""
        one_of = self._random.choice
        return {
            "reference": lambda: reference,
            "oasysNumber": lambda: one_of((oasys_number, oasys_number, oasys_number, None, ABSENT)),
            "layer": lambda: one_of((1, 3, 3)),
            "lifecycle": lambda: one_of(({"status": "OPEN"}, {"status": "LOCKED_INCOMPLETE"}, _COMPLETE)),
            "sections": lambda: one_of((ABSENT, None, [], self._sections())),
            "roshSummary": lambda: one_of((ABSENT, None, self._summary(), self._summary())),
            "predictors": lambda: one_of((ABSENT, [{"name": "rsr", "version": "5", "score": one_of((4.12, 7, 50.0))}])),
            "reviewDate": lambda: one_of((ABSENT, None, *_REVIEWED)),
        }

    def _sections(self) -> Json:
        numbers = sorted(self._random.sample(("1", "2", "5", "10"), self._random.randint(1, 3)))
        return [{"number": each, "evidence": self._random.choice(("As told.", "As written."))} for each in numbers]

    def _summary(self) -> Json:
        places = self._random.sample(
            ("publicCommunity", "staffCustody", "childrenCommunity"), self._random.randint(0, 2)
        )
        cells = {place: self._random.choice(_LEVELS) for place in places}
        overall = {"overall": max(cells.values(), key=_LEVELS.index)} if cells else {}
        return {"cells": cells, **overall}

    def registration(self, reference: str, scheme: str) -> Mapping[str, Callable[[], object]]:
        """How each property of a registration may come out: an entry keeps its scheme but for a correction."""
        one_of = self._random.choice
        if scheme == "mappa":
            own = {
                "code": lambda: one_of(("M1", "M2")),
                "mappa": lambda: {"category": one_of(("1", "2", None)), "level": one_of(("1", "2", "3", None))},
            }
        else:
            own = {"code": lambda: one_of(("RHRH", "RHRH", "RVHR"))}
        return {
            "scheme": lambda: scheme,
            "reference": lambda: reference,
            **own,
            "riskLevel": lambda: one_of((*_LEVELS, None, ABSENT)),
            "period": lambda: {
                "start": one_of(("2026-01-01", "2026-02-01")),
                "review": one_of((None, *_REVIEWED)),
                "end": one_of((None, None, "2026-03-01", "2026-05-01")),
            },
            "notes": lambda: one_of((ABSENT, "Seen.", "Not seen.")),
        }

    def movement(self, booking: str, sequence: int, *, out: bool) -> Mapping[str, Callable[[], object]]:
        """How each property of a movement may come out; one out may be planned."""
        one_of = self._random.choice
        days = (f"{day}T09:00:00+00:00" for day in _RELEASED)
        times = tuple(days) if out else ("2026-01-12T17:30:00+00:00", "2026-01-12T18:00:00+01:00")
        return {
            "booking": lambda: booking,
            "sequence": lambda: sequence,
            "direction": lambda: "out" if out else "in",
            "type": lambda: one_of(("released", "transfer-out") if out else ("admission", "transfer-in")),
            "at": lambda: one_of(times),
            "planned": lambda: one_of((True, ABSENT)) if out else ABSENT,
            "reason": lambda: one_of((None, ABSENT) if out else ("remand", "imprisonment", None, ABSENT)),
            "comment": lambda: one_of((ABSENT, "Late.")),
        }

    def whole(self, properties: Mapping[str, Callable[[], object]]) -> Json:
        """A body made anew."""
        return self._said({name: make() for name, make in properties.items()})

    def changed(self, body: Json, properties: Mapping[str, Callable[[], object]]) -> Json:
        """A body with one or two of its properties said anew."""
        names = self._random.sample(list(properties), min(len(properties), self._random.randint(1, 2)))
        return self._said({**body, **{name: properties[name]() for name in names}})

    def _said(self, values: Mapping[str, object]) -> Json:
        return {name: value for name, value in values.items() if value is not ABSENT}


_COMPLETE = {"status": "COMPLETE", "completedAt": "2026-03-09T16:40:12+00:00"}
