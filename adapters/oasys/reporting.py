"""What is to be told about a payload, beside what it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.client.native import Said, Taken
from adapters.oasys.assembling import Told, Whole
from adapters.oasys.pieces import Piece
from adapters.oasys.tables import Fields
from hub.domain.errors import Fault
from hub.spec.lens.reading import Homeless, Unlisted

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

    def add_reading(self, whole: Whole, fields: Fields, piece: Piece) -> None:
        """What the new fields say beside what is taken."""
        told = [each for each in whole.told if each.fields.keys() & fields.keys()]
        for each in told:
            new = [unlisted for unlisted in each.reading.unlisted if first_name(unlisted.path, fields) in fields]
            self.unlisted += (Unlisted(piece.place(one.path), one.code_list, one.code) for one in new)
            noticed = [fault for fault in each.reading.notices if first_name(fault.path, fields) in fields]
            self.notices += (Fault(piece.place(one.path), one.rule, one.detail) for one in noticed)
        self.homeless += (
            Homeless(piece.place(each.path), each.because)
            for each in _homeless(told)
            if first_name(each.path, fields) in fields
        )
        self.notices += (Fault(piece.place(at), "parts-differ", _DIFFERS) for at in whole.differences(fields))


def of_a_list(taken: Sequence[Taken]) -> Taken:
    """What came of the elements of a list, as of one payload."""
    report = Report()
    for index, each in enumerate(taken):
        at = f"/{index}"
        report.refused += (Fault(at + one.path, one.rule, one.detail) for one in each.refused)
        report.notices += (Fault(at + one.path, one.rule, one.detail) for one in each.notices)
        report.homeless += (Homeless(at + one.path, one.because) for one in each.homeless)
        report.unlisted += (Unlisted(at + one.path, one.code_list, one.code) for one in each.unlisted)
        report.waiting += () if each.waiting is None else (each.waiting,)
    return report.taken([said for each in taken for said in each.said])


def _homeless(told: Sequence[Told]) -> Iterator[Homeless]:
    """What no table takes. A field that one table knows not may be another's."""
    for each in told:
        for one in each.reading.homeless:
            others = [
                other for other in told if other is not each and first_name(one.path, other.fields) in other.fields
            ]
            if one.because is not None or all(_has_no_home(one.path, other) for other in others):
                yield one


def _has_no_home(path: str, told: Told) -> bool:
    return any(path == one.path or path.startswith(f"{one.path}/") for one in told.reading.homeless)


def first_name(path: str, fields: Fields) -> str:
    """The field in which a JSON Pointer lies."""
    name = path.split("/", 2)[1].replace("~1", "/").replace("~0", "~") if path else ""
    return name if name or not fields else next(iter(fields))
