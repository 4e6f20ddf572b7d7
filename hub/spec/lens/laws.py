"""The laws of a lens, for one native object or one body. Each gives what breaks it, as sentences with paths.

A refusal breaks no law, so whoever tests by these must count refusals and bound them.
"""

import copy

import orjson

from hub.domain.canonical import Json
from hub.spec.lens.lens import Lens
from hub.spec.lens.paths import MISSING
from hub.spec.lens.rest import difference
from hub.spec.lens.view import View, view


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


def without(body: Json, pointers: tuple[str, ...]) -> Json:
    """A copy of the body without what stands at these JSON Pointers."""
    body = copy.deepcopy(body)
    paths = [[_part(part) for part in pointer.split("/")[1:]] for pointer in pointers]
    for *before, last in sorted(
        paths, key=lambda path: [(1, part) if isinstance(part, int) else (0, 0) for part in path], reverse=True
    ):
        place = body
        for part in before:
            place = place[part]
        del place[last]
    return body


def _part(part: str) -> str | int:
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
