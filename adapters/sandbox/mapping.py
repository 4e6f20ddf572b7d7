"""Between a native record and the shared one, both ways, as a shape describes. Pure.

`said` reads what a native record says; `kept` writes a shared record down natively. What `kept` finds no home
for is told by comparing: `rest.difference(body, said(parts, kept(parts, body)))`.
"""

from collections.abc import Hashable

from adapters.sandbox.shape import Beside, Column, Identifiers, Joint, Part, Path, Row, Rows, Spread
from hub.domain.canonical import Json, canonical

_ABSENT = object()


def said(parts: tuple[Part, ...], row: Row) -> Json:
    """What a native record says. NULL and, unless the column has it otherwise, blank say nothing.

    A native code that the code table does not list says nothing either: it is never guessed.
    """
    body: dict[str, Json] = {}
    for part in parts:
        _read(part, row, body)
    return body.get("", body)


def kept(parts: tuple[Part, ...], body: Json) -> Row:
    """A shared record, or an item of one, as a native record holds it."""
    row: Row = {}
    for part in parts:
        _write(part, body, row)
    return row


def _read(part: Part, row: Row, body: dict[str, Json]) -> None:
    match part:
        case Column():
            _put(body, part.path, _decode(part, row.get(part.name)))
        case Spread():
            _put(body, part.path, [row[name] for name in part.names if row.get(name)] or _ABSENT)
        case Joint():
            first, second = part.names
            _put(body, part.path, part.codes.get((row.get(first, ""), row.get(second, "")), _ABSENT))
        case Rows():
            _put(body, part.path, [said(part.parts, item) for item in row.get(part.table, ())] or _ABSENT)
        case Beside():
            _read_beside(part, row, body)
        case Identifiers():
            _put(body, ("identifiers",), _read_identifiers(part, row) or _ABSENT)


def _read_beside(part: Beside, row: Row, body: dict[str, Json]) -> None:
    for item in row.get(part.table, ()):
        for inner in part.parts:
            _read(inner, item, body)


def _decode(part: Column, value: Json) -> Json:
    if value is None:
        return _ABSENT
    if value == "":
        return None if part.blank_is_none else _ABSENT
    return value if part.codes is None else part.codes.shared.get(value, _ABSENT)


def _read_identifiers(part: Identifiers, row: Row) -> list[Json]:
    """Sorted by scheme and number, as a converged list is."""
    found = [(scheme, row[name]) for name, scheme in part.columns.items() if row.get(name)]
    for item in row.get(part.table, ()):
        scheme = part.codes.shared.get(item[part.type_column])
        if scheme and item.get(part.number_column):
            found.append((scheme, item[part.number_column]))
    return [{"scheme": scheme, "value": value} for scheme, value in sorted(found, key=canonical)]


def _put(body: dict[str, Json], path: Path, value: Json) -> None:
    if value is _ABSENT:
        return
    for step in path[:-1]:
        body = body.setdefault(step, {})
    body.setdefault(path[-1] if path else "", value)


def _write(part: Part, body: Json, row: Row) -> None:
    match part:
        case Column():
            _write_column(part, _look(body, part.path), row)
        case Spread():
            value = _look(body, part.path)
            if isinstance(value, list):
                row.update(zip(part.names, value, strict=False))
        case Joint():
            _write_joint(part, _look(body, part.path), row)
        case Rows():
            value = _look(body, part.path)
            row[part.table] = [kept(part.parts, item) for item in value] if isinstance(value, list) else []
        case Beside():
            inner = kept(part.parts, body)
            row[part.table] = [inner] if any(value not in (None, []) for value in inner.values()) else []
        case Identifiers():
            _write_identifiers(part, _look(body, ("identifiers",)), row)


def _write_column(part: Column, value: Json, row: Row) -> None:
    if row.get(part.name) is not None:
        return
    if value is None and part.blank_is_none:
        row[part.name] = ""
    elif part.codes is not None:
        row[part.name] = part.codes.native.get(value) if isinstance(value, Hashable) else None
    elif isinstance(value, (int, float) if part.number else str) and not isinstance(value, bool):
        row[part.name] = value


def _write_joint(part: Joint, value: Json, row: Row) -> None:
    if any(row.get(name) is not None for name in part.names):
        return
    for pair, shared in part.codes.items():
        if shared == value:
            row.update(zip(part.names, pair, strict=True))
            return


def _write_identifiers(part: Identifiers, value: Json, row: Row) -> None:
    columns = {scheme: name for name, scheme in part.columns.items()}
    row[part.table] = []
    for item in value if isinstance(value, list) else ():
        name = columns.pop(item["scheme"], None)
        if name is not None:
            row[name] = item["value"]
        elif item["scheme"] in part.codes.native:
            native = part.codes.native[item["scheme"]]
            row[part.table].append({part.type_column: native, part.number_column: item["value"]})


def _look(body: Json, path: Path) -> Json:
    """The value at the path; absent where nothing is said there."""
    for step in path:
        if not isinstance(body, dict) or step not in body:
            return _ABSENT
        body = body[step]
    return body
