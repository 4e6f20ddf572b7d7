"""What has no home in a native record: carried beside it, so that nothing of a release is lost. Pure.

The rest is a list of differences: `[path, value]` puts a value at a path, `[path]` takes away what stands there.
"""

from typing import TypeAlias

from hub.domain.canonical import Json, canonical

Rest: TypeAlias = list[list[Json]]


def difference(wanted: Json, held: Json) -> Rest:
    """What must be changed in `held` to make it `wanted`."""
    found: Rest = []
    _compare(wanted, held, [], found)
    return found


def complete(held: Json, rest: Rest) -> Json:
    """`held` with the rest put in its places; lists and objects of `held` are changed in place."""
    for path, *value in rest:
        if not path:
            held = value[0]
            continue
        place = held
        for step in path[:-1]:
            place = place[step]
        if value:
            place[path[-1]] = value[0]
        else:
            del place[path[-1]]
    return held


def _compare(wanted: Json, held: Json, path: list[Json], found: Rest) -> None:
    if isinstance(wanted, dict) and isinstance(held, dict):
        _compare_objects(wanted, held, path, found)
    elif isinstance(wanted, list) and isinstance(held, list) and len(wanted) == len(held):
        for index, (one, other) in enumerate(zip(wanted, held, strict=True)):
            _compare(one, other, [*path, index], found)
    elif canonical(wanted) != canonical(held):
        found.append([path, wanted])


def _compare_objects(wanted: dict[str, Json], held: dict[str, Json], path: list[Json], found: Rest) -> None:
    found.extend([[*path, name]] for name in held if name not in wanted)
    for name, value in wanted.items():
        if name in held:
            _compare(value, held[name], [*path, name], found)
        else:
            found.append([[*path, name], value])
