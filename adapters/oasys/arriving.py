"""What a piece of a payload brings to an assessment: kept table by table, or refused so that the rest can be said."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapters.oasys.assembling import Assembling, Whole
from adapters.oasys.kept import Kept, Name, Part, filled, together
from adapters.oasys.pieces import Piece, leaves
from adapters.oasys.reporting import Report, first_name
from adapters.oasys.tables import RISK, UNKNOWN, Fields
from hub.domain.canonical import canonical
from hub.domain.errors import Fault
from hub.spec.lens.found import is_blank
from hub.spec.lens.reading import Homeless

_ACCESS = "document"
"""The table that says whether access is limited. What cannot be read of it holds back the whole payload."""
_AS_A_WHOLE = RISK | {_ACCESS, "timeline", "assessment"}
"""Tables of which no field is taken without the others, once one is refused. `document` takes all others along."""
_LIMITED = "limitedAccessOffender"
_STAYS = "is blank now; what was said before stays, since a risk that is not repeated is not gone"
_PARTED = "a part that was joined to the only assessment known waits again: now there are two it could belong to"
_OTHER = "other answers to the same questions wait, and neither names its assessment"


@dataclass(frozen=True, slots=True)
class Arriving:
    """Keeps what pieces bring. at: when, ISO 8601 in UTC."""

    assembling: Assembling
    kept: Kept
    at: str
    report: Report

    def arrive(self, name: Name, piece: Piece) -> Iterator[Name]:
        """Keep what can be kept of a piece under its name. Gives the assessments that may have changed by it.

        Fields that cannot be read, or contradict the rest, are refused; of risk and of the lifecycle the whole table
        with them: half a risk is none. What was kept before stays, and the other fields of the piece are kept.
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
        for table, part in good.items():
            self.kept.keep(name, table, together(self.kept.own(name).get(table), part, keeping=table in RISK))
        for table, part in _less(new, _fields(good.values())).items():
            self.kept.put_aside(name, table, part)
        yield target
        if name.person and _ACCESS in good and not is_blank(good[_ACCESS].fields.get(_LIMITED)):
            said = {_LIMITED: good[_ACCESS].fields[_LIMITED]}
            yield from self.kept.limit(name.person, Part(self.at, said))

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
        good: Mapping[str, Part] = new
        while True:
            whole = self.assembling.whole(target.number, _joined(held, good))
            culprits = self._culprits(whole, good, piece)
            if not culprits:
                self.report.add_reading(whole, _fields(good.values()), piece)
                return good
            good = _less(good, culprits)

    def _culprits(self, whole: Whole, good: Mapping[str, Part], piece: Piece) -> set[str]:
        """The new fields with faults; when the fault is in how all fits together, those that say what is wrong."""
        fields = _fields(good.values())
        unreadable = [
            fault
            for each in whole.told
            for fault in each.reading.faults
            if first_name(fault.path, each.fields) in fields
        ]
        self.report.refused += (Fault(piece.place(fault.path), fault.rule, fault.detail) for fault in unreadable)
        if unreadable:
            return self._with_their_tables({first_name(fault.path, fields) for fault in unreadable}, fields)
        culprits: set[str] = set()
        for fault in whole.faults:
            found = whole.natives(fault.path, fields)
            place = whole.place(fault.path, fields) or ""
            self.report.refused.append(Fault(piece.place(place), fault.rule, fault.detail))
            culprits |= {first_name(at, fields) for at in found} or set(fields)
        return self._with_their_tables(culprits, fields)

    def _with_their_tables(self, culprits: set[str], fields: Fields) -> set[str]:
        """Fields with a fault, and with them those that are not to be taken without them."""
        owners = self.assembling.tables.owners
        tables = {owners[name] for name in culprits} & _AS_A_WHOLE
        return {name for name in fields if name in culprits or owners[name] in tables or _ACCESS in tables}

    def _report_what_stays(self, held: Mapping[str, Part], new: Mapping[str, Part], piece: Piece) -> None:
        for table in RISK & held.keys() & new.keys():
            before = held[table].fields
            stays = [name for name, now in new[table].fields.items() if filled(now, before.get(name)) != now]
            self.report.notices += (Fault(piece.place(f"/{name}"), "stays", _STAYS) for name in stays)


def _joined(held: Mapping[str, Part], new: Mapping[str, Part]) -> Mapping[str, Part]:
    joined = {table: together(held.get(table), part, keeping=table in RISK) for table, part in new.items()}
    return {**held, **joined}


def _less(parts: Mapping[str, Part], names: Container[str]) -> dict[str, Part]:
    """The parts without these fields; a part without any is none."""
    found = {table: [name for name in part.fields if name not in names] for table, part in parts.items()}
    return {
        table: Part(parts[table].at, {name: parts[table].fields[name] for name in left})
        for table, left in found.items()
        if left
    }


def _fields(parts: Iterable[Part]) -> Fields:
    return {name: value for part in parts for name, value in part.fields.items()}
