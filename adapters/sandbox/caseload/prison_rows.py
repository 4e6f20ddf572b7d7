"""What the prison service writes down: rows in the shape of its own system."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.changes import day, written
from adapters.sandbox.caseload.dirt import Seen
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.words import Words
from adapters.sandbox.shape import Row

_ALERTS = (
    ("H", "HA", "ACCT Open"),
    ("H", "HA2", "ACCT Closed"),
    ("R", "RCC", "Risk to Children - Custody"),
    ("R", "RPB", "Risk to Public - Community"),
    ("R", "RKC", "Risk to Known Adult - Custody"),
    ("R", "RST", "Risk to Staff - Custody"),
    ("X", "XEL", "Escape List"),
    ("X", "XTACT", "Counter terrorism"),
)
_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Stay:
    """A person in prison. prison: [code, name] of where they are, None once released. since: in that place."""

    person: Person
    number: str
    written: Seen
    crn: str | None
    booking: str
    received: datetime
    prison: list[str] | None
    since: datetime
    sentenced: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a movement: NOMIS' type of agency, its code where it has one, its name."""

    kind: str
    code: str | None
    name: str | None


OUTSIDE = Place("OUT", None, None)


def offender_row(stay: Stay, rng: Random, words: Words) -> Row:
    """The offender with everything that hangs on it."""
    person, seen = stay.person, stay.written
    names = dict(zip(("first_name", "middle_name", "middle_name_2"), seen.forenames, strict=False))
    alias = {"first_name": person.nickname, "last_name": person.surname}
    row: Row = {
        "offender_id_display": stay.number,
        **{column: name.upper() for column, name in names.items()},
        "last_name": seen.surname and seen.surname.upper(),
        "birth_date": day(seen.birth),
        "deceased_date": rng.choice((None, None, "")),
        "sex_code": person.sex,
        "race_code": person.ethnicity,
        "nationality": person.nationality,
        "religion_code": person.religion if person.number % 4 else "",
        "language": person.language,
        "interpreter_required": "Y" if person.language else "N",
        "offender_identifiers": _identifier_rows(stay),
        "offender_bookings": [_booking_row(stay, rng)],
        "offender_aliases": [alias] if person.nickname else [],
        "offender_former_names": [{"last_name": person.maiden_name}]
        if person.maiden_name and rng.random() < 0.5
        else [],
        "addresses": [_address_row(person)] if rng.random() < 0.6 else [],
        "offender_case_officers": [_officer_row(stay, rng, words)] if stay.prison else [],
    }
    if stay.sentenced:
        row |= _sentence_rows(stay, rng, words)
    return row


def _identifier_rows(stay: Stay) -> list[Row]:
    held = {"PNC": stay.written.pnc, "CRO": stay.written.cro, "NINO": stay.written.ni_number, "CRN": stay.crn}
    return [{"identifier_type": kind, "identifier": number} for kind, number in held.items() if number]


def _booking_row(stay: Stay, rng: Random) -> Row:
    row: Row = {"booking_no": stay.booking, "location_since": day(stay.since)}
    if stay.prison is None:
        return row | {"booking_status": "INACTIVE OUT"}
    code, name = stay.prison
    cell = f"{code}-{rng.choice('ABCDE')}-{rng.randint(1, 4)}-{rng.randint(1, 40):03}"
    return row | {"booking_status": "ACTIVE IN", "agy_loc_id": code, "agy_loc_desc": name, "living_unit_desc": cell}


def _address_row(person: Person) -> Row:
    address = person.address
    return {
        "address_usage": "HOME",
        "no_fixed_address_flag": "N",
        "flat": address.building,
        "premise": address.number,
        "street": address.street.upper(),
        "city": address.town,
        "postal_code": address.postcode,
        "country": "England",
    }


def _officer_row(stay: Stay, rng: Random, words: Words) -> Row:
    code, name = stay.prison or ("", "")
    officer = f"{rng.choice(words.surnames)}, {rng.choice(words.male)}"
    row: Row = {"officer_role": "POM", "officer_name": officer, "agy_loc_id": code, "agy_loc_desc": name}
    return row | {"start_date": day(stay.since)}


def _sentence_rows(stay: Stay, rng: Random, words: Words) -> Row:
    years = rng.choice((1, 2, 3, 4, 6))
    end = stay.received + timedelta(days=years * _DAYS_A_YEAR)
    sentence = {
        "sentence_date": day(stay.received),
        "sentence_calc_type": rng.choice(("ADIMP_ORA", "ADIMP_ORA", "EXSENT", "LR")),
        "sentence_seq": 1,
        "court_desc": rng.choice(words.courts),
        "offence_desc": stay.person.offence[1],
        "offence_code": stay.person.offence[0],
        "start_date": day(stay.received),
        "end_date": day(end),
        "sentence_active": "Y",
        "offender_sentence_terms": [{"sentence_term_code": "IMP", "years": years}],
    }
    halfway = stay.received + (end - stay.received) / 2
    dates = {"SED": end, "CRD": halfway, "HDCED": halfway - timedelta(days=60)}
    key_dates = [
        {"key_date_type": kind, "key_date": day(at), "override_flag": "N", "calculation_date": written(stay.received)}
        for kind, at in dates.items()
    ]
    return {"offender_sentences": [sentence], "offender_key_dates": key_dates}


def alert_row(stay: Stay, reference: str, at: datetime, rng: Random, words: Words) -> Row:
    """One alert, or now and then MAPPA, which both services register."""
    alert_type, code, label = rng.choice(_ALERTS)
    row: Row = {
        "alert_seq": reference,
        "caseload_type": "INST",
        "alert_type": alert_type,
        "alert_code": code,
        "alert_desc": label,
        "alert_date": day(at),
        "expiry_date": rng.choice((None, "")),
        "authorize_person_text": f"{rng.choice(words.surnames)}, {rng.choice(words.female)}",
        "comment_text": rng.choice(words.notes) if rng.random() < 0.6 else None,
    }
    if stay.person.risk == len("LMH") and rng.random() < 0.3:
        row |= {"caseload_type": "MAPPA", "alert_type": None, "alert_code": "MAPPA", "alert_desc": "MAPPA"}
        row |= {"mappa_category": None, "mappa_level": rng.choice("123")}
    return row


def movement_row(booking: str, sequence: int, kind: str, reason: str, at: datetime, ends: tuple[Place, Place]) -> Row:
    """One movement. kind: movement type and direction, such as `ADM IN`. ends: from where, to where."""
    movement_type, direction = kind.split()
    origin, goal = ends
    return {
        "booking_no": booking,
        "movement_seq": sequence,
        "movement_type": movement_type,
        "direction_code": direction,
        "movement_reason_code": reason,
        "from_agy_type": origin.kind,
        "from_agy_loc_id": origin.code,
        "from_agy_desc": origin.name,
        "to_agy_type": goal.kind,
        "to_agy_loc_id": goal.code,
        "to_agy_desc": goal.name,
        "movement_time": written(at),
    }
