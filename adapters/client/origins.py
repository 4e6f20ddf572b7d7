"""From a place in a shared body back to the field of the payload, also where the body was put together of several.

Whoever refuses a body names places in it; whoever is to mend it knows only what the native system sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault, Rejected
from hub.spec.lens.origins import Origin
from hub.spec.record import RecordSpec

Names = Mapping[str, tuple[str, ...]]
"""Lists whose items several objects may describe -> the properties that name an item in it."""

_BEFORE = "does not fit what was told before"


@dataclass(frozen=True)
class Source:
    """A native object that a body was made of.

    read: what was read of it, asked for only when something was refused. place: where a JSON Pointer in the object
    stands in the payload.
    """

    read: Callable[[], Origin]
    place: Callable[[str], str]

    @cached_property
    def origins(self) -> Origin:
        """What was read of it, with where it stands in the object."""
        return self.read()


def said_at(said: Json, at: str) -> Source:
    """What an adapter says by itself in a body, of one place in the payload."""
    return Source(lambda: _of_one_place(said, ""), lambda _: at)


def _of_one_place(said: Json, at: str) -> Origin:
    inner = said.items() if isinstance(said, dict) else enumerate(said if isinstance(said, list) else ())
    return Origin(said, at, {str(name): _of_one_place(each, at) for name, each in inner})


def native_place(body: Json, pointer: str, sources: Sequence[Source], names: Names | None = None) -> str | None:
    """Where in the payload stands what a place of the body says; else where it would; else of what it lies in.

    sources: those that the body was made of, later ones over earlier. None: no source has the list's item in which it
    lies, so that it was told before.
    """
    found = [
        (source, there)
        for source in reversed(sources)
        if (there := _corresponding(body, pointer, source.origins.value, names or {})) is not None
    ]
    for source, there in found:
        if (read := source.origins.of(there)) is not None:
            return source.place(read.at)
    for source, there in found:
        if (at := source.origins.expected(there)) is not None:
            return source.place(at)
    above, _, last = pointer.rpartition("/")
    return None if not pointer or last.isdigit() else native_place(body, above, sources, names)


def origin_in(body: Json, sources: Sequence[Source], names: Names | None = None) -> Callable[[str], str | None]:
    """`native_place` of this body, for what is said."""
    return lambda pointer: native_place(body, pointer, sources, names)


def origin_of_said(body: Json, pointer: str, said: Json, origin: Callable[[str], str | None]) -> str | None:
    """The same for a body of which `said` says at least as much. origin: of `said`."""
    there = _corresponding(body, pointer, said, {}, otherwise=True)
    return None if there is None else origin(there)


def native_places(
    body: Json, pointer: str, sources: Sequence[Source], names: Names | None = None, *, otherwise: bool = False
) -> Iterator[str]:
    """Where in the payload stands all that a place of the body says, with what lies in it.

    otherwise: also what says something else there, and was replaced by a later source.
    """
    for source in reversed(sources):
        there = _corresponding(body, pointer, source.origins.value, names or {}, otherwise=otherwise)
        read = None if there is None else source.origins.of(there)
        yield from () if read is None else (source.place(leaf.at) for leaf in read.leaves())


def refused(spec: RecordSpec, body: Json, sources: Sequence[Source], *, whole: str = "") -> list[Fault]:
    """What the specification refuses in a body, at its native places; nothing of a valid one."""
    try:
        spec.check(body)
    except Rejected as rejected:
        return list(at_native_places(rejected.faults, body, sources, whole=whole))
    return []


def at_native_places(
    faults: Sequence[Fault], body: Json, sources: Sequence[Source], names: Names | None = None, *, whole: str = ""
) -> Iterator[Fault]:
    """Faults of a body as faults of the payload. whole: where what was taken stands in it."""
    for fault in faults:
        place = native_place(body, fault.path, sources, names)
        if place is None:
            yield Fault(whole, fault.rule, f"{_BEFORE}: {fault.detail}")
        else:
            yield replace(fault, path=place)


def _corresponding(body: Json, pointer: str, other: Json, names: Names, *, otherwise: bool = False) -> str | None:
    """The place in another body that says what this place of the body does; None where that says something else.

    otherwise: it may say something else.
    """
    there, name = "", ""
    for step in [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]:
        if isinstance(body, list):
            index = _alike(body, int(step), other, names.get(name, ())) if int(step) < len(body) else None
            if index is None:
                return None
            body, other, there = body[int(step)], other[index], f"{there}/{index}"
        else:
            body, other = (each.get(step) if isinstance(each, dict) else None for each in (body, other))
            there, name = f"{there}/{escaped(step)}", step
    is_other = other is not None and not isinstance(body, dict | list) and body != other
    return None if is_other and not otherwise else there


def _alike(items: Sequence[Json], index: int, others: Json, names: Sequence[str]) -> int | None:
    """Which item of another list is this one: of those named like it, or equal to it, the one that is as far on."""
    if not isinstance(others, list):
        return None
    mark = _mark(items[index], names)
    before = sum(_mark(each, names) == mark for each in items[:index])
    found = [place for place, each in enumerate(others) if _mark(each, names) == mark]
    return found[min(before, len(found) - 1)] if found else None


def _mark(item: Json, names: Sequence[str]) -> Json:
    named = [item.get(name) for name in names] if isinstance(item, dict) else []
    return item if named.count(None) == len(named) else named
