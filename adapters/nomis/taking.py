"""One payload under way: who it is about, what is kept of it, and what is said in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from adapters.client.native import Parts, Payload, Said
from adapters.client.origins import Source, at_native_places, origin_in, said_at
from adapters.nomis.account import Account, Prepared
from adapters.nomis.lenses import Lenses
from adapters.nomis.whole import NAMED_BY, about, remember, whole
from hub.domain.canonical import Json, normalise
from hub.domain.errors import Fault, Rejected
from hub.spec.lens.found import has_value
from hub.spec.lens.lens import Lens

_NUMBERS = ("offenderNo", "nomsId", "prisonerNumber", "nomsNumber", "offenderIdDisplay", "prisonNumber")
_BOOKINGS = ("bookingId", "latestBookingId", "bookingNo", "bookNumber")


class Read(NamedTuple):
    """What a body was made of. at: where all of it stands in the payload."""

    at: str
    sources: tuple[Source, ...]


def read_by(lens: Lens, prepared: Prepared, at: str) -> Source:
    """A native object as a lens reads it. at: where it stands in the payload."""
    return Source(lambda: lens.origins(prepared.native), lambda place: at + prepared.origin(place))


@dataclass(slots=True)
class Taking:
    """What native objects are taken with.

    spoken: persons of whom a part was kept, and what it was made of. named: prison number -> where it is said.
    """

    lenses: Lenses
    payload: Payload
    parts: Parts
    account: Account
    spoken: dict[str, Read] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    def whose(self, native: Mapping[str, Json], at: str, *, noted: bool = True) -> str | None:
        """The prison number a native object is about; without one, a fault that names the field.

        By its own number, by what the way it came says, or by a booking whose person is known.
        """
        for name in _NUMBERS:
            if has_value(native.get(name)) and _text(native[name]) is None:
                self.account.refuse(f"{at}/{name}", "type", "must be a text")
                return None
        own = next((name for name in _NUMBERS if _text(native.get(name)) is not None), None)
        number = _first(native, _NUMBERS) or _first(self.payload.about, _NUMBERS) or self._of_booking(native)
        if number is None:
            self.account.refuse(f"{at}/offenderNo", "required", "whose record it is must be said by a prison number")
            return None
        if self.parts.get(about(number), "merged into") is not None:
            self.account.refuse(f"{at}/offenderNo", "merged", "this number was removed by a merge")
            return None
        self.named.setdefault(number, at if own is None else f"{at}/{own}")
        for booking in {_text(native.get(name)) for name in _BOOKINGS} if noted else ():
            if booking is not None:
                self.parts.put(f"booking/{booking}", "number", {"number": number})
        return number

    def _of_booking(self, native: Mapping[str, Json]) -> str | None:
        for source in (native, self.payload.about):
            for name in _BOOKINGS:
                booking = _text(source.get(name))
                known = None if booking is None else self.parts.get(f"booking/{booking}", "number")
                if known is not None:
                    return survivor(self.parts, str(known["number"]))
        return None

    def keep(
        self,
        number: str,
        part: str,
        body: dict[str, Json],
        read: Read,
        *,
        at: datetime | None = None,
        in_part: bool = False,
    ) -> None:
        """Keep what was read of a person, to be said with all other parts at the end; unless it cannot be taken.

        at: when it was recorded, where the source says so.
        """
        listed = [each for each in body.get("identifiers") or () if each.get("scheme") != "prison-number"]
        own = [{"scheme": "prison-number", "value": number}]
        sources = (said_at({"identifiers": own}, self.named[number]), *read.sources)
        valid = self.checked("offender", {**body, "identifiers": [*own, *listed]}, Read(read.at, sources))
        if valid is None:
            return
        remember(self.parts, number, part, valid, at or self.payload.received, in_part=in_part)
        before = self.spoken[number].sources if number in self.spoken else ()
        self.spoken[number] = Read(read.at, (*before, *sources))

    def say_persons(self) -> None:
        """Say every person of whom a part was kept, whole."""
        for number, read in self.spoken.items():
            body, time = whole(self.parts, number)
            if (valid := self.checked("offender", body, read)) is not None:
                origin = origin_in(valid, read.sources, NAMED_BY)
                self.account.said.append(Said("offender", number, time, valid, origin=origin))

    def checked(self, record_type: str, body: Json, read: Read) -> Json | None:
        """The body, if the specification takes it; else what is wrong, by the native place."""
        try:
            valid = normalise(body)
            self.lenses.registry.newest(record_type).check(valid)
        except Rejected as rejected:
            faults = rejected.faults or (Fault("", "storable", "cannot be kept"),)
            self.account.refused += at_native_places(faults, body, read.sources, NAMED_BY, whole=read.at)
            return None
        return valid


def survivor(parts: Parts, number: str) -> str:
    """The number that a number was merged into, however often; itself where it was not."""
    seen = {number}
    while (merged := parts.get(about(number), "merged into")) is not None and merged["number"] not in seen:
        number = merged["number"]
        seen.add(number)
    return number


def moment(value: Json) -> datetime | None:
    """A time with its offset, as UTC; None for what is none."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time.astimezone(UTC) if time is not None and time.tzinfo is not None else None


def _first(source: Mapping[str, Json], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(source.get(name))) is not None), None)


def _text(value: Json) -> str | None:
    """An id, which may come as text or as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None
