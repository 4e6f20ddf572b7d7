"""The laws of a lens, for one native object or one body. Each gives what breaks it, as sentences with paths.

A refusal breaks no law, so whoever tests by these must count refusals and bound them.
"""

import copy
from collections.abc import Iterator

import orjson

from hub.domain.canonical import Json, escaped
from hub.spec.lens.found import is_blank
from hub.spec.lens.lens import Lens
from hub.spec.lens.paths import MISSING
from hub.spec.lens.rest import difference
from hub.spec.lens.view import View, view
from hub.spec.lens.vocabulary import Level


def get_put(lens: Lens, native: Json) -> list[str]:
    """Writing back what was read changes nothing, byte for byte. Silent where reading has faults."""
    reading = lens.read(native)
    if reading.faults:
        return []
    before = orjson.dumps(native)
    writing = lens.write(reading.body, onto=native)
    broken = [f"written back, {fault.path} is refused by {fault.rule}" for fault in writing.faults]
    broken += [f"written back, {path} is carried" for path in writing.carried]
    if orjson.dumps(writing.native) != before:
        broken += [f"written back, {_shown(path)} differs" for path, *_ in difference(writing.native, native)] or [
            "written back, the order of properties differs"
        ]
    if orjson.dumps(native) != before:
        broken.append("writing changed the native object that it was given")
    return broken


def put_get(lens: Lens, body: Json, onto: Json | None = None) -> list[str]:
    """What was written reads back the same, but for what was carried. Silent where writing has faults.

    onto: None, or a native object that reads without faults.
    """
    writing = lens.write(body, onto)
    if writing.faults:
        return []
    again = lens.read(writing.native)
    if again.faults:
        return [f"what was written has a fault at {fault.path}: {fault.rule}" for fault in again.faults]
    wanted = view(lens.plan, without(body, writing.carried))
    return [
        f"written and read again, {_shown(path)} differs" for path in _different(wanted, view(lens.plan, again.body))
    ]


def homeless_survive(lens: Lens, body: Json, onto: Json) -> list[str]:
    """What has no home and lies in no list is still there, with its value, after any body is written."""
    writing = lens.write(body, onto)
    if writing.faults:
        return []
    return [
        f"{each.path} has no home, and did not survive"
        for each in lens.read(onto).homeless
        if MISSING is not (value := _outside_lists(onto, each.path))
        and _outside_lists(writing.native, each.path) != value
    ]


def nothing_is_passed_over(lens: Lens, native: Json) -> list[str]:
    """Every native value is taken, so that another value there would be read as something else, or it is reported.

    Codes' descriptions and the keys by which elements are chosen say nothing by themselves. Silent where reading has
    faults.
    """
    reading = lens.read(native)
    if reading.faults:
        return []
    reported = {each.path for each in reading.homeless}
    aside = _aside(lens.table.level)
    broken: list[str] = []
    for path, name in _values(native, "", ""):
        parents = {path[:end] for end, letter in enumerate(f"{path}/") if letter == "/" and end}
        if name in aside or reported & parents:
            continue
        other = lens.read(with_another(native, path))
        if (other.body, other.faults, other.unlisted) == (reading.body, (), reading.unlisted):
            broken.append(f"{path} is passed over")
    return broken


def _aside(level: Level) -> set[str]:
    """Last names of labels and of keys."""
    paths = [path for each in level.fields for path in (*each.natives, *([each.label] if each.label else []))]
    paths += [*(each.native for each in level.homeless), *(each.native for each in level.lists)]
    keys = {key.names[-1] for path in paths for step in path.steps for key in step.keys}
    labels = {each.label.steps[-1].name for each in level.fields if each.label is not None}
    return keys.union(labels, *(_aside(each.level) for each in level.lists))


def _values(value: Json, path: str, name: str) -> Iterator[tuple[str, str]]:
    """JSON Pointers of all that is no blank, each with the last name on its way."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, f"{path}/{escaped(key)}", key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _values(inner, f"{path}/{index}", name)
    elif not is_blank(value):
        yield path, name


def with_another(native: Json, pointer: str) -> Json:
    """A copy with another value in the place of one that is no blank."""
    native = copy.deepcopy(native)
    *before, last = [part_of(part) for part in pointer.split("/")[1:]]
    place = native
    for part in before:
        place = place[part]
    held = place[last]
    place[last] = not held if isinstance(held, bool) else f"another {held}" if isinstance(held, str) else held + 1
    return native


def without(body: Json, pointers: tuple[str, ...]) -> Json:
    """A copy of the body without what stands at these JSON Pointers."""
    body = copy.deepcopy(body)
    paths = [[part_of(part) for part in pointer.split("/")[1:]] for pointer in pointers]
    for *before, last in sorted(
        paths, key=lambda path: [(1, part) if isinstance(part, int) else (0, 0) for part in path], reverse=True
    ):
        place = body
        for part in before:
            place = place[part]
        del place[last]
    return body


def part_of(part: str) -> str | int:
    """A step of a JSON Pointer, as what it is looked up by."""
    return int(part) if part.isdigit() else part.replace("~1", "/").replace("~0", "~")


def _outside_lists(value: Json, pointer: str) -> Json:
    for part in pointer.split("/")[1:]:
        if not isinstance(value, dict):
            return MISSING
        value = value.get(part.replace("~1", "/").replace("~0", "~"), MISSING)
    return value


def _different(wanted: View, held: View, path: str = "") -> list[str]:
    if isinstance(wanted, dict) and isinstance(held, dict):
        return [
            found
            for name in {**wanted, **held}
            for found in _different(wanted.get(name, MISSING), held.get(name, MISSING), f"{path}/{name}")
        ]
    if isinstance(wanted, list) and isinstance(held, list) and len(wanted) == len(held):
        return [
            found
            for index, pair in enumerate(zip(wanted, held, strict=True))
            for found in _different(*pair, f"{path}/{index}")
        ]
    return [] if wanted.__class__ is held.__class__ and wanted == held else [path]


def _shown(path: Json) -> str:
    return path if isinstance(path, str) else "/" + "/".join(map(str, path))
