"""Compiles the reading of rows: the clean case in line, all else by the row itself."""

from hub.spec.lens.columns import Joined, Several
from hub.spec.lens.places import FieldPlan
from hub.spec.lens.quick import Quick, quick_read
from hub.spec.lens.rows import Single
from hub.spec.lens.source import Source, pointer


def read_row(plan: FieldPlan, out: Source) -> None:
    """Lines that read a row and put what it says in its shared place."""
    row = plan.field.row
    name = out.name("ROW", len(out.names), row)
    if isinstance(row, Single):
        _single(plan, row, name, out)
    else:
        _several(plan, row, name, out)


def _single(plan: FieldPlan, row: Single, name: str, out: Source) -> None:
    leaf = plan.natives[0]
    out.line(f"v = {leaf_value(leaf.place.number, leaf.name)}")
    quick = quick_read(row.convert, len(out.names), out)
    if quick is not None:
        with out.block(f"if {quick.test}:"):
            _store(plan, quick.value, out)
    start = "if" if quick is None else "elif"
    with out.block(f"{start} {'True' if row.absence.required else 'v is not MISSING'}:"):
        out.line(f"v = {name}.read(v, {pointer(leaf.at)}, found)")
        with out.block("if v is not MISSING:"):
            _store(plan, "v", out)


def _several(plan: FieldPlan, row: Several | Joined, name: str, out: Source) -> None:
    gathers = gather(plan, row, out)
    if gathers:
        with out.block("if q and g:"):
            _store(plan, "g" if isinstance(row, Several) else f"{row.separator!r}.join(g)", out)
    values = "".join(f"{leaf_value(leaf.place.number, leaf.name)}, " for leaf in plan.natives)
    places = "".join(f"{pointer(leaf.at)}, " for leaf in plan.natives)
    with out.block("else:" if gathers else "if True:"):
        out.line(f"v = {name}.read(({values}), ({places}), found)")
        with out.block("if v is not MISSING:"):
            _store(plan, "v", out)


def gather(plan: FieldPlan, row: Several | Joined, out: Source) -> bool:
    """Lines that gather the clean values of several columns in `g`; `q`: all were clean. False: there is no way."""
    quick = quick_read(row.convert, len(out.names), out)
    if quick is None or (isinstance(row, Several) and row.last == "split"):
        return False
    out.line("g = []; q = True")
    for position, leaf in enumerate(plan.natives, 1):
        out.line(f"v = {leaf_value(leaf.place.number, leaf.name)}")
        if isinstance(row, Several) and row.last == "list" and position == len(plan.natives):
            with out.block("if v.__class__ is list:"), out.block("for v in v:"):
                _add(quick, "else:", out)
            with out.block("elif v is not MISSING:"):
                out.line("q = False")
        else:
            _add(quick, "elif v is not MISSING:", out)
    return True


def _add(quick: Quick, otherwise: str, out: Source) -> None:
    with out.block(f"if {quick.test}:"):
        out.line(f"g.append({quick.value})")
    with out.block(otherwise):
        out.line("q = False")


def leaf_value(number: int, name: str | None, letter: str = "n") -> str:
    """The expression of a value."""
    return f"{letter}{number}" if name is None else f"{letter}{number}.get({name!r}, MISSING)"


def _store(plan: FieldPlan, value: str, out: Source) -> None:
    place, name = plan.shared.place, plan.shared.name
    out.line(f"s{place.number} = {value}" if name is None else f"s{place.number}[{name!r}] = {value}")
