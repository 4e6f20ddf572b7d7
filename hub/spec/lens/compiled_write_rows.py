"""Compiles the writing of rows: the clean case in line, all else by the row itself."""

from hub.spec.lens.columns import Joined, Several
from hub.spec.lens.compiled_read_rows import gather, leaf_value
from hub.spec.lens.converters import Text
from hub.spec.lens.places import FieldPlan
from hub.spec.lens.quick import quick_write
from hub.spec.lens.rows import Single
from hub.spec.lens.source import Source, pointer


def write_row(plan: FieldPlan, out: Source) -> None:
    """Lines that write what the shared record says of a row, where it says something new."""
    row = plan.field.row
    name = out.name("ROW", len(out.names), row)
    if isinstance(row, Single):
        _single(plan, row, name, out)
    else:
        _several(plan, row, name, out)


def _single(plan: FieldPlan, row: Single, name: str, out: Source) -> None:
    leaf = plan.natives[0]
    out.line(f"v = {leaf_value(plan.shared.place.number, plan.shared.name, 's')}")
    out.line(f"o = {leaf_value(leaf.place.number, leaf.name)}")
    quick = quick_write(row.convert, row.most, len(out.names), out)
    if quick is not None:
        with out.block(f"if {quick.test}:"):
            if quick.value != "c":
                out.line(f"c = {quick.value}")
            changed = "" if quick.sure else f" and (o is MISSING or {name}.differs(o, v))"
            with out.block(f"if not ({quick.held}){changed}:"):
                _set(plan, "c", out)
    start = "if" if quick is None else "elif"
    condition = "True" if row.absence.required else "v is not MISSING or o is not MISSING"
    with out.block(f"{start} {condition}:"):
        out.line(f"c = {name}.write(v, o, {pointer(plan.shared.at)}, found)")
        with out.block("if c is not o:"):
            if leaf.name is None:
                out.line(f"w{leaf.place.number} = c")
            else:
                out.line(f"put(w{leaf.place.number}, {leaf.name!r}, c)")
            _relabel(plan, out)


def _set(plan: FieldPlan, value: str, out: Source) -> None:
    leaf = plan.natives[0]
    number = leaf.place.number
    out.line(f"w{number} = {value}" if leaf.name is None else f"w{number}[{leaf.name!r}] = {value}")
    _relabel(plan, out)


def _relabel(plan: FieldPlan, out: Source) -> None:
    if plan.label is not None:
        labels = out.name("LABELS", len(out.names), plan.field.labels)
        out.line(f"put(w{plan.label.place.number}, {plan.label.name!r}, label_of({labels}, v))")


def _several(plan: FieldPlan, row: Several | Joined, name: str, out: Source) -> None:
    values = "".join(f"{leaf_value(leaf.place.number, leaf.name)}, " for leaf in plan.natives)
    said = leaf_value(plan.shared.place.number, plan.shared.name, "s")
    if isinstance(row.convert, Text) and gather(plan, row, out):
        out.line(f"v = {said}")
        unchanged = "g == v" if isinstance(row, Several) else f"{row.separator!r}.join(g) == v"
        head = f"if not (q and g and {unchanged})"
    else:
        out.line(f"v = {said}")
        head = "if True"
    with out.block(f"{head}:"):
        out.line(f"o = ({values})")
        with out.block("if True:" if row.absence.required else "if v is not MISSING or o.count(MISSING) < len(o):"):
            out.line(f"c = {name}.write(v, o, {pointer(plan.shared.at)}, found)")
            with out.block("if c is not o:"):
                for position, leaf in enumerate(plan.natives):
                    out.line(f"put(w{leaf.place.number}, {leaf.name!r}, c[{position}])")


def second_reading(plan: FieldPlan, out: Source) -> None:
    """Lines that compare a second reading with what was written."""
    name = out.name("ROW", len(out.names), plan.field.row)
    out.line(f"v = {leaf_value(plan.shared.place.number, plan.shared.name, 's')}")
    values = [leaf_value(leaf.place.number, leaf.name, "w") for leaf in plan.natives]
    native = values[0] if isinstance(plan.field.row, Single) else f"({', '.join(values)},)"
    out.line(f"{name}.compare({native}, v, {pointer(plan.shared.at)}, found)")
