"""A prisoner's timeline: stays, and in each the ways in and out, as movements."""

from collections.abc import Mapping

from adapters.nomis.movements import say_movement
from adapters.nomis.taking import Taking
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json

_SAID = "the movements say it"
_OF_TIMELINE = {"prisonerNumber": None, "prisonPeriod": None}
_OF_PERIOD = {
    "bookingId": None,
    "bookNumber": None,
    "movementDates": None,
    "transfers": None,
    "bookingSequence": "the prison system's own number of the booking",
    "entryDate": _SAID,
    "releaseDate": _SAID,
    "prisons": _SAID,
}
"""What of the blocks is read, and why the rest has no home."""

_Columns = Mapping[str, str]
_IN: _Columns = {
    "inwardType": "movementType",
    "dateInToPrison": "movementDateTime",
    "reasonInToPrison": "movementReasonCode",
    "admittedIntoPrisonId": "toAgencyId",
}
_OUT: _Columns = {
    "outwardType": "movementType",
    "dateOutOfPrison": "movementDateTime",
    "reasonOutOfPrison": "movementReasonCode",
    "releaseFromPrisonId": "fromAgencyId",
}
_ENDS = {"transferReason": "movementReasonCode", "fromPrisonId": "fromAgencyId", "toPrisonId": "toAgencyId"}
_TRANSFER_OUT: _Columns = {"dateOutOfPrison": "movementDateTime", **_ENDS}
_TRANSFER_IN: _Columns = {"dateInToPrison": "movementDateTime", **_ENDS}
"""Column of the timeline -> column of a movement."""


def take_timeline(taking: Taking, each: Wrapped) -> None:
    """A prisoner's stays, each with the ways in and out of prison."""
    number = taking.whose(each.native, each.path)
    if number is None:
        return
    account = taking.account
    account.left(each.native, each.path, _OF_TIMELINE)
    for at, period in account.listed(each.native.get("prisonPeriod"), f"{each.path}/prisonPeriod"):
        account.left(period, at, _OF_PERIOD)
        stay: dict[str, Json] = {name: period[name] for name in ("bookingId", "bookNumber") if name in period}
        for place, dates in account.listed(period.get("movementDates"), f"{at}/movementDates"):
            account.left(dates, place, dict.fromkeys({**_IN, **_OUT}))
            _say(taking, number, dates, {**stay, "directionCode": "IN"}, _IN, place)
            _say(taking, number, dates, {**stay, "directionCode": "OUT"}, _OUT, place)
        for place, dates in account.listed(period.get("transfers"), f"{at}/transfers"):
            account.left(dates, place, dict.fromkeys({**_TRANSFER_IN, **_TRANSFER_OUT}))
            between = {**stay, "movementType": "TRN"}
            _say(taking, number, dates, {**between, "directionCode": "OUT"}, _TRANSFER_OUT, place)
            _say(taking, number, dates, {**between, "directionCode": "IN"}, _TRANSFER_IN, place)


def _say(
    taking: Taking, number: str, dates: Mapping[str, Json], known: Mapping[str, Json], columns: _Columns, at: str
) -> None:
    """One way in or out, where its columns say that there was one."""
    told = {own: dates[name] for name, own in columns.items() if dates.get(name) is not None}
    if told.keys() & {"movementType", "movementDateTime"}:
        origins = {f"/{own}": f"/{name}" for name, own in columns.items()}
        say_movement(taking, number, {**known, **told}, at, origins, stay_at=at.rsplit("/", 2)[0])
