"""A lens: one native object and one shared record body, either way, by a table of pairs of paths."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.codes import CodeList
from hub.spec.lens.compiled_read import define_read
from hub.spec.lens.compiled_write import define_write
from hub.spec.lens.found import Found, is_blank
from hub.spec.lens.lists import put_at
from hub.spec.lens.origins import Origin, origins
from hub.spec.lens.parsing import parse_table
from hub.spec.lens.paths import MISSING, fits, spelled, stamped
from hub.spec.lens.places import LevelPlan, levels
from hub.spec.lens.plan import plan
from hub.spec.lens.reading import Reading, Writing
from hub.spec.lens.source import Source
from hub.spec.lens.vocabulary import Table


@dataclass(frozen=True, slots=True)
class Lens:
    """A compiled table. Safe to share. code: the Python it was compiled to, for reading."""

    table: Table
    plan: LevelPlan = field(repr=False)
    code: str = field(repr=False)
    _read: Callable[[Json, str, Found], Json] = field(repr=False)
    _write: Callable[[Json, Json, str, Found], Json] = field(repr=False)

    @property
    def record_type(self) -> str:
        """Of the shared record."""
        return self.table.record

    @property
    def version(self) -> str:
        """Of the record's specification."""
        return self.table.version

    @property
    def system(self) -> str:
        """Whose native objects these are."""
        return self.table.system

    def read(self, native: Json) -> Reading:
        """What a native object says; whatever is wrong with it is among the faults."""
        found = Found()
        body = self._read(native, "", found)
        return Reading(
            {} if body is MISSING else body,
            tuple(found.faults),
            tuple(found.unlisted),
            tuple(found.homeless),
            tuple(found.notices),
        )

    def origins(self, native: Json) -> Origin:
        """What reading gives, with the native place of every value. Slower than reading: for who must name a place."""
        return origins(self.plan, native) or Origin({}, "")

    def origin(self, native: Json, pointer: str) -> str | None:
        """The native place, as a JSON Pointer, of a place in the body that was read.

        Where the body has nothing, the native field that would say it; None where no row of the table does.
        """
        return self.origins(native).expected(pointer)

    def write(self, body: Json, onto: Json | None = None) -> Writing:
        """The native object that says what the body says.

        onto: the native object as it stands. Its parts without a home stay, and are shared with it, not copied; what
        says the same already is left as it is spelled.
        """
        found = Found()
        if onto is not None and onto.__class__ is not dict:
            return Writing(onto, (Fault("", "native", "the native record is no object"),))
        native = self._write(body, {} if onto is None else onto, "", found)
        return Writing(native, tuple(found.faults), tuple(found.carried))


def load_lens(path: File, lists: Mapping[str, CodeList]) -> Lens:
    """The lens of a table.

    Raises:
        Halt: the table is wrong; with the file, the row and what is wrong.
    """
    return compile_lens(parse_table(path, lists))


def compile_lens(table: Table) -> Lens:
    """The lens of a parsed table.

    Raises:
        Halt: its rows contradict each other.
    """
    planned = plan(table)
    out = Source(_RUNTIME)
    for level in levels(planned):
        define_read(level, out, of_a_list=level is not planned)
        define_write(level, out)
    code = out.text()
    names = out.names
    exec(compile(code, f"<lens {table.source}>", "exec"), names)  # noqa: S102 - made above, of literals by repr only
    return Lens(table, planned, code, names[f"read_{planned.number}"], names[f"write_{planned.number}"])


def _put(place: dict[str, Json], name: str, value: Json) -> None:
    if value is MISSING:
        place.pop(name, None)
    else:
        place[name] = value


def _label_of(labels: Mapping[str, str], value: Json) -> Json:
    return labels.get(spelled(value) or "", MISSING)


_RUNTIME: dict[str, Json] = {
    "EMPTY": {},
    "MISSING": MISSING,
    "fits": fits,
    "is_blank": is_blank,
    "label_of": _label_of,
    "put": _put,
    "put_at": put_at,
    "stamped": stamped,
}
