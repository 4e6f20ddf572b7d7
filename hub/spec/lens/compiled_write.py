"""Compiles writing: for each level a function `write_N(s, n, at, found)` of straight code.

It opens the shared objects (`s1`, ...) and the native ones as they stand (`n1`, ...; `w1`, ... are their copies, in
which the rows write), goes through the rows, puts the native objects together from the inside out, and last looks
whether what is read twice says the same twice.
"""

from hub.spec.lens.compiled_read import fitting, gather, is_dealt, leaf_value
from hub.spec.lens.converters import Text
from hub.spec.lens.lists import List
from hub.spec.lens.plan import FieldPlan, LevelPlan, ListPlace, ListPlan, Place
from hub.spec.lens.quick import quick_write
from hub.spec.lens.rows import Joined, Several, Single
from hub.spec.lens.source import Source, pointer


def define_write(level: LevelPlan, out: Source) -> None:
    """Write the function of one level; those of the levels in it must be there."""
    native, shared = level.native.number, level.shared.number
    with out.block(f"def write_{level.number}(s{shared}, n{native}, at, found):"):
        if not level.shared_scalar:
            with out.block(f"if s{shared}.__class__ is not dict:"):
                out.line("found.fault(at, 'type', 'must be an object')")
                out.line(f"return n{native}")
            _open_shared(level.shared, out)
        if level.native_scalar:
            out.line(f"w{native} = n{native}")
        else:
            with out.block(f"if n{native}.__class__ is not dict:"):
                out.line(f"n{native} = EMPTY")
            _open_native(level.native, out)
        for field in level.fields:
            if not field.field.also:
                _row(field, out)
        if not level.native_scalar:
            _put_together(level.native, out)
        for field in level.fields:
            if field.field.also:
                _second_reading(field, out)
        out.line(f"return w{native}")


def _open_shared(place: Place, out: Source) -> None:
    for name, inner in place.objects.items():
        variable = f"s{inner.number}"
        out.line(f"{variable} = s{place.number}.get({name!r}, MISSING)")
        with out.block(f"if {variable}.__class__ is not dict:"):
            with out.block(f"if {variable} is not MISSING:"):
                out.line(f"found.no_object({variable}, {pointer(inner.at)})")
            out.line(f"{variable} = EMPTY")
        _open_shared(inner, out)
    for name, each in place.lists.items():
        variable = f"t{each.number}"
        out.line(f"{variable} = s{place.number}.get({name!r}, MISSING)")
        if is_dealt(each):
            _deal(each, "s", variable, out)
            _say_what_is_no_list(each, variable, out)
        for inner in each.selected.values():
            _open_shared(inner, out)


def _say_what_is_no_list(each: ListPlace, variable: str, out: Source) -> None:
    with out.block(f"if {variable}.__class__ is not list and {variable} is not MISSING:"):
        if any(not listing.shared_keys for listing in each.listings):
            with out.block(f"if {variable} is not None:"):
                out.line(f"found.fault({pointer(each.at)}, 'type', 'must be a list')")
        else:
            out.line(f"found.no_object({variable}, {pointer(each.at)})")


def _deal(each: ListPlace, letter: str, variable: str, out: Source) -> None:
    """Give every element to the row that claims it."""
    for inner in each.selected.values():
        out.line(f"{letter}{inner.number} = EMPTY; i{inner.number} = '-'")
    if letter == "s":
        for listing in each.listings:
            out.line(f"h{listing.number} = []")
    with out.block(f"for i, e in enumerate({variable} if {variable}.__class__ is list else ()):"):
        with out.block("if e.__class__ is not dict:"):
            if letter == "s":
                out.line(f"found.fault({pointer(each.at + '/{i}')}, 'type', 'must be an object')")
            else:
                out.line("continue")
        for keys, inner in each.selected.items():
            with (
                out.block(f"elif {fitting(keys, inner.number, out)}:"),
                out.block(f"if {letter}{inner.number} is EMPTY:"),
            ):
                out.line(f"{letter}{inner.number} = e; i{inner.number} = i")
        if letter == "s":
            for listing in each.listings:
                test = (
                    f"elif {fitting(listing.shared_keys, f'{each.number}_{listing.number}', out)}:"
                    if listing.shared_keys
                    else "else:"
                )
                with out.block(test):
                    out.line(f"h{listing.number}.append((i, e))")


def _open_native(place: Place, out: Source) -> None:
    out.line(f"w{place.number} = n{place.number}.copy()")
    for name, inner in place.objects.items():
        variable = f"n{inner.number}"
        out.line(f"{variable} = n{place.number}.get({name!r})")
        with out.block(f"if {variable}.__class__ is not dict:"):
            out.line(f"{variable} = EMPTY")
        _open_native(inner, out)
    for name, each in place.lists.items():
        variable = f"l{each.number}"
        out.line(f"m{each.number} = {variable} = n{place.number}.get({name!r}, MISSING)")
        if each.selected:
            _deal(each, "n", variable, out)
        for inner in each.selected.values():
            _open_native(inner, out)


def _row(plan: FieldPlan, out: Source) -> None:
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


def _put_together(place: Place, out: Source) -> None:
    number = place.number
    for name, inner in place.objects.items():
        _put_together(inner, out)
        with out.block(f"if w{inner.number} or n{inner.number} is not EMPTY:"):
            out.line(f"w{number}[{name!r}] = w{inner.number}")
    for name, each in place.lists.items():
        for keys, inner in each.selected.items():
            _put_together(inner, out)
            key_name = out.name("KEYS", inner.number, keys)
            out.line(f"m{each.number} = put_at(m{each.number}, i{inner.number}, w{inner.number}, {key_name})")
        for listing in each.listings:
            _list(listing, out)
        with out.block(f"if m{each.number} is not l{each.number}:"):
            out.line(f"put(w{number}, {name!r}, m{each.number})")


def _list(listing: ListPlan, out: Source) -> None:
    held, said = f"m{listing.native.number}", f"t{listing.shared.number}"
    name = out.name("LIST", listing.number, List(listing))
    items = (
        f"h{listing.number}"
        if is_dealt(listing.shared)
        else f"list(enumerate({said} if {said}.__class__ is list else ()))"
    )
    functions = f"(read_{listing.level.number}, write_{listing.level.number})"
    out.line(f"{held} = {name}.write({said}, {items}, {held}, {functions}, {pointer(listing.shared.at)}, found)")


def _second_reading(plan: FieldPlan, out: Source) -> None:
    name = out.name("ROW", len(out.names), plan.field.row)
    out.line(f"v = {leaf_value(plan.shared.place.number, plan.shared.name, 's')}")
    values = [leaf_value(leaf.place.number, leaf.name, "w") for leaf in plan.natives]
    native = values[0] if isinstance(plan.field.row, Single) else f"({', '.join(values)},)"
    out.line(f"{name}.compare({native}, v, {pointer(plan.shared.at)}, found)")
