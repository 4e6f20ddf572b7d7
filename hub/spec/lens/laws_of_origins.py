"""The laws of origins, for one native object. Each gives what breaks it, as sentences with paths."""

from collections.abc import Iterator
from random import Random

from hub.domain.canonical import Json, escaped
from hub.spec.lens.found import is_blank
from hub.spec.lens.laws import part_of, with_another
from hub.spec.lens.lens import Lens
from hub.spec.lens.origins import Origin
from hub.spec.lens.paths import MISSING
from hub.spec.lens.reading import Reading

Leaves = dict[str, tuple[Json, str]]
"""JSON Pointer in the body -> value, and where it was read from."""


def reads_the_same(lens: Lens, native: Json) -> list[str]:
    """The reading with origins gives the body that reading gives, and each of its places was read from somewhere."""
    reading, again = lens.read(native), lens.origins(native)
    if reading.faults:
        return []
    broken = [] if again.value == reading.body else ["the body read with origins is another"]
    return broken + [
        f"{pointer} was read from {at}, where nothing is"
        for pointer, (_, at) in leaves_of(again).items()
        if _standing(native, at) is MISSING
    ]


def changing_its_origin_changes_just_it(lens: Lens, native: Json, random: Random, most: int = 10) -> list[str]:
    """With another value at an origin, what was read from there says something else, or is refused there; nothing else.

    Silent where reading has faults. most: origins that are tried, by chance.
    """
    reading = lens.read(native)
    if reading.faults:
        return []
    leaves = leaves_of(lens.origins(native))
    there = sorted({at for _, at in leaves.values() if not _says_nothing(_standing(native, at))})
    tried = random.sample(there, min(most, len(there)))
    return [broken for at in tried for broken in _with_another_at(lens, native, at, (reading, leaves))]


def leaves_of(origin: Origin, pointer: str = "") -> Leaves:
    """All values that hold no others."""
    if not origin.inner:
        return {pointer: (origin.value, origin.at)}
    return {
        inner: leaf
        for name, each in origin.inner.items()
        for inner, leaf in leaves_of(each, f"{pointer}/{escaped(name)}").items()
    }


def _with_another_at(lens: Lens, native: Json, at: str, before: tuple[Reading, Leaves]) -> Iterator[str]:
    changed = with_another(native, at)
    reading, leaves = lens.read(changed), before[1]
    yield from (f"{fault.path} is refused for another value at {at}" for fault in reading.faults if fault.path != at)
    if reading.faults:
        return
    after = leaves_of(lens.origins(changed))
    different = {each for each in {**leaves, **after} if leaves.get(each) != after.get(each)}
    if not different and reading.unlisted == before[0].unlisted:
        yield f"another value at {at} changes nothing"
    for each in sorted(different):
        if all(each not in told or told[each][1] != at for told in (leaves, after)):
            yield f"{each} changes with another value at {at}"


def _says_nothing(value: Json) -> bool:
    return value is MISSING or isinstance(value, dict | list) or is_blank(value)


def _standing(native: Json, pointer: str) -> Json:
    place = native
    for part in map(part_of, pointer.split("/")[1:]):
        found = (isinstance(place, dict) and part in place) or (isinstance(place, list) and isinstance(part, int))
        place = place[part] if found else MISSING
    return place
