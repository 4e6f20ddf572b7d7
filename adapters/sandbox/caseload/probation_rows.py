"""What the probation service writes down: rows in the shape of its own system."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import day
from adapters.sandbox.caseload.dirt import Seen
from adapters.sandbox.caseload.people import Address, Person
from adapters.sandbox.caseload.words import Words
from adapters.sandbox.shape import Row

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
    """A person as the service now has them, and since when."""

    person: Person
    crn: str
    written: Seen
    address: Address
    manager: str
    noms_number: str | None
    since: datetime


def offender_row(case: Case, rng: Random, words: Words) -> Row:
    """The offender with everything that hangs on it."""
    person, written = case.person, case.written
    names = dict(zip(("first_name", "second_name", "third_name"), written.forenames, strict=False))
    alias = {"first_name": person.nickname, "surname": person.surname, "date_of_birth": day(written.birth)}
    row: Row = {
        "crn": case.crn,
        "pnc_number": written.pnc,
        "cro_number": written.cro,
        "noms_number": case.noms_number,
        "ni_number": written.ni_number,
        "title": "Ms" if person.sex == "F" else "Mr",
        **names,
        "surname": written.surname,
        "date_of_birth": day(written.birth),
        "date_of_death": None if case.crn < "M" else "",
        "gender": {"F": "Female", "M": "Male"}[person.sex],
        "ethnicity": person.ethnicity,
        "nationality": person.nationality,
        "religion": person.religion if person.number % 3 else "",
        "main_language": person.language,
        "requires_interpreter": "Y" if person.language else None,
        "provider": person.area[1],
        "provider_code": person.area[0],
        "provider_since": day(case.since),
        "address": [_address_row(case)],
        "offender_manager": [_manager_row(case, words)],
        "phone_number": _phones(rng),
        "alias": [alias] if person.nickname else [],
        "previous_name": [{"surname": person.maiden_name}] if person.maiden_name else [],
        "disability": [{"disability_type": rng.choice(words.disabilities)}] if rng.random() < 0.12 else [],
        "disposal": [_disposal_row(case, rng, words)],
    }
    if person.limited_access:
        row |= {"current_exclusion": "N", "current_restriction": "Y", "restriction_message": "Ask the area's head."}
    return row


def _address_row(case: Case) -> Row:
    address = case.address
    if case.person.number % 25 == 7:
        return {"address_status": "M", "no_fixed_abode": "Y", "postcode": "NF1 1NF", "start_date": day(case.since)}
    return {
        "address_status": "M",
        "no_fixed_abode": "N",
        "building_name": address.building,
        "address_number": address.number,
        "street_name": address.street,
        "town": address.town,
        "county": address.county,
        "postcode": address.postcode,
        "start_date": day(case.since),
    }


def _manager_row(case: Case, words: Words) -> Row:
    code, team = words.teams[case.person.number % len(words.teams)]
    area_code, area = case.person.area
    return {
        "role": "COM",
        "staff_name": case.manager,
        "staff_code": f"{area_code}{code}{case.person.number % 900 + 100}",
        "team": team,
        "team_code": f"{area_code}{code}",
        "provider": area,
        "provider_code": area_code,
        "allocation_date": day(case.since),
    }


def _phones(rng: Random) -> list[Row]:
    if rng.random() < 0.35:
        return []
    return [
        {"number": f"07700 900{rng.randint(0, 999):03}", "type": rng.choice(("MOBILE", "MOBILE", "TELEPHONE", None))}
    ]


def _disposal_row(case: Case, rng: Random, words: Words) -> Row:
    passed = case.since - timedelta(days=rng.randint(1, 20))
    months = rng.choice((6, 9, 12, 18, 24))
    return {
        "disposal_date": day(passed),
        "disposal_type": rng.choice(("201", "201", "203", "301")),
        "event_number": 1,
        "court": rng.choice(words.courts),
        "main_offence": case.person.offence[1],
        "main_offence_code": case.person.offence[0],
        "start_date": day(passed),
        "expected_end_date": day(passed + timedelta(days=months * _DAYS_A_MONTH)),
        "active": "Y",
        "disposal_term": [{"months": months}],
    }


def registration_row(case: Case, reference: str, at: datetime, index: int, rng: Random, words: Words) -> Row:
    """The first is the level of risk, or MAPPA where it is very high; what follows is about somebody or something."""
    code, label, months = rng.choice(_REGISTERS)
    if index == 0:
        code, label, months = _RISK_REGISTERS[case.person.risk], _RISK_LABELS[case.person.risk], 6
    row: Row = {
        "registration_id": reference,
        "register": "REGISTER",
        "register_type_code": code,
        "register_type": label,
        "registration_date": day(at),
        "next_review_date": day(at + timedelta(days=months * _DAYS_A_MONTH)),
        "deregistration_date": rng.choice((None, "")),
        "registering_officer": case.manager,
        "registering_provider": case.person.area[1],
        "registering_provider_code": case.person.area[0],
        "registration_notes": rng.choice(words.notes) if rng.random() < 0.5 else None,
    }
    if index == 1 and case.person.risk == len(_RISK_REGISTERS) - 1:
        row |= {"register": "MAPPA", "register_type_code": "MAPP", "register_type": "MAPPA"}
        row |= {"mappa_category": rng.choice("1223"), "mappa_level": rng.choice("1123")}
    return row
