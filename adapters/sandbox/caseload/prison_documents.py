"""What the prison service writes down: documents in the form of its own system, NOMIS."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import day, written
from adapters.sandbox.caseload.dirt import Seen
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.words import Words
from hub.domain.canonical import Json

_ALERTS = (
    ("H", "HA", "ACCT Open (HMPS)"),
    ("H", "HA2", "ACCT Closed (HMPS)"),
    ("R", "RCC", "Risk to Children - Custody"),
    ("R", "RPB", "Risk to Public - Community"),
    ("R", "RKC", "Risk to Known Adult - Custody"),
    ("R", "RST", "Risk to Staff - Custody"),
    ("X", "XEL", "Escape List"),
    ("X", "XTACT", "XTACT"),
)
_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Stay:
    """A person in prison. prison: [code, name] of where they are, None once released. since: in that place."""

    person: Person
    number: str
    written: Seen
    booking: int
    received: datetime
    prison: list[str] | None
    since: datetime
    sentenced: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a movement: NOMIS' code of the agency and its name; a town where there is no agency."""

    code: str | None
    name: str | None
    city: str | None = None


OUTSIDE = Place("OUT", "OUTSIDE")


def offender_document(stay: Stay, rng: Random) -> Json:
    """The offender with everything that hangs on it."""
    person, seen = stay.person, stay.written
    first, *middle = (name.upper() for name in seen.forenames)
    document: Json = {
        "offenderNo": stay.number,
        "bookingId": stay.booking,
        "bookingNo": f"B{stay.booking:05}",
        "offenderId": person.number + 1,
        "firstName": first,
        "middleName": " ".join(middle),
        "lastName": seen.surname and seen.surname.upper(),
        "dateOfBirth": day(seen.birth),
        "activeFlag": stay.prison is not None,
        "religion": person.religion if person.number % 4 else "",
        "language": person.language,
        "interpreterRequired": person.language is not None,
        "physicalAttributes": {"sexCode": person.sex, "raceCode": person.ethnicity},
        "profileInformation": [{"type": "NAT", "question": "Nationality?", "resultValue": person.nationality}],
        "identifiers": _identifiers(stay),
        "aliases": _aliases(stay, rng),
        **_whereabouts(stay, rng),
    }
    if stay.sentenced:
        document["sentenceDetail"] = _sentence_detail(stay, rng)
    return document


def _identifiers(stay: Stay) -> list[Json]:
    held = {"PNC": stay.written.pnc, "CRO": stay.written.cro, "NINO": stay.written.ni_number}
    return [{"type": kind, "value": number} for kind, number in held.items() if number]


def _aliases(stay: Stay, rng: Random) -> list[Json]:
    person, found = stay.person, []
    if person.nickname:
        found.append({"firstName": person.nickname.upper(), "lastName": person.surname.upper()})
    if person.maiden_name and rng.random() < 0.5:
        found.append({"firstName": person.forenames[0].upper(), "lastName": person.maiden_name.upper()})
    return found


def _whereabouts(stay: Stay, rng: Random) -> dict[str, Json]:
    if stay.prison is None:
        return {"agencyId": "OUT", "inOutStatus": "OUT", "status": "INACTIVE OUT"}
    code, name = stay.prison
    cell = f"{code}-{rng.choice('ABCDE')}-{rng.randint(1, 4)}-{rng.randint(1, 40):03}"
    return {
        "agencyId": code,
        "inOutStatus": "IN",
        "status": "ACTIVE IN",
        "assignedLivingUnit": {"agencyId": code, "description": cell, "agencyName": name},
    }


def _sentence_detail(stay: Stay, rng: Random) -> Json:
    end = stay.received + timedelta(days=rng.choice((1, 2, 3, 4, 6)) * _DAYS_A_YEAR)
    halfway = stay.received + (end - stay.received) / 2
    return {
        "bookingId": stay.booking,
        "sentenceStartDate": day(stay.received),
        "sentenceExpiryDate": day(end),
        "conditionalReleaseDate": day(halfway),
        "homeDetentionCurfewEligibilityDate": day(halfway - timedelta(days=60)),
    }


def alert_document(stay: Stay, sequence: int, at: datetime, rng: Random, words: Words) -> Json:
    """The list of one alert, as the system gives alerts."""
    alert_type, code, label = rng.choice(_ALERTS)
    return [
        {
            "alertId": sequence,
            "bookingId": stay.booking,
            "offenderNo": stay.number,
            "alertType": alert_type,
            "alertCode": code,
            "alertCodeDescription": label,
            "comment": rng.choice(words.notes) if rng.random() < 0.6 else None,
            "dateCreated": day(at),
            "expired": False,
            "active": True,
        }
    ]


def movement_document(stay: Stay, kind: str, reason: str, at: datetime, ends: tuple[Place, Place]) -> Json:
    """The list of one movement. kind: its type, such as `ADM`. ends: from where, to where."""
    origin, goal = ends
    return [
        {
            "offenderNo": stay.number,
            "bookingId": stay.booking,
            "movementType": kind,
            "movementReasonCode": reason,
            "directionCode": "OUT" if stay.prison is not None and origin.code == stay.prison[0] else "IN",
            "fromAgencyId": origin.code,
            "fromAgencyDescription": origin.name,
            "fromCity": origin.city,
            "toAgencyId": goal.code,
            "toAgencyDescription": goal.name,
            "toCity": goal.city,
            "movementDateTime": written(at),
        }
    ]
