"""What the probation service writes down: documents in the form of its own system, Delius."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import day
from adapters.sandbox.caseload.dirt import Seen
from adapters.sandbox.caseload.people import Address, Person
from adapters.sandbox.caseload.words import Words
from hub.domain.canonical import Json

_RISK_REGISTERS = ("RLRH", "RMRH", "RHRH", "RVHR")
_RISK_LABELS = ("Low RoSH", "Medium RoSH", "High RoSH", "Very High RoSH")
_REGISTERS = (
    ("RCCO", "Child Concerns", 3),
    ("RCPR", "Child Protection", 3),
    ("ALSH", "Suicide / Self Harm", 6),
    ("RVLN", "Vulnerable", 6),
    ("WEAP", "Weapons", 3),
    ("AV2S", "Risk to Staff", 6),
    ("REG15", "Risk to Known Adult", 6),
)
_DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Case:
    """A person as the service now has them, and since when. mappa: level, None where not managed so."""

    person: Person
    crn: str
    written: Seen
    address: Address
    manager: str
    noms_number: str | None
    since: datetime
    mappa: int | None = None


def offender_document(case: Case, rng: Random, words: Words) -> Json:
    """The offender with everything that hangs on it."""
    person, written = case.person, case.written
    first, *middle = written.forenames
    document: Json = {
        "offenderId": person.number + 1,
        "title": "Ms" if person.sex == "F" else "Mr",
        "firstName": first,
        "middleNames": middle,
        "surname": written.surname,
        "previousSurname": None,
        "previousSurnames": [person.maiden_name] if person.maiden_name else [],
        "dateOfBirth": day(written.birth),
        "gender": {"F": "Female", "M": "Male"}[person.sex],
        "otherIds": {
            "crn": case.crn,
            "pncNumber": written.pnc,
            "croNumber": written.cro,
            "niNumber": written.ni_number,
            "nomsNumber": case.noms_number,
        },
        "offenderAliases": _aliases(person, written),
        "contactDetails": {
            "addresses": [_address(case)],
            "phoneNumbers": _phones(rng),
            "emailAddresses": [],
            "allowSMS": True,
        },
        "offenderProfile": _profile(person, rng, words),
        "offenderManagers": [_manager(case, words)],
        "mappa": _mappa(case),
        "softDeleted": False,
        "currentExclusion": False,
        "currentRestriction": person.limited_access,
    }
    if person.limited_access:
        document["restrictionMessage"] = "Ask the area's head."
    return document


def _aliases(person: Person, written: Seen) -> list[Json]:
    if person.nickname is None:
        return []
    return [
        {
            "id": str(person.number),
            "firstName": person.nickname,
            "surname": person.surname,
            "dateOfBirth": day(written.birth),
            "gender": {"F": "Female", "M": "Male"}[person.sex],
        }
    ]


def _profile(person: Person, rng: Random, words: Words) -> Json:
    disabilities = []
    if rng.random() < 0.12:
        code = rng.choice(words.disabilities)
        disabilities = [{"disabilityId": person.number, "disabilityType": {"code": code}, "startDate": "2024-05-01"}]
    return {
        "ethnicity": person.ethnicity,
        "nationality": person.nationality,
        "religion": person.religion if person.number % 3 else "",
        "offenderLanguages": {"primaryLanguage": person.language, "requiresInterpreter": person.language is not None},
        "disabilities": disabilities,
    }


def _address(case: Case) -> Json:
    address, since = case.address, day(case.since)
    status = {"code": "M", "description": "Main"}
    if case.person.number % 25 == 7:
        return {"id": 1, "status": status, "noFixedAbode": True, "postcode": "NF1 1NF", "from": since}
    return {
        "id": 1,
        "status": status,
        "noFixedAbode": False,
        "buildingName": address.building,
        "addressNumber": address.number,
        "streetName": address.street,
        "town": address.town,
        "county": address.county,
        "postcode": address.postcode,
        "from": since,
    }


def _manager(case: Case, words: Words) -> Json:
    surname, forenames = case.manager.split(", ")
    return {
        "active": True,
        "softDeleted": False,
        "fromDate": day(case.since),
        "staff": {"code": f"{_team(case, words)['code']}{case.person.number % 900 + 100}"} | _named(surname, forenames),
        "team": _team(case, words),
        "probationArea": _area(case),
    }


def _named(surname: str, forenames: str) -> dict[str, Json]:
    return {"surname": surname, "forenames": forenames, "unallocated": False}


def _team(case: Case, words: Words) -> dict[str, str]:
    code, team = words.teams[case.person.number % len(words.teams)]
    return {"code": f"{case.person.area[0]}{code}", "description": team}


def _area(case: Case) -> dict[str, str]:
    code, name = case.person.area
    return {"code": code, "description": name}


def _phones(rng: Random) -> list[Json]:
    if rng.random() < 0.35:
        return []
    return [
        {"number": f"07700 900{rng.randint(0, 999):03}", "type": rng.choice(("MOBILE", "MOBILE", "TELEPHONE", None))}
    ]


def _mappa(case: Case) -> Json:
    if case.mappa is None:
        return None
    surname, forenames = case.manager.split(", ")
    return {
        "level": case.mappa,
        "levelDescription": f"MAPPA Level {case.mappa}",
        "category": 2,
        "categoryDescription": "MAPPA Category 2",
        "startDate": day(case.since),
        "reviewDate": day(case.since + timedelta(days=3 * _DAYS_A_MONTH)),
        "officer": {"surname": surname, "forenames": forenames},
        "probationArea": _area(case),
    }


def registration_document(case: Case, number: int, at: datetime, index: int, rng: Random, words: Words) -> Json:
    """An entry on a register; a person's first is the level of risk, what follows is about somebody or something."""
    code, label, months = rng.choice(_REGISTERS)
    if index == 0:
        code, label, months = _RISK_REGISTERS[case.person.risk], _RISK_LABELS[case.person.risk], 6
    surname, forenames = case.manager.split(", ")
    return {
        "crn": case.crn,
        "registrationId": number,
        "type": {"code": code, "description": label},
        "startDate": day(at),
        "nextReviewDate": day(at + timedelta(days=months * _DAYS_A_MONTH)),
        "endDate": None,
        "active": True,
        "registeringOfficer": {"surname": surname, "forenames": forenames},
        "registeringTeam": _team(case, words),
        "registeringProbationArea": _area(case),
        "notes": rng.choice(words.notes) if rng.random() < 0.5 else None,
    }


def registration_deleted(case: Case, number: int, at: datetime) -> Json:
    """The event by which the system tells that an entry should never have been."""
    return {
        "eventType": "probation-case.registration.deleted",
        "version": 1,
        "occurredAt": at.isoformat(),
        "additionalInformation": {"registrationId": str(number)},
        "personReference": {"identifiers": [{"type": "CRN", "value": case.crn}]},
    }
