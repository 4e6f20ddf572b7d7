"""What comes of a payload, gathered on the way, and turned into what was taken."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from adapters.client.native import Said, Taken
from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault
from hub.spec.lens.found import has_value
from hub.spec.lens.reading import Homeless, Reading, Unlisted


@dataclass(slots=True)
class Report:
    """Paths are JSON Pointers in the payload."""

    refused: list[Fault] = field(default_factory=list)
    homeless: list[Homeless] = field(default_factory=list)
    unlisted: list[Unlisted] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def refuse(self, path: str, rule: str, detail: str) -> None:
        """Something of the payload is not taken."""
        self.refused.append(Fault(path, rule, detail))

    def without_home(self, native: Mapping[str, Json], path: str, taken: Collection[str], because: str) -> None:
        """Everything with a value in an object, but for the properties that were taken."""
        for name, value in native.items():
            if name not in taken and has_value(value):
                self.homeless.append(Homeless(f"{path}/{escaped(name)}", because))

    def unknown(self, value: Json, path: str) -> None:
        """Something of a shape that nothing reads; nothing where there is no value."""
        if has_value(value):
            self.homeless.append(Homeless(path, None))

    def read(self, reading: Reading, path: str) -> bool:
        """What a lens found, at the place of what it read; whether the reading may be used."""
        self.refused += _below(path, reading.faults)
        if reading.faults:
            return False
        self.notices += _below(path, reading.notices)
        self.unlisted += (Unlisted(path + each.path, each.code_list, each.code) for each in reading.unlisted)
        self.homeless += (Homeless(path + each.path, each.because) for each in reading.homeless)
        return True

    def wait_for(self, what: str) -> None:
        """A part was kept, or nothing was said: what must be fetched first."""
        if what not in self.waiting:
            self.waiting.append(what)

    def taken(self, said: Iterable[Said]) -> Taken:
        """All of it."""
        return Taken(
            tuple(said),
            tuple(self.refused),
            tuple(self.homeless),
            tuple(self.unlisted),
            tuple(self.notices),
            "; ".join(self.waiting) or None,
        )


def _below(path: str, faults: Iterable[Fault]) -> list[Fault]:
    return [Fault(path + fault.path, fault.rule, fault.detail) for fault in faults]
