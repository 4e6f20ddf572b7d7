"""Compiles reading: for each level a function `read_N(n, at, found)` of straight code.

It opens the native objects (`n1`, `n2`, ...; lists `l1`, ...), goes through the rows, names what has no home, and puts
the shared objects (`s1`, ...) together from the inside out.
"""

from hub.spec.lens.compiled_choice import fitting, is_dealt, with_keys
from hub.spec.lens.compiled_read_rows import read_row
from hub.spec.lens.lists import CLAIMED, List
from hub.spec.lens.places import LevelPlan, ListPlace, ListPlan, Place
from hub.spec.lens.source import Source, pointer


def define_read(level: LevelPlan, out: Source, *, of_a_list: bool) -> None:
    """Write the function of one level; those of the levels in it must be there. of_a_list: it reads elements."""
    with out.block(f"def read_{level.number}(n{level.native.number}, at, found):"):
        if not level.native_scalar:
            _open_root(level.native, out, of_a_list=of_a_list)
        _make(level.shared, out, scalar=level.shared_scalar)
        for field in level.fields:
            read_row(field, out)
        for listing in level.lists:
            _list(listing, out)
        if not level.native_scalar:
            _name_homeless(level.native, out)
        _put_together(level.shared, out)
        result = f"s{level.shared.number}"
        out.line(
            f"return {result} or MISSING" if level.native_scalar and not level.shared_scalar else f"return {result}"
        )


def _open_root(place: Place, out: Source, *, of_a_list: bool) -> None:
    variable = f"n{place.number}"
    with out.block(f"if {variable}.__class__ is not dict:"):
        told = f"no_element({variable}, at)" if of_a_list else "fault(at, 'type', 'must be an object')"
        out.line(f"found.{told}")
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


def _deal(each: ListPlace, out: Source) -> None:
    """Give every element to the row that claims it."""
    for inner in each.selected.values():
        out.line(f"n{inner.number} = EMPTY; i{inner.number} = '-'")
    for listing in each.listings:
        out.line(f"g{listing.number} = []")
    variable, at = f"l{each.number}", pointer(f"{each.at}/{{i}}")
    with out.block(f"for i, e in enumerate({variable} if {variable}.__class__ is list else ()):"):
        with out.block("if e.__class__ is not dict:"):
            out.line(f"found.no_element(e, {at})")
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


def _make(place: Place, out: Source, *, scalar: bool = False) -> None:
    out.line(f"s{place.number} = {'{}' if not scalar else 'MISSING'}")
    for inner in place.objects.values():
        _make(inner, out)
    for each in place.lists.values():
        for inner in each.selected.values():
            _make(inner, out)


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
