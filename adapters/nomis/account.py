"""What comes of a payload, collected in passing; places in prepared objects are told as places in the payload."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from adapters.client.native import Said, Taken
from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault
from hub.spec.lens.found import has_value, null_element
from hub.spec.lens.reading import Homeless, Reading, Unlisted


@dataclass(frozen=True, slots=True)
class Prepared:
    """A native object made ready for its lens.

    origins: JSON Pointer in it -> JSON Pointer in the object as it was sent, where they differ; the longest counts.
    homeless: what was left out of it, by decision; pointers as sent.
    """

    native: dict[str, Json]
    origins: Mapping[str, str] = field(default_factory=dict)
    homeless: tuple[Homeless, ...] = ()

    def origin(self, path: str) -> str:
        """Where a place of the prepared object stands in what was sent."""
        steps = path.split("/")
        for end in range(len(steps), 0, -1):
            head = "/".join(steps[:end])
            if head in self.origins:
                return self.origins[head] + path[len(head) :]
        return path


@dataclass(slots=True)
class Account:
    """Of one payload."""

    said: list[Said] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    homeless: list[Homeless] = field(default_factory=list)
    unlisted: list[Unlisted] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def refuse(self, path: str, rule: str, detail: str) -> None:
        """Something in the payload was not taken."""
        self.refused.append(Fault(path, rule, detail))

    def add(self, reading: Reading, prepared: Prepared, at: str) -> bool:
        """Take over what a lens found; whether it found no fault. at: where the object stands in the payload."""
        self.homeless += _placed((*reading.homeless, *prepared.homeless), prepared, at, len(reading.homeless))
        self.unlisted += [replace(each, path=at + prepared.origin(each.path)) for each in reading.unlisted]
        self.notices += [replace(each, path=at + prepared.origin(each.path)) for each in reading.notices]
        self.refused += [replace(each, path=at + prepared.origin(each.path)) for each in reading.faults]
        return not reading.faults

    def listed(self, value: Json, at: str) -> Iterator[tuple[str, dict[str, Json]]]:
        """The objects of a list, each with its place; what is no list or no object is refused, null is noted."""
        if value is not None and not isinstance(value, list):
            self.refuse(at, "type", "must be a list")
            return
        for index, element in enumerate(value or ()):
            if isinstance(element, dict):
                yield f"{at}/{index}", element
            elif element is None:
                self.notices.append(null_element(f"{at}/{index}"))
            else:
                self.refuse(f"{at}/{index}", "type", "must be an object")

    def left(self, native: Mapping[str, Json], at: str, known: Mapping[str, str | None]) -> None:
        """Tell what of an object is not read by a lens. known: name -> why it has no home, None where it is read."""
        for name, value in native.items():
            if has_value(value) and known.get(name, "") is not None:
                self.homeless.append(Homeless(f"{at}/{escaped(name)}", known.get(name)))

    def taken(self) -> Taken:
        """All of it."""
        return Taken(
            said=tuple(self.said),
            refused=tuple(self.refused),
            homeless=tuple(self.homeless),
            unlisted=tuple(self.unlisted),
            notices=tuple(self.notices),
            waiting="; ".join(dict.fromkeys(self.waiting)) or None,
        )


def _placed(found: Iterable[Homeless], prepared: Prepared, at: str, read: int) -> list[Homeless]:
    """The first `read` are places in the prepared object, the others places as sent."""
    return [
        replace(each, path=at + (prepared.origin(each.path) if index < read else each.path))
        for index, each in enumerate(found)
    ]
