"""What a piece of a payload brings to an assessment: kept table by table, or refused so that the rest can be said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.client.native import Said, Taken
from adapters.oasys.assembling import Assembling, Told, Whole
from adapters.oasys.kept import Kept, Name, Part, filled, together
from adapters.oasys.pieces import Piece, leaves
from adapters.oasys.tables import RISK, UNKNOWN, Fields
from hub.domain.canonical import canonical
from hub.domain.errors import Fault
from hub.spec.lens.found import is_blank
from hub.spec.lens.reading import Homeless, Unlisted

_ACCESS = "document"
"""The table that says whether access is limited. What cannot be read of it holds back the whole payload."""
_LIMITED = "limitedAccessOffender"
_STAYS = "is blank now; what was said before stays, since a risk that is not repeated is not gone"
_PARTED = "a part that was joined to the only assessment known waits again: now there are two it could belong to"
_OTHER = "other answers to the same questions wait, and neither names its assessment"
_DIFFERS = "another part of the assessment says otherwise; the later is taken"


@dataclass(slots=True)
class Report:
    """What is to be told about a payload; paths are JSON Pointers in it."""

    refused: list[Fault] = field(default_factory=list)
    homeless: list[Homeless] = field(default_factory=list)
    unlisted: list[Unlisted] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def taken(self, said: Sequence[Said]) -> Taken:
        """Each thing once, in the order found."""
        return Taken(
            tuple(said),
            tuple(dict.fromkeys(self.refused)),
            tuple(dict.fromkeys(self.homeless)),
            tuple(dict.fromkeys(self.unlisted)),
            tuple(dict.fromkeys(self.notices)),
            "; ".join(dict.fromkeys(self.waiting)) or None,
        )


@dataclass(frozen=True, slots=True)
class Arriving:
    """Keeps what pieces bring. at: when, ISO 8601 in UTC."""

    assembling: Assembling
    kept: Kept
    at: str
    report: Report

    def arrive(self, name: Name, piece: Piece) -> Iterator[Name]:
        """Keep what can be kept of a piece under its name. Gives the assessments that may have changed by it.

        A table whose fields cannot be read, or that contradict the rest, is refused as a whole: half a risk is none.
        What was kept of it before stays, and the other tables of the piece are kept.
        """
        new = {table: Part(self.at, fields) for table, fields in self.assembling.tables.apart(piece.fields).items()}
        if unknown := new.pop(UNKNOWN, None):
            self.report.homeless += (Homeless(piece.place(path), None) for path in leaves(unknown.fields, ""))
            self.kept.keep(name, UNKNOWN, together(self.kept.own(name).get(UNKNOWN), unknown))
        if name.person and name.number:
            parted = self.kept.note(name, in_detail=bool(new.keys() - {"timeline", "document"}))
            if parted:
                self.report.waiting.append(_PARTED)
            yield from parted
            target = name
        else:
            known = self.kept.known(name)
            target = known[0] if len(known) == 1 else name
            if target == name:
                new = self._not_of_another(name, new, piece)
        good = self._without_culprits(target, new, piece)
        for table, part in new.items():
            if table in good:
                self.kept.keep(name, table, together(self.kept.own(name).get(table), part, keeping=table in RISK))
            else:
                self.kept.put_aside(name, table, part)
        yield target
        if _ACCESS in good and name == target and not is_blank(good[_ACCESS].fields.get(_LIMITED)):
            said = {_LIMITED: good[_ACCESS].fields[_LIMITED]}
            yield from self.kept.limit(name, Part(self.at, said))

    def _not_of_another(self, name: Name, new: dict[str, Part], piece: Piece) -> dict[str, Part]:
        """The new parts, without those of a table of which other answers wait already: two may be of two persons."""
        held = self.kept.own(name)
        for table in [each for each in new if each in held and not name.number]:
            if canonical(held[table].fields) != canonical(new[table].fields):
                at = piece.place(f"/{next(iter(new[table].fields))}")
                self.report.refused.append(Fault(at, "unnamed", _OTHER))
                self.kept.put_aside(name, table, new.pop(table))
        return new

    def _without_culprits(self, target: Name, new: Mapping[str, Part], piece: Piece) -> Mapping[str, Part]:
        """The new parts that can be kept; the others are reported as refused, with what is wrong with them."""
        held = self.kept.all(target) if target.number and target.person else self.kept.own(target)
        self._report_what_stays(held, new, piece)
        good = dict(new)
        while True:
            whole = self.assembling.whole(target.number, _joined(held, good))
            culprits = self._culprits(whole, good, piece)
            if not culprits:
                self._report_reading(whole, _fields(good.values()), piece)
                return good
            for table in culprits:
                del good[table]

    def _culprits(self, whole: Whole, good: Mapping[str, Part], piece: Piece) -> set[str]:
        """The new tables with faults; when the fault is in how all fits together, those that say what is wrong."""
        owners, fields = self.assembling.tables.owners, _fields(good.values())
        unreadable = [
            fault for each in whole.told for fault in each.reading.faults if _first(fault.path, each.fields) in fields
        ]
        self.report.refused += (Fault(piece.place(fault.path), fault.rule, fault.detail) for fault in unreadable)
        if unreadable:
            culprits = {owners[_first(fault.path, fields)] for fault in unreadable}
            return set(good) if _ACCESS in culprits else culprits
        culprits = set()
        for fault in whole.faults:
            found = whole.natives(fault.path, fields)
            self.report.refused.append(Fault(piece.place(found[0] if found else ""), fault.rule, fault.detail))
            culprits |= {owners[_first(at, fields)] for at in found} or set(good)
        return culprits

    def _report_what_stays(self, held: Mapping[str, Part], new: Mapping[str, Part], piece: Piece) -> None:
        for table in RISK & held.keys() & new.keys():
            before = held[table].fields
            stays = [name for name, now in new[table].fields.items() if filled(now, before.get(name)) != now]
            self.report.notices += (Fault(piece.place(f"/{name}"), "stays", _STAYS) for name in stays)

    def _report_reading(self, whole: Whole, fields: Fields, piece: Piece) -> None:
        """What the new fields say beside what is taken."""
        told = [each for each in whole.told if each.fields.keys() & fields.keys()]
        for each in told:
            new = [unlisted for unlisted in each.reading.unlisted if _first(unlisted.path, fields) in fields]
            self.report.unlisted += (Unlisted(piece.place(one.path), one.code_list, one.code) for one in new)
            noticed = [fault for fault in each.reading.notices if _first(fault.path, fields) in fields]
            self.report.notices += (Fault(piece.place(one.path), one.rule, one.detail) for one in noticed)
        self.report.homeless += (
            Homeless(piece.place(each.path), each.because)
            for each in _homeless(told)
            if _first(each.path, fields) in fields
        )
        for pointer in whole.differing:
            found = whole.natives(pointer, fields)
            self.report.notices += (Fault(piece.place(at), "parts-differ", _DIFFERS) for at in found[:1])


def _homeless(told: Sequence[Told]) -> Iterator[Homeless]:
    """What no table takes. A field that one table knows not may be another's."""
    for each in told:
        for one in each.reading.homeless:
            others = [other for other in told if other is not each and _first(one.path, other.fields) in other.fields]
            if one.because is not None or all(_has_no_home(one.path, other) for other in others):
                yield one


def _has_no_home(path: str, told: Told) -> bool:
    return any(path == one.path or path.startswith(f"{one.path}/") for one in told.reading.homeless)


def _joined(held: Mapping[str, Part], new: Mapping[str, Part]) -> Mapping[str, Part]:
    joined = {table: together(held.get(table), part, keeping=table in RISK) for table, part in new.items()}
    return {**held, **joined}


def _fields(parts: Iterable[Part]) -> Fields:
    return {name: value for part in parts for name, value in part.fields.items()}


def _first(path: str, fields: Fields) -> str:
    """The field in which a JSON Pointer lies."""
    name = path.split("/", 2)[1].replace("~1", "/").replace("~0", "~") if path else ""
    return name if name or not fields else next(iter(fields))
