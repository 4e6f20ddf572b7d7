"""Merges of prisoners. They come twice, late and in the wrong order: the latest says which number is alive."""

from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.client.native import Said
from adapters.client.origins import said_at
from adapters.nomis.alerts import hand_alerts_on
from adapters.nomis.taking import Read, Taking, moment, survivor
from adapters.nomis.unwrapping import Wrapped
from adapters.nomis.whole import about
from hub.domain.canonical import Json
from hub.domain.errors import Fault

INTO = "merged into"
"""The part of a removed number that names the number it was merged into."""
_OF = "merge of "
_OF_EVENT = {
    "eventType": None,
    "occurredAt": None,
    "additionalInformation": None,
    "personReference": "the additional information says which number stays and which is removed",
    "version": "of the event's form",
    "description": "the event's own words",
    "publishedAt": "when the event was sent",
    "detailUrl": "where the event's source can be asked",
}
_OF_MERGE = {
    "nomsNumber": None,
    "removedNomsNumber": None,
    "reason": "that it is a merge is said by the event's type",
    "bookingId": "the prison system's own number of the booking",
}
"""What of the blocks is read, and why the rest has no home."""
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def take_merge(taking: Taking, each: Wrapped) -> None:
    """The survivor is known by the removed number, too; what was said under that number is withdrawn.

    The additional information says which is which: what the event refers to has been seen to be either.
    """
    numbers = _numbers(taking, each)
    if numbers is None:
        return
    stays, removed = numbers
    time = moment(each.native.get("occurredAt")) or taking.payload.received
    if _merged_later(taking, stays, time):
        stays = survivor(taking.parts, stays)
    if stays == removed or _merged_later(taking, removed, time):
        taking.account.notices.append(Fault(each.path, "late", "a later merge has been taken already"))
        return
    taking.account.left(each.native, each.path, _OF_EVENT)
    taking.account.left(each.native["additionalInformation"], f"{each.path}/additionalInformation", _OF_MERGE)
    gone = max(time, *_recorded(taking, removed))
    _take_over(taking, stays, removed, time)
    hand_alerts_on(taking.parts, removed, stays)
    body = {"identifiers": [{"scheme": "merged-prison-number", "value": removed}]}
    source = said_at(body, f"{each.path}/additionalInformation/removedNomsNumber")
    taking.named.setdefault(stays, f"{each.path}/additionalInformation/nomsNumber")
    taking.keep(stays, f"{_OF}{removed}", body, Read(each.path, (source,)), at=time)
    taking.account.said.append(Said("offender", removed, gone, {}, withdrawn=True))


def _numbers(taking: Taking, each: Wrapped) -> tuple[str, str] | None:
    """The number that stays and the one removed; None where they are not both said, which is refused."""
    information = each.native.get("additionalInformation")
    told: Mapping[str, Json] = information if isinstance(information, dict) else {}
    numbers = {name: _number(told.get(name)) for name in ("nomsNumber", "removedNomsNumber")}
    at = f"{each.path}/additionalInformation"
    for name in [name for name, number in numbers.items() if number is None]:
        taking.account.refuse(f"{at}/{name}", "required", "a merge names the number that stays and the one removed")
    stays, removed = numbers.values()
    if stays is None or removed is None:
        return None
    if stays == removed:
        taking.account.refuse(f"{at}/removedNomsNumber", "merge", "a number is not merged with itself")
        return None
    return stays, removed


def _merged_later(taking: Taking, number: str, time: datetime) -> bool:
    merged = taking.parts.get(about(number), INTO)
    return merged is not None and datetime.fromisoformat(merged["at"]) > time


def _recorded(taking: Taking, number: str) -> list[datetime]:
    """When what is known of a person was recorded: what is withdrawn now was said before."""
    kept = taking.parts.all(about(number)).values()
    return [datetime.fromisoformat(part["at"]) for part in kept] or [_EVER]


def _take_over(taking: Taking, stays: str, removed: str, time: datetime) -> None:
    """Earlier merges into the removed number are the survivor's now; a number that stays is merged into none."""
    parts = taking.parts
    earlier = {name: part for name, part in parts.all(about(removed)).items() if name.startswith(_OF)}
    parts.remove(about(removed))
    parts.put(about(removed), INTO, {"number": stays, "at": time.isoformat()})
    if parts.get(about(stays), INTO) is not None:
        parts.remove(about(stays))
    for name, part in earlier.items():
        if name != f"{_OF}{stays}":
            parts.put(about(stays), name, part)


def _number(value: Json) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
