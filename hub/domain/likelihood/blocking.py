"""Who is compared with whom: those with a blocking key in common.

A key is a function from traits to short strings, so that keyed digests of them can be stored and searched. Each key
survives other errors than its neighbours. A key comes as a ladder of ever longer strings: where the block of a short
one is large, the next longer one counts in its place.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from hub.domain.likelihood.phonetic import sound
from hub.domain.likelihood.places import district
from hub.domain.likelihood.traits import Traits

LARGE_BLOCK = 100
"""Pairs grow with the square: in a block of this size 4,950, most of them for nothing."""

Ladder = tuple[str, ...]
"""One key, from its shortest form to its longest."""
_Key = tuple[str, tuple[str, ...], tuple[str, ...]]
"""kind, the parts it needs, and the parts that make it longer, as far as they are known."""


def ladders(traits: Traits) -> frozenset[Ladder]:
    """Every blocking key of a person."""
    keys = (*_name_keys(traits), *_birth_keys(traits), *_postcode_keys(traits), *_address_keys(traits))
    numbers: list[_Key] = [("identifier", number, ()) for number in traits.identifiers + traits.own]
    return frozenset(_ladder(*key) for key in (*keys, *numbers) if all(key[1]))


def _ladder(kind: str, needed: tuple[str, ...], longer: tuple[str, ...]) -> Ladder:
    rungs = ["|".join((kind, *needed))]
    for part in longer:
        if not part:
            break
        rungs.append(f"{rungs[-1]}|{part}")
    return tuple(rungs)


def _name_keys(traits: Traits) -> Iterator[_Key]:
    """Survive errors in the date and the address. Forename and surname count alike, so that swapped ones meet."""
    forenames = _sounds((*traits.forenames, *traits.other_forenames))
    surnames = _sounds((traits.surname, *traits.other_surnames))
    year, _ = _birth(traits)
    area = district(traits.postcodes[0]) if traits.postcodes else ""
    for one, other in product(forenames, surnames):
        yield "names", (min(one, other), max(one, other)), (year, area)
    for name in (traits.forename, traits.surname):
        yield "rare-name", (name,), (area, year)


def _birth_keys(traits: Traits) -> Iterator[_Key]:
    """Survive errors in one name, in the address, and day and month exchanged."""
    names = [traits.forename, *traits.other_forenames, traits.surname, *traits.other_surnames]
    year, day = _birth(traits)
    initials = "".join(sorted(name[0] for name in (traits.forename, traits.surname) if name))
    yield "born", (year, day), (initials,)
    for name in _sounds(names):
        yield "name-day", (name, day), (year,)
    for date in traits.dates[1:]:
        yield "born", (date[:4], _day(date)), (initials,)


def _postcode_keys(traits: Traits) -> Iterator[_Key]:
    """Survive errors in names and date, as long as one of both is right."""
    year, day = _birth(traits)
    for code in traits.postcodes:
        yield "postcode", (code,), (year, day)
        for name in _sounds((traits.forename, traits.surname)):
            yield "district-name", (district(code), name), (year,)


def _address_keys(traits: Traits) -> Iterator[_Key]:
    """Survive errors in the postcode, in one line of the address and in the names."""
    names, (year, _) = _sounds((traits.forename, traits.surname)), _birth(traits)
    for line in traits.streets + traits.localities:
        yield from (("line", (line,), (house, year)) for house in traits.houses or ("",))
        yield from (("line-sound", (sound(line), house), (year,)) for house in traits.houses)
    for town in traits.towns:
        yield from (("town-house", (sound(town), house), (year,)) for house in traits.houses)
        yield from (("town-name", (sound(town), name), (year,)) for name in names)


def _birth(traits: Traits) -> tuple[str, str]:
    """Year, and day and month in the order of their numbers, of the first date of birth."""
    return (traits.dates[0][:4], _day(traits.dates[0])) if traits.dates else ("", "")


def _day(date: str) -> str:
    return "".join(sorted((date[4:6], date[6:])))


def _sounds(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sound(name) for name in names if name))


def pairs_within(people: Sequence[Traits]) -> set[tuple[int, int]]:
    """Pairs of positions, the lower first, that have a key in common."""
    found: set[tuple[int, int]] = set()
    for block in _blocks(people):
        found.update(combinations(block, 2))
    return found


def pairs_between(left: Sequence[Traits], right: Sequence[Traits]) -> set[tuple[int, int]]:
    """Pairs of a position on the left and one on the right that have a key in common."""
    found: set[tuple[int, int]] = set()
    for block in _blocks((*left, *right)):
        ones = [number for number in block if number < len(left)]
        others = [number - len(left) for number in block if number >= len(left)]
        found.update(product(ones, others))
    return found


def _blocks(people: Sequence[Traits]) -> Iterator[list[int]]:
    return _climb([(ladder, number) for number, traits in enumerate(people) for ladder in ladders(traits)], 0)


def _climb(entries: Iterable[tuple[Ladder, int]], rung: int) -> Iterator[list[int]]:
    """Blocks of those whose ladders agree up to this rung; large ones fall apart by the next rung."""
    blocks: dict[str, list[tuple[Ladder, int]]] = defaultdict(list)
    for ladder, number in entries:
        if rung < len(ladder):
            blocks[ladder[rung]].append((ladder, number))
    for block in blocks.values():
        if len(block) > LARGE_BLOCK:
            yield from _climb(block, rung + 1)
        elif len(block) > 1:
            yield sorted({number for _, number in block})
