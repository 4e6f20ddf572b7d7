"""Many invented people as a store of offenders has them: few names are common and most are rare, families share a home,
some a date of birth, and a prison or a hostel is the address of hundreds.

Names are made of syllables; how common they are follows the law of Zipf and Mandelbrot, with the most common surname at
1.4 % and the most common forename at 3.4 %.
"""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, product

from hub.domain.likelihood.traits import Traits

_SURNAMES, _FORENAMES, _TOWNS, _STREETS, _INSTITUTIONS = 20_000, 1_500, 900, 4_000, 140
_POSTCODES = 300_000
_AT_HOME = 0.3
"""Live where somebody else does, who is described shortly before."""
_TWIN = 0.03
"""Of these, are born on the same day."""
_INSIDE = 0.05
"""Have the address of an institution."""
_MOVED = 0.4
_SECOND_FORENAME = 0.5
_PNC, _CRO = 0.74, 0.63
"""How many have these numbers, as when the prison service's records were moved."""
_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "tr",
    "v",
    "w",
]
_NUCLEI = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "oo", "ou"]
_CODAS = ["n", "r", "s", "ll", "m", "rd", "ck", "nd", "tt", "l"]
_KEPT = 64


def crowd(first: int, count: int, at_home: float = _AT_HOME) -> Iterator[Traits]:
    """So many people, numbered from the first on: the same at every run for the same first.

    at_home: the share of those who live where somebody else does.
    """
    draw, names = random.Random(first), _names()  # noqa: S311 -- a sample, no secret
    lately: deque[Traits] = deque(maxlen=_KEPT)
    for number in range(first, first + count):
        traits = _person(draw, names, number)
        if lately and draw.random() < at_home:
            traits = _at_home(draw, traits, draw.choice(lately))
        lately.append(traits)
        yield traits


class _Names:
    """What names, places and postcodes are drawn from."""

    def __init__(self, draw: random.Random) -> None:
        self.surnames = _Common(_words(draw, _SURNAMES), 8)
        self.forenames = _Common(_words(draw, _FORENAMES), 4)
        self.towns = _Common(_words(draw, _TOWNS), 20)
        self.streets = _Common([f"{word}{kind}" for word in _words(draw, _STREETS // 4) for kind in _KINDS], 30)
        self.postcodes = _Common([_postcode(draw) for _ in range(_POSTCODES)], 2_000)
        self.institutions = [(f"hmp{word}", _postcode(draw)) for word in _words(draw, _INSTITUTIONS)]


@cache
def _names() -> _Names:
    return _Names(random.Random(7))  # noqa: S311 -- a sample, no secret


_KINDS = ("road", "street", "avenue", "close")


class _Common:
    """Values of which the first are the most common."""

    def __init__(self, values: Sequence[str], flat: int) -> None:
        self._values = values
        self._weights = list(accumulate(1 / (rank + flat) for rank in range(1, len(values) + 1)))

    def draw(self, draw: random.Random) -> str:
        return draw.choices(self._values, cum_weights=self._weights)[0]


def _words(draw: random.Random, count: int) -> list[str]:
    syllables = [f"{onset}{nucleus}" for onset, nucleus in product(_ONSETS, _NUCLEI)]
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(draw.choices(syllables, k=draw.randint(1, 3))) + draw.choice(_CODAS)] = None
    return list(words)


def _postcode(draw: random.Random) -> str:
    letters = "abdefghjlnpqrstuwxyz"
    area = f"{draw.choice(letters[:12])}{draw.choice(letters[:10])}{draw.randint(1, 24)}"
    return f"{area}{draw.randint(1, 9)}{draw.choice(letters)}{draw.choice(letters)}"


def _person(draw: random.Random, names: _Names, number: int) -> Traits:
    homes = [_home(draw, names) for _ in range(2 if draw.random() < _MOVED else 1)]
    return Traits(
        forenames=tuple(names.forenames.draw(draw) for _ in range(2 if draw.random() < _SECOND_FORENAME else 1)),
        surname=names.surnames.draw(draw),
        dates=(_date(draw),),
        sex="m" if draw.random() < 0.85 else "f",
        postcodes=tuple(postcode for _, _, _, postcode in homes),
        houses=tuple(house for house, _, _, _ in homes if house),
        streets=tuple(street for _, street, _, _ in homes),
        towns=tuple(dict.fromkeys(town for _, _, town, _ in homes)),
        identifiers=tuple(_numbers(draw, number)),
    )


def _home(draw: random.Random, names: _Names) -> tuple[str, str, str, str]:
    """House, street, town and postcode."""
    town = names.towns.draw(draw)
    if draw.random() < _INSIDE:
        institution, postcode = draw.choice(names.institutions)
        return "", institution, town, postcode
    return str(draw.randint(1, 150)), names.streets.draw(draw), town, names.postcodes.draw(draw)


def _date(draw: random.Random) -> str:
    year = min(2008, max(1935, round(draw.gauss(1985, 13))))
    return f"{year}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"


def _numbers(draw: random.Random, number: int) -> Iterator[tuple[str, str]]:
    if draw.random() < _PNC:
        yield "pnc", f"{draw.randint(1980, 2025)}{number:07}a"
    if draw.random() < _CRO:
        yield "cro", f"{number:06}{draw.randint(50, 99)}b"


def _at_home(draw: random.Random, traits: Traits, other: Traits) -> Traits:
    """Somebody of the family of another."""
    shared = replace(
        traits,
        surname=other.surname,
        postcodes=other.postcodes[:1],
        houses=other.houses[:1],
        streets=other.streets[:1],
        towns=other.towns[:1],
    )
    return replace(shared, dates=other.dates) if draw.random() < _TWIN else shared


def misspelt(traits: Traits, draw: random.Random) -> Traits:
    """The same person as another agency has them: no number in common, moved or not, up to three errors."""
    heard = replace(traits, identifiers=(), forenames=traits.forenames[:1])
    for change in draw.sample(_ERRORS, k=draw.randint(0, 3)):
        heard = change(heard, draw)
    return heard


def _wrong_letter(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text))
    return text[:place] + draw.choice("aeioulnrst") + text[place + 1 :]


def _wrong_surname(traits: Traits, draw: random.Random) -> Traits:
    return replace(traits, surname=_wrong_letter(traits.surname, draw))


def _wrong_forename(traits: Traits, draw: random.Random) -> Traits:
    return replace(traits, forenames=(_wrong_letter(traits.forename, draw),))


def _wrong_digit(traits: Traits, draw: random.Random) -> Traits:
    date, place = traits.dates[0], draw.choice((3, 5, 7))
    return replace(traits, dates=(f"{date[:place]}{draw.randint(0, 9)}{date[place + 1 :]}",))


def _swapped_names(traits: Traits, draw: random.Random) -> Traits:
    del draw
    return replace(traits, forenames=(traits.surname,), surname=traits.forename)


def _moved(traits: Traits, draw: random.Random) -> Traits:
    return replace(traits, postcodes=(_postcode(draw),), streets=(), houses=(), towns=())


_ERRORS = (_wrong_surname, _wrong_forename, _wrong_digit, _swapped_names, _moved)
