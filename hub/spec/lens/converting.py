"""The converter that a row of a table asks for."""

from collections.abc import Mapping

from hub.domain.canonical import Json
from hub.spec.lens.converters import Codes, Converter, Flag, Text
from hub.spec.lens.numbers import Digits, Number, Numeral, Whole
from hub.spec.lens.paths import spelled
from hub.spec.lens.stated import Around, Wrong, said
from hub.spec.lens.times import Day, Moment

OF_KIND: dict[str, set[str]] = {
    "text": set(),
    "token": set(),
    "integer": {"scale"},
    "digits": {"scale"},
    "numeral": set(),
    "number": set(),
    "date": {"format"},
    "datetime": {"format"},
    "flag": {"yes", "no"},
}


def kind_of(row: Mapping[str, Json]) -> str:
    """What `as` says.

    Raises:
        Wrong: it says nothing that is known.
    """
    kind = row.get("as", "text")
    if kind not in OF_KIND:
        raise Wrong(f"as = {kind!r} is not known; there are {', '.join(OF_KIND)}")
    return str(kind)


def converter_of(row: Mapping[str, Json], kind: str, around: Around) -> tuple[Converter, Mapping[str, str]]:
    """The converter, and the labels of its codes.

    Raises:
        Wrong: an option does not fit it.
    """
    if kind in ("codes", "table"):
        if "as" in row or ("codes" in row and "table" in row):
            raise Wrong("of as, codes and table only one can be")
        return _listed(row, around) if kind == "codes" else (_tabled(row), {})
    return _plain(row, kind, around), {}


def _plain(row: Mapping[str, Json], kind: str, around: Around) -> Converter:
    scale, pattern = row.get("scale", 1), row.get("format")
    if scale.__class__ is not int or scale < 1:
        raise Wrong("scale must be a whole number from 1")
    if pattern is not None and not isinstance(pattern, str):
        raise Wrong("format must be a text")
    if kind == "flag":
        return Flag(_words(row, "yes", default=True), _words(row, "no", default=False))
    made: dict[str, Converter] = {
        "text": Text(),
        "token": Text(trimmed=True),
        "integer": Whole(scale),
        "digits": Digits(scale),
        "numeral": Numeral(),
        "number": Number(),
        "date": Day(pattern, around.zone),
        "datetime": Moment(pattern, around.zone),
    }
    return made[kind]


def _words(row: Mapping[str, Json], name: str, *, default: bool) -> tuple[Json, ...]:
    words = row.get(name, [default])
    if not isinstance(words, list) or any(spelled(word) is None for word in words):
        raise Wrong(f"{name} must be a list of native values")
    return tuple(word.strip() if isinstance(word, str) else word for word in words)


def _listed(row: Mapping[str, Json], around: Around) -> tuple[Codes, Mapping[str, str]]:
    name = said(row, "codes", str)
    if name not in around.lists:
        raise Wrong(f"there is no code list {name}")
    code_list, system = around.lists[name], row.get("from", around.system)
    shared = {own.strip(): code for own, code in code_list.from_system(system).items()}
    if not shared and not code_list.open:
        raise Wrong(f"the code list {name} has no code of the system {system}")
    labels = {code.code: code.label for code in code_list.codes}
    return Codes(name, f"the list {name}", shared, _back(shared), f"{system}:" if code_list.open else None), labels


def _tabled(row: Mapping[str, Json]) -> Codes:
    if "from" in row:
        raise Wrong("from stands beside codes")
    table = said(row, "table", dict)
    if not table or any(spelled(value) is None for value in table.values()):
        raise Wrong("table must give native codes their shared values")
    shared = {own.strip(): value for own, value in table.items()}
    return Codes("", f"this field: {', '.join(shared)}", shared, _back(shared), None)


def _back(shared: Mapping[str, Json]) -> dict[str, str]:
    back: dict[str, str] = {}
    for own, value in shared.items():
        back.setdefault(spelled(value) or "", own)
    return back
