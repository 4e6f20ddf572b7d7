"""Compiles reading: for each level a function `read_N(n, at, found)` of straight code.

It opens the native objects (`n1`, `n2`, ...; lists `l1`, ...), goes through the rows, names what has no home, and puts
the shared objects (`s1`, ...) together from the inside out.
"""

from hub.spec.lens.lists import CLAIMED, List
from hub.spec.lens.paths import Keys
from hub.spec.lens.plan import FieldPlan, LevelPlan, ListPlace, ListPlan, Place
from hub.spec.lens.quick import Quick, quick_read
from hub.spec.lens.rows import Joined, Several, Single
from hub.spec.lens.source import Source, pointer


def define_read(level: LevelPlan, out: Source) -> None:
    """Write the function of one level; those of the levels in it must be there."""
    with out.block(f"def read_{level.number}(n{level.native.number}, at, found):"):
        if not level.native_scalar:
            _open_root(level.native, out)
        _make(level.shared, out, scalar=level.shared_scalar)
        for field in level.fields:
            _row(field, out)
        for listing in level.lists:
            _list(listing, out)
        if not level.native_scalar:
            _name_homeless(level.native, out)
        _put_together(level.shared, out)
        result = f"s{level.shared.number}"
        out.line(
            f"return {result} or MISSING" if level.native_scalar and not level.shared_scalar else f"return {result}"
        )


def _open_root(place: Place, out: Source) -> None:
    with out.block(f"if n{place.number}.__class__ is not dict:"):
        out.line("found.fault(at, 'type', 'must be an object')")
        out.line("return MISSING")
    _open(place, out)


def _open(place: Place, out: Source) -> None:
    for name, inner in place.objects.items():
        variable = f"n{inner.number}"
        out.line(f"{variable} = n{place.number}.get({name!r})")
        with out.block(f"if {variable}.__class__ is not dict:"):
            with out.block(f"if {variable} is not None:"):
                out.line(f"found.fault({pointer(inner.at)}, 'type', 'must be an object')")
            out.line(f"{variable} = EMPTY")
        _open(inner, out)
    for name, each in place.lists.items():
        _open_list(place, name, each, out)


def _open_list(place: Place, name: str, each: ListPlace, out: Source) -> None:
    variable = f"l{each.number}"
    out.line(f"{variable} = n{place.number}.get({name!r}, MISSING)")
    with out.block(f"if {variable}.__class__ is not list and {variable} is not MISSING and not is_blank({variable}):"):
        out.line(f"found.fault({pointer(each.at)}, 'type', 'must be a list')")
    if is_dealt(each):
        _deal(each, out)
    for inner in each.selected.values():
        _open(inner, out)


def is_dealt(each: ListPlace) -> bool:
    """Whether the elements of a list go different ways."""
    return (
        not each.listings
        or len(each.listings) > 1
        or bool(each.selected)
        or bool(each.because)
        or bool(each.listings[0].native_keys if each.listings[0].native is each else each.listings[0].shared_keys)
    )


def _deal(each: ListPlace, out: Source) -> None:
    """Give every element to the row that claims it."""
    for inner in each.selected.values():
        out.line(f"n{inner.number} = EMPTY; i{inner.number} = '-'")
    for listing in each.listings:
        out.line(f"g{listing.number} = []")
    variable, at = f"l{each.number}", pointer(f"{each.at}/{{i}}")
    with out.block(f"for i, e in enumerate({variable} if {variable}.__class__ is list else ()):"):
        with out.block("if e.__class__ is not dict:"):
            out.line(f"found.fault({at}, 'type', 'must be an object')")
        for keys, inner in each.selected.items():
            with out.block(f"elif {fitting(keys, inner.number, out)}:"):
                with out.block(f"if n{inner.number} is EMPTY:"):
                    out.line(f"n{inner.number} = e; i{inner.number} = i")
                with out.block("else:"):
                    out.line(f"found.without_home(e, {at}, {each.default!r})")
        for position, (keys, because) in enumerate(each.because.items()):
            with out.block(f"elif {fitting(keys, f'{each.number}_{position}', out)}:"):
                out.line(f"found.without_home(e, {at}, {because!r})")
        for listing in each.listings:
            if listing.native_keys:
                with out.block(f"elif {fitting(listing.native_keys, listing.number, out)}:"):
                    out.line(f"g{listing.number}.append((i, e))")
        with out.block("else:"):
            if each.listings and not each.listings[-1].native_keys:
                out.line(f"g{each.listings[-1].number}.append((i, e))")
            else:
                out.line(f"found.without_home(e, {at}, {each.default!r})")


def fitting(keys: Keys, number: int | str, out: Source) -> str:
    """The expression for whether element `e` has the keys; a text is compared at once."""
    name = f"KEYS_{number}"
    out.names[name] = keys
    if len(keys) == 1 and len(keys[0].names) == 1:
        key = keys[0]
        return f"((k := e.get({key.names[0]!r})) == {key.text!r} or (k.__class__ is not str and fits(e, {name})))"
    return f"fits(e, {name})"


def with_keys(keys: Keys, element: str, name: str) -> str:
    """The expression for an element made with its keys."""
    if not keys:
        return element
    if all(len(key.names) == 1 for key in keys):
        return f"{{{''.join(f'{key.names[0]!r}: {key.value!r}, ' for key in keys)}**{element}}}"
    return f"stamped({name}, {element})"


def _make(place: Place, out: Source, *, scalar: bool = False) -> None:
    out.line(f"s{place.number} = {'{}' if not scalar else 'MISSING'}")
    for inner in place.objects.values():
        _make(inner, out)
    for each in place.lists.values():
        for inner in each.selected.values():
            _make(inner, out)


def _row(plan: FieldPlan, out: Source) -> None:
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


def _list(listing: ListPlan, out: Source) -> None:
    number, variable = listing.number, f"l{listing.native.number}"
    name = out.name("LIST", number, List(listing))
    elements = (
        f"g{number}" if is_dealt(listing.native) else f"enumerate({variable} if {variable}.__class__ is list else ())"
    )
    at = pointer(f"{listing.native.at}/{{i}}")
    out.line(f"r{number} = []")
    with out.block(f"for i, e in {elements}:"):
        out.line(f"v = read_{listing.level.number}(e, {at}, found)")
        with out.block("if v is MISSING:"):
            out.line("continue")
        if listing.shared_keys:
            out.line(f"v = {with_keys(listing.shared_keys, 'v', f'{name}.plan.shared_keys')}")
        if listing.shared_before:
            with out.block(f"if {name}.is_claimed(v):"):
                out.line(f"found.without_home(e, {at}, {CLAIMED!r})")
                out.line("continue")
        out.line(f"r{number}.append(v)")
    with out.block(f"if not r{number}:"):
        out.line(f"r{number} = {name}.nothing({variable}, {pointer(listing.native.at)}, found)")


def _name_homeless(place: Place, out: Source) -> None:
    known = out.name("KNOWN", place.number, place.names())
    because = repr(place.default)
    if place.because:
        because = f"{out.name('BECAUSE', place.number, place.because)}.get(k, {because})"
    with out.block(f"for k in n{place.number}:"), out.block(f"if k not in {known}:"):
        out.line(f"found.unknown(n{place.number}[k], k, {pointer(place.at)}, {because})")
    for inner in place.objects.values():
        _name_homeless(inner, out)
    for each in place.lists.values():
        for inner in each.selected.values():
            _name_homeless(inner, out)


def _put_together(place: Place, out: Source) -> None:
    for name, inner in place.objects.items():
        _put_together(inner, out)
        with out.block(f"if s{inner.number}:"):
            out.line(f"s{place.number}[{name!r}] = s{inner.number}")
    for name, each in place.lists.items():
        target = f"s{place.number}[{name!r}]"
        if is_dealt(each):
            _put_list_together(each, target, out)
        else:
            with out.block(f"if r{each.listings[0].number} is not MISSING:"):
                out.line(f"{target} = r{each.listings[0].number}")


def _put_list_together(each: ListPlace, target: str, out: Source) -> None:
    variable = f"t{each.number}"
    out.line(f"{variable} = []")
    for keys, inner in each.selected.items():
        _put_together(inner, out)
        with out.block(f"if s{inner.number}:"):
            name = out.name("KEYS", inner.number, keys)
            out.line(f"{variable}.append({with_keys(keys, f's{inner.number}', name)})")
    for listing in each.listings:
        with out.block(f"if r{listing.number}.__class__ is list:"):
            out.line(f"{variable} += r{listing.number}")
    plain = [f"r{listing.number}" for listing in each.listings if not listing.shared_keys]
    with out.block(f"if {variable}{''.join(f' or {name}.__class__ is list' for name in plain)}:"):
        out.line(f"{target} = {variable}")
    for name in plain:
        with out.block(f"elif {name} is None:"):
            out.line(f"{target} = None")
