"""An offender in the probation service's system, in the shape of Delius: the person by CRN, and what hangs on them."""

from collections.abc import Mapping

from adapters.sandbox.shape import (
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

_CUSTODIAL_STATUS = code_pairs(
    {"D": "custody", "T": "custody-absent", "U": "unlawfully-at-large", "B": "community", "R": "community"}
)


def offender(lists: Mapping[str, CodeList]) -> Shape:
    """The tables of an offender and how they map. lists: the agreed code lists."""
    gender, ethnicity = codes(lists["sex"], "delius"), codes(lists["ethnicity"], "delius")
    return Shape(
        "offender",
        "crn",
        (
            Identifiers(
                {
                    "crn": "crn",
                    "pnc_number": "pnc",
                    "cro_number": "cro",
                    "noms_number": "prison-number",
                    "ni_number": "ni-number",
                    "previous_crn": "previous-crn",
                },
                "additional_identifier",
                "identifier_type",
                "identifier",
                code_pairs({scheme.upper().replace("-", "_"): scheme for scheme in lists["identifier-schemes"].values}),
            ),
            column("title", "names/title"),
            spread("first_name second_name third_name", "names/forenames"),
            column("surname", "names/surname"),
            column("date_of_birth", "dateOfBirth"),
            column("date_of_death", "dateOfDeath", blank_is_none=True),
            column("gender", "sex", gender),
            column("ethnicity", "ethnicity", ethnicity),
            column("nationality", "nationality"),
            column("second_nationality", "secondaryNationality"),
            column("immigration_status", "immigrationStatus"),
            column("religion", "religion", blank_is_none=True),
            column("main_language", "language/primary"),
            flag("requires_interpreter", "language/interpreterNeeded"),
            flag("current_exclusion", "limitedAccess/exclusion"),
            flag("current_restriction", "limitedAccess/restriction"),
            column("exclusion_message", "limitedAccess/exclusionMessage"),
            column("restriction_message", "limitedAccess/restrictionMessage"),
            column("provider", "probationArea/name"),
            column("provider_code", "probationArea/code"),
            column("provider_since", "probationArea/since"),
            column("custodial_status", "location/place", _CUSTODIAL_STATUS),
            column("institution", "location/establishment"),
            column("institution_code", "location/establishmentCode"),
            column("custody_location", "location/livingUnit"),
            column("booking_number", "location/booking"),
            column("custodial_status_date", "location/since"),
            rows("previous_name", "formerNames", *_person_name("")),
            rows("alias", "aliases", *_person_name("name/"), column("date_of_birth", "dateOfBirth")),
            _addresses(lists),
            rows(
                "disability",
                "disabilities",
                column("disability_type", "type", codes(lists["disability-types"], "delius")),
                column("notes", "notes"),
                column("start_date", "from"),
                column("end_date", "to"),
            ),
            rows(
                "provision",
                "adjustments",
                column("provision_type", "code"),
                column("provision", "label"),
                column("notes", "notes"),
                column("start_date", "from"),
                column("finish_date", "to"),
            ),
            rows(
                "phone_number",
                "phones",
                column("number", "number"),
                column("type", "type", codes(lists["phone-types"], "delius")),
            ),
            rows("email_address", "emails", column("email", "")),
            _managers(),
            _disposals(lists),
            rows(
                "key_date",
                "keyDates",
                column("key_date_type", "type"),
                column("key_date", "date"),
                flag("overridden", "overridden"),
                column("calculated", "calculatedAt"),
            ),
        ),
    )


def _person_name(under: str) -> tuple[Part, ...]:
    return (
        column("title", f"{under}title"),
        spread("first_name second_name third_name", f"{under}forenames"),
        column("surname", f"{under}surname"),
    )


def _addresses(lists: Mapping[str, CodeList]) -> Rows:
    return rows(
        "address",
        "addresses",
        column("address_status", "status", codes(lists["address-statuses"], "delius")),
        flag("no_fixed_abode", "noFixedAbode"),
        spread("building_name address_number street_name district", "lines"),
        column("town", "town"),
        column("county", "county"),
        column("postcode", "postcode"),
        column("telephone_number", "phone"),
        column("start_date", "from"),
        column("end_date", "to"),
        column("notes", "notes"),
    )


def _managers() -> Rows:
    return rows(
        "offender_manager",
        "responsibleOfficers",
        column("role", "role", code_pairs({"COM": "community-offender-manager", "POM": "prison-offender-manager"})),
        column("staff_name", "name"),
        column("staff_code", "staffCode"),
        column("team", "team"),
        column("team_code", "teamCode"),
        column("provider", "area"),
        column("provider_code", "areaCode"),
        column("telephone_number", "phone"),
        column("email", "email"),
        column("allocation_date", "from"),
        column("end_date", "to"),
    )


def _disposals(lists: Mapping[str, CodeList]) -> Rows:
    return rows(
        "disposal",
        "sentences",
        column("disposal_date", "sentencedOn"),
        column("disposal_type", "type", codes(lists["sentence-types"], "delius")),
        number("event_number", "sequence"),
        column("court", "court"),
        column("case_number", "caseReference"),
        column("main_offence", "offence"),
        column("main_offence_code", "offenceCode"),
        column("start_date", "period/start"),
        column("expected_end_date", "period/end"),
        flag("active", "active"),
        rows(
            "disposal_term",
            "terms",
            column("unit_code", "code"),
            number("years", "years"),
            number("months", "months"),
            number("weeks", "weeks"),
            number("days", "days"),
            number("unpaid_hours", "hours"),
        ),
    )
