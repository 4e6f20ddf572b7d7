"""Prisoners and the lists that hang on them, as parts of their offender record."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.nomis.account import Prepared
from adapters.nomis.alerts import take_alerts_of
from adapters.nomis.kinds import LISTS, Kind, kind_of
from adapters.nomis.people import objects, prepared_offender, prepared_prisoner
from adapters.nomis.taking import Read, Taking, read_by
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json
from hub.spec.lens.lens import Lens


class _Shape(NamedTuple):
    """How a kind of prisoner is read. in_part: its name is not whole."""

    lens: Lens
    in_part: bool = False


def _shape(taking: Taking, kind: Kind | None) -> _Shape:
    lenses = taking.lenses
    shapes = {
        Kind.PRISONER: _Shape(lenses.prisoner),
        Kind.INFORMATION: _Shape(lenses.information, in_part=True),
        Kind.SENTENCE_DETAIL: _Shape(lenses.sentence_detail, in_part=True),
    }
    return shapes.get(kind or Kind.OFFENDER, _Shape(lenses.offender))


def take_person(taking: Taking, each: Wrapped) -> None:
    """A prisoner, with the alerts and the release dates that come along."""
    kind = kind_of(each.native)
    number = taking.whose(each.native, each.path)
    if number is None:
        return
    shape = _shape(taking, kind)
    beside = _dates_beside(taking, kind, each.native)
    own = {name: value for name, value in each.native.items() if name not in beside}
    prepared = _prepared(taking, kind, own)
    body = _read(taking, shape.lens, prepared, each.path)
    block, at = (beside, each.path) if beside else (each.native.get("sentenceDetail"), f"{each.path}/sentenceDetail")
    dates = _dates(taking, block, at)
    if body is not None and dates is not None:
        sources = taking.lenses.dates.sources(block, at) if dates else ()
        read = Read(each.path, (read_by(shape.lens, prepared, each.path), *sources))
        taking.keep(number, str(kind), body | dates, read, in_part=shape.in_part)
    take_alerts_of(taking, each.native, number, each.path)


def _prepared(taking: Taking, kind: Kind | None, native: Mapping[str, Json]) -> Prepared:
    if kind in {Kind.PRISONER, Kind.INFORMATION, Kind.SENTENCE_DETAIL}:
        return prepared_prisoner(native)
    return prepared_offender(native, taking.lenses.codes)


def _read(taking: Taking, lens: Lens, prepared: Prepared, at: str) -> dict[str, Json] | None:
    reading = lens.read(prepared.native)
    return dict(reading.body) if taking.account.add(reading, prepared, at) else None


def _dates_beside(taking: Taking, kind: Kind | None, native: Mapping[str, Json]) -> dict[str, Json]:
    """The columns of release dates, where a list of them has no block for them."""
    if kind is not Kind.SENTENCE_DETAIL or native.get("sentenceDetail") is not None:
        return {}
    return {name: value for name, value in native.items() if name in taking.lenses.dates.beside}


def _dates(taking: Taking, block: Json, at: str) -> dict[str, Json] | None:
    """The release dates of a prisoner; None where one cannot be taken."""
    if block is None:
        return {}
    dates = taking.lenses.dates.read(block, at, taking.account)
    if dates is None:
        return None
    return {"keyDates": dates} if dates else {}


def take_key_dates(taking: Taking, each: Wrapped) -> None:
    """A block of release dates by itself."""
    number = taking.whose(each.native, each.path)
    if number is None:
        return
    dates = taking.lenses.dates.read(each.native, each.path, taking.account)
    if dates:
        read = Read(each.path, taking.lenses.dates.sources(each.native, each.path))
        taking.keep(number, str(Kind.KEY_DATES), {"keyDates": dates}, read)


def take_contacts(taking: Taking, each: Wrapped) -> None:
    """The people around a prisoner: whose they are is said by the booking they stand in, or from outside."""
    listed = [one for name in ("nextOfKin", "otherContacts") for one in objects(each.native.get(name))]
    booking = next((one["bookingId"] for one in listed if one.get("bookingId") is not None), None)
    number = taking.whose({**each.native, "bookingId": booking}, each.path, noted=False)
    if number is not None:
        _keep_offender(taking, number, str(Kind.CONTACTS), each.native, each.path)


def _keep_offender(
    taking: Taking, number: str, part: str, native: Mapping[str, Json], at: str, *, in_part: bool = False
) -> None:
    prepared = prepared_offender(native, taking.lenses.codes)
    body = _read(taking, taking.lenses.offender, prepared, at)
    if body is not None:
        read = Read(at, (read_by(taking.lenses.offender, prepared, at),))
        taking.keep(number, part, body, read, in_part=in_part)


def take_elements(taking: Taking, kind: Kind, listed: Sequence[Wrapped]) -> None:
    """Elements of one of a person's lists, which came as a list or singly; person by person."""
    owned: dict[str, list[Wrapped]] = {}
    for each in listed:
        number = taking.whose(each.native, each.path)
        if number is not None:
            owned.setdefault(number, []).append(each)
    for number, own in owned.items():
        _take_list(taking, kind, number, own)


def _take_list(taking: Taking, kind: Kind, number: str, own: Sequence[Wrapped]) -> None:
    name = LISTS[kind]
    prepared = prepared_offender({name: [each.native for each in own]}, taking.lenses.codes)
    origins = {place: _moved(origin, name, own) for place, origin in prepared.origins.items()}
    origins |= {f"/{name}/{index}": each.path for index, each in enumerate(own) if f"/{name}/{index}" not in origins}
    placed = Prepared(prepared.native, origins, prepared.homeless)
    body = _read(taking, taking.lenses.offender, placed, "")
    if body is not None:
        alone = len(own) == 1 and own[0].alone
        part = f"{kind} {own[0].native.get('assessmentSeq', '')}".strip() if alone else str(kind)
        read = Read(own[0].path, (read_by(taking.lenses.offender, placed, ""),))
        taking.keep(number, part, body, read, in_part=alone)


def _moved(origin: str, name: str, own: Sequence[Wrapped]) -> str:
    """A place in the list as put together, as a place in the payload."""
    steps = origin.split("/")
    if len(steps) < 3 or steps[1] != name:
        return origin
    return own[int(steps[2])].path + "".join(f"/{step}" for step in steps[3:])
