"""What is kept of assessments between messages: their parts, and which assessments there are to join a part to."""

from dataclasses import dataclass

from adapters.client.native import Parts
from adapters.oasys.tables import Fields
from hub.domain.canonical import Json
from hub.spec.lens.found import is_blank

_TOLD_APART = 2

_LIMITED = "document"
"""The table that says whether access to the person is limited."""

NOBODY = ""
"""In place of a person or a number that no message has named."""


@dataclass(frozen=True, slots=True)
class Name:
    """An assessment. person: the agency's key for the person. number: of the assessment. Either may be unnamed."""

    person: str = NOBODY
    number: str = NOBODY

    @property
    def about(self) -> str:
        """Under which its parts are kept."""
        return f"assessment/{self.person}/{self.number}"


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that one table owns. at: when the last of them came, ISO 8601 in UTC."""

    at: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Kept:
    """The adapter's store of parts, read and written as parts of assessments."""

    parts: Parts

    def own(self, name: Name) -> dict[str, Part]:
        """The parts kept under just this name, by their table."""
        found = self.parts.all(name.about)
        return {table: Part(each["at"], each["fields"]) for table, each in found.items()}

    def keep(self, name: Name, table: str, part: Part) -> None:
        """A part, in place of the earlier one."""
        self.parts.put(name.about, table, {"at": part.at, "fields": dict(part.fields)})

    def put_aside(self, name: Name, table: str, part: Part) -> None:
        """What was refused, so that it can be looked at; it is not said."""
        self.parts.put(f"refused/{name.about}", table, {"at": part.at, "fields": dict(part.fields)})

    def note(self, name: Name, *, in_detail: bool) -> tuple["Name", ...]:
        """That there is this assessment. in_detail: by more than its line in a timeline, which names every assessment.

        Returns the assessments to which parts without a name cannot be joined, since there are two.
        """
        self.parts.put(f"numbers/{name.person}", name.number, name.number)
        parted: list[Name] = []
        for partial in _partial(name):
            if not in_detail and not partial.number:
                continue
            noted = self.known(partial)
            if name not in noted and len(noted) < _TOLD_APART:
                key = f"{name.person}/{name.number}"
                self.parts.put(f"known/{partial.about}", key, {"person": name.person, "number": name.number})
                noted = (*noted, name)
            if name in noted and len(noted) == _TOLD_APART and self.own(partial):
                parted += noted
        return tuple(each for each in dict.fromkeys(parted) if each != name) if parted else ()

    def limit(self, person: str, part: Part) -> tuple["Name", ...]:
        """What is said of access to a person, which concerns every assessment of the person.

        Returns those that must be said anew, now that it has changed.
        """
        about = f"person/{person}"
        before = self.parts.get(about, _LIMITED)
        if before is not None and (before["at"] > part.at or before["fields"] == part.fields):
            return ()
        self.parts.put(about, _LIMITED, {"at": part.at, "fields": dict(part.fields)})
        return tuple(Name(person, number) for number in self.parts.all(f"numbers/{person}"))

    def known(self, partial: Name) -> tuple[Name, ...]:
        """The assessments that a part under an incomplete name may belong to; two stand for more."""
        noted = self.parts.all(f"known/{partial.about}")
        return tuple(Name(each["person"], each["number"]) for each in noted.values())

    def all(self, name: Name) -> dict[str, Part]:
        """Every part of an assessment: its own, and those kept under an incomplete name that can mean no other."""
        partial = [each for each in _partial(name) if self.known(each) == (name,)]
        found: dict[str, Part] = {}
        for each in (*partial, name):
            for table, part in self.own(each).items():
                found[table] = together(found.get(table), part)
        if limited := self.parts.get(f"person/{name.person}", _LIMITED):
            part = Part(limited["at"], limited["fields"])
            found[_LIMITED] = together(found.get(_LIMITED), part)
        return found

    def next_number(self, name: Name) -> int:
        """A number for saying this assessment, after every earlier one: times may be equal."""
        number: int = (self.parts.get(f"said/{name.about}", "last") or 0) + 1
        self.parts.put(f"said/{name.about}", "last", number)
        return number


def together(before: Part | None, now: Part, *, keeping: bool = False) -> Part:
    """Both parts of one table, field by field the later. keeping: a blank takes nothing away."""
    if before is None:
        return now
    earlier, later = (now, before) if before.at > now.at else (before, now)
    fields = {
        name: filled(value, earlier.fields.get(name)) if keeping else value for name, value in later.fields.items()
    }
    return Part(later.at, {**earlier.fields, **fields})


def filled(now: Json, before: Json) -> Json:
    """What is said now, and where it is blank, what was said before."""
    if isinstance(now, dict) and isinstance(before, dict):
        return {**before, **{name: filled(value, before.get(name)) for name, value in now.items()}}
    return before if is_blank(now) and not is_blank(before) else now


def _partial(name: Name) -> tuple[Name, ...]:
    return (Name(), Name(name.person), Name(number=name.number))
