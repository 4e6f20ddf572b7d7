"""An offender in the prison service's system, in the shape of NOMIS: the person, the booking, and what hangs on it."""

from collections.abc import Mapping

from adapters.sandbox.shape import (
    Beside,
    Identifiers,
    Part,
    Rows,
    Shape,
    code_pairs,
    codes,
    column,
    flag,
    number,
    rows,
    spread,
)
from hub.spec.codes import CodeList

_STATUS = code_pairs(
    {
        "ACTIVE IN": "custody",
        "ACTIVE OUT": "custody-absent",
        "ACTIVE UAL": "unlawfully-at-large",
        "INACTIVE OUT": "community",
    }
)
_OFFICERS = code_pairs(
    {
        "POM": "prison-offender-manager",
        "KW": "key-worker",
        "COM": "community-offender-manager",
        "TL": "team-leader",
        "OTH": "other",
    }
)
_PHONES = code_pairs({"MOB": "mobile", "HOME": "home", "BUS": "business", "OTH": "other"})


def offender(lists: Mapping[str, CodeList]) -> Shape:
    """The tables of an offender and how they map. lists: the agreed code lists."""
    return Shape(
        "offenders",
        "offender_id_display",
        (
            Identifiers(
                {"offender_id_display": "prison-number"},
                "offender_identifiers",
                "identifier_type",
                "identifier",
                code_pairs(_identifier_types(lists["identifier-schemes"])),
            ),
            column("title", "names/title"),
            spread("first_name middle_name middle_name_2", "names/forenames"),
            column("last_name", "names/surname"),
            column("birth_date", "dateOfBirth"),
            column("deceased_date", "dateOfDeath", blank_is_none=True),
            column("sex_code", "sex", codes(lists["sex"], "nomis")),
            column("race_code", "ethnicity", codes(lists["ethnicity"], "nomis")),
            column("nationality", "nationality"),
            column("second_nationality", "secondaryNationality"),
            column("immigration_status", "immigrationStatus"),
            column("religion_code", "religion", blank_is_none=True),
            column("language", "language/primary"),
            flag("interpreter_required", "language/interpreterNeeded"),
            flag("excluded_flag", "limitedAccess/exclusion"),
            flag("restricted_flag", "limitedAccess/restriction"),
            column("restricted_message", "limitedAccess/restrictionMessage"),
            column("com_provider", "probationArea/name"),
            column("com_provider_code", "probationArea/code"),
            column("com_provider_since", "probationArea/since"),
            _booking(),
            rows("offender_former_names", "formerNames", *_person_name("")),
            rows("offender_aliases", "aliases", *_person_name("name/"), column("birth_date", "dateOfBirth")),
            _addresses(),
            rows(
                "offender_health_problems",
                "disabilities",
                column("problem_code", "type", codes(lists["disability-types"], "delius")),
                column("description", "notes"),
                column("start_date", "from"),
                column("end_date", "to"),
            ),
            rows(
                "offender_reasonable_adjustments",
                "adjustments",
                column("treatment_code", "code"),
                column("treatment", "label"),
                column("comment_text", "notes"),
                column("start_date", "from"),
                column("end_date", "to"),
            ),
            rows(
                "offender_contact_persons",
                "contacts",
                column("relationship", "relationship"),
                column("relationship_code", "relationshipCode"),
                *_person_name("name/"),
                column("phone_no", "phone"),
                column("mobile_no", "mobile"),
                spread("house street locality", "address/lines"),
                column("city", "address/town"),
                column("postal_code", "address/postcode"),
            ),
            rows("phones", "phones", column("phone_no", "number"), column("phone_type", "type", _PHONES)),
            rows("internet_addresses", "emails", column("internet_address", "")),
            _case_officers(),
            _sentences(lists),
            rows(
                "offender_key_dates",
                "keyDates",
                column("key_date_type", "type", codes(lists["key-date-types"], "nomis")),
                column("key_date", "date"),
                flag("override_flag", "overridden"),
                column("calculation_date", "calculatedAt"),
            ),
        ),
    )


def _identifier_types(schemes: CodeList) -> dict[str, str]:
    """NOMIS' own type where it has one, else the scheme's name in its spelling."""
    own = {code.code: code.systems["nomis"][0] for code in schemes.codes if code.systems.get("nomis")}
    return {own.get(scheme, scheme.upper().replace("-", "_")): scheme for scheme in schemes.values}


def _person_name(under: str) -> tuple[Part, ...]:
    return (
        column("title", f"{under}title"),
        spread("first_name middle_name middle_name_2", f"{under}forenames"),
        column("last_name", f"{under}surname"),
    )


def _booking() -> Beside:
    """The latest booking says where the person is."""
    return Beside(
        "offender_bookings",
        (
            column("booking_no", "location/booking"),
            column("booking_status", "location/place", _STATUS),
            column("agy_loc_id", "location/establishmentCode"),
            column("agy_loc_desc", "location/establishment"),
            column("living_unit_desc", "location/livingUnit"),
            column("location_since", "location/since"),
        ),
    )


def _addresses() -> Rows:
    usages = {
        "HOME": "main",
        "SEC": "secondary",
        "POST": "postal",
        "HDC": "proposed",
        "BAIL": "bail",
        "PREV": "previous",
    }
    return rows(
        "addresses",
        "addresses",
        column("address_usage", "status", code_pairs(usages | {"OTHER": "other"})),
        flag("no_fixed_address_flag", "noFixedAbode"),
        spread("flat premise street locality", "lines"),
        column("city", "town"),
        column("county", "county"),
        column("postal_code", "postcode"),
        column("country", "country"),
        column("phone_no", "phone"),
        column("start_date", "from"),
        column("end_date", "to"),
        column("comment_text", "notes"),
    )


def _case_officers() -> Rows:
    return rows(
        "offender_case_officers",
        "responsibleOfficers",
        column("officer_role", "role", _OFFICERS),
        column("officer_name", "name"),
        column("staff_id", "staffCode"),
        column("team", "team"),
        column("team_code", "teamCode"),
        column("agy_loc_desc", "area"),
        column("agy_loc_id", "areaCode"),
        column("phone_no", "phone"),
        column("internet_address", "email"),
        column("start_date", "from"),
        column("end_date", "to"),
    )


def _sentences(lists: Mapping[str, CodeList]) -> Rows:
    return rows(
        "offender_sentences",
        "sentences",
        column("sentence_date", "sentencedOn"),
        column("sentence_calc_type", "type", codes(lists["sentence-types"], "nomis")),
        number("sentence_seq", "sequence"),
        column("court_desc", "court"),
        column("case_info_number", "caseReference"),
        column("offence_desc", "offence"),
        column("offence_code", "offenceCode"),
        column("start_date", "period/start"),
        column("end_date", "period/end"),
        number("consec_to_sentence_seq", "consecutiveTo"),
        flag("sentence_active", "active"),
        rows(
            "offender_sentence_terms",
            "terms",
            column("sentence_term_code", "code"),
            number("years", "years"),
            number("months", "months"),
            number("weeks", "weeks"),
            number("days", "days"),
        ),
    )
