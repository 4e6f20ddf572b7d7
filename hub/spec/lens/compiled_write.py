"""Compiles writing: for each level a function `write_N(s, n, at, found)` of straight code.

It opens the shared objects (`s1`, ...) and the native ones as they stand (`n1`, ...; `w1`, ... are their copies, in
which the rows write), goes through the rows, puts the native objects together from the inside out, and last looks
whether what is read twice says the same twice.
"""

from hub.spec.lens.compiled_choice import fitting, is_dealt
from hub.spec.lens.compiled_write_rows import second_reading, write_row
from hub.spec.lens.lists import List
from hub.spec.lens.places import LevelPlan, ListPlace, ListPlan, Place
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
                write_row(field, out)
        if not level.native_scalar:
            _put_together(level.native, out)
        for field in level.fields:
            if field.field.also:
                second_reading(field, out)
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
    """Null, unless it is a whole list's to say; other types, unless a list says so itself."""
    if all(listing.shared_keys for listing in each.listings):
        with out.block(f"if {variable} is None:"):
            out.line(f"found.carried.append({pointer(each.at)})")
    if not each.listings:
        with out.block(f"elif {variable}.__class__ is not list and {variable} is not MISSING:"):
            out.line(f"found.fault({pointer(each.at)}, 'type', 'must be a list')")


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
