"""What compiled code says of elements that rows choose by their keys."""

from hub.spec.lens.paths import Keys
from hub.spec.lens.places import ListPlace
from hub.spec.lens.source import Source


def is_dealt(each: ListPlace) -> bool:
    """Whether the elements of a list go different ways."""
    return (
        not each.listings
        or len(each.listings) > 1
        or bool(each.selected)
        or bool(each.because)
        or bool(each.listings[0].native_keys if each.listings[0].native is each else each.listings[0].shared_keys)
    )


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
