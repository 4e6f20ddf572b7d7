"""Which kind of thing a native object is, by the keys it has. The order counts: the first that fits."""

from enum import StrEnum

from hub.domain.canonical import Json


class Kind(StrEnum):
    """What the prison system sends."""

    EVENT = "domain event"
    CHANGE = "change notice"
    ALERT = "alert"
    REGISTER_ENTRY = "entry of another service's register"
    MOVEMENT = "movement"
    TIMELINE = "timeline"
    SENTENCE_SUMMARY = "sentence summary"
    SENTENCE_DETAIL = "release dates"
    SENTENCE = "sentence"
    TERM = "sentence term"
    ASSESSMENT = "custody assessment"
    CONTACTS = "contacts"
    INFORMATION = "establishment's prisoner"
    PRISONER = "found prisoner"
    OFFENDER = "offender"
    ADDRESS = "address"
    ALIAS = "alias"
    IDENTIFIER = "identifier"
    CARE_NEED = "personal care need"
    OFFENCE = "offence"
    PHONE = "telephone"
    EMAIL = "e-mail address"
    KEY_WORKER = "key worker"
    ADJUSTMENT = "reasonable adjustment"
    KEY_DATES = "key dates"
    ADJUDICATION = "adjudication"
    CASE_NOTE = "case note"
    COURT_CASE = "court case"
    CELL = "cell move"
    ADJUSTMENTS = "adjustments"


LISTS = {
    Kind.SENTENCE: "sentences",
    Kind.TERM: "sentenceTerms",
    Kind.ASSESSMENT: "assessments",
    Kind.ADDRESS: "addresses",
    Kind.ALIAS: "aliases",
    Kind.IDENTIFIER: "identifiers",
    Kind.CARE_NEED: "personalCareNeeds",
    Kind.OFFENCE: "offenceHistory",
    Kind.PHONE: "phones",
    Kind.EMAIL: "emails",
    Kind.KEY_WORKER: "officials",
    Kind.ADJUSTMENT: "reasonableAdjustments",
}
"""Kinds that are elements of a person's lists, and the list of an offender they stand in."""

STAYS_AWAY = {
    Kind.ADJUDICATION: "discipline stays in the prison system",
    Kind.CASE_NOTE: "case notes stay in the prison system; what of them matters is an alert or an assessment",
    Kind.COURT_CASE: "sentences say what came of a case; hearings to come have no record yet",
    Kind.CELL: "moves within a prison stay there; the person's record says the cell",
    Kind.ADJUSTMENTS: "counted in the key dates; a second account of them could move a release date",
}
"""Kinds that the specification has no record for, by decision."""

_NAMED_BY = (
    (Kind.CHANGE, ("eventType", "eventDatetime")),
    (Kind.EVENT, ("eventType",)),
    (Kind.ALERT, ("alertType", "alertCode")),
    (Kind.ALERT, ("alertUuid", "alertCode")),
    (Kind.REGISTER_ENTRY, ("register", "registerCode")),
    (Kind.REGISTER_ENTRY, ("registerCode", "reference")),
    (Kind.MOVEMENT, ("movementType", "movementDateTime")),
    (Kind.MOVEMENT, ("movementType", "movementTime")),
    (Kind.MOVEMENT, ("movementType", "fromAgencyId")),
    (Kind.MOVEMENT, ("movementType", "fromAgency")),
    (Kind.MOVEMENT, ("movementType", "movementReasonCode")),
    (Kind.MOVEMENT, ("movementDateTime",)),
    (Kind.TIMELINE, ("prisonPeriod",)),
    (Kind.SENTENCE_SUMMARY, ("latestPrisonTerm",)),
    (Kind.SENTENCE_DETAIL, ("agencyLocationId",)),
    (Kind.SENTENCE_DETAIL, ("sentenceDetail", "mostRecentActiveBooking")),
    (Kind.SENTENCE, ("sentenceSequence", "sentenceCalculationType")),
    (Kind.TERM, ("sentenceSequence", "termSequence")),
    (Kind.ASSESSMENT, ("assessmentCode",)),
    (Kind.CONTACTS, ("nextOfKin",)),
    (Kind.CONTACTS, ("otherContacts",)),
    (Kind.INFORMATION, ("nomsId",)),
    (Kind.INFORMATION, ("establishmentCode", "unitCode1")),
    (Kind.KEY_WORKER, ("staffId", "lastName")),
    (Kind.OFFENDER, ("personalCareNeeds",)),
    (Kind.OFFENDER, ("reasonableAdjustments",)),
    (Kind.CASE_NOTE, ("caseNoteId",)),
    (Kind.CASE_NOTE, ("type", "text")),
    (Kind.ADJUDICATION, ("adjudicationNumber",)),
    (Kind.COURT_CASE, ("caseSeq",)),
    (Kind.CELL, ("livingUnitId", "assignmentDate")),
    (Kind.ADJUSTMENTS, ("sentenceAdjustments",)),
    (Kind.ADJUSTMENTS, ("bookingAdjustments",)),
    (Kind.PRISONER, ("currentlyInPrison",)),
    (Kind.PRISONER, ("latestBookingId",)),
    (Kind.PRISONER, ("middleNames",)),
    (Kind.ALIAS, ("dob",)),
    (Kind.ALIAS, ("nameType",)),
    (Kind.OFFENDER, ("offenderNo", "lastName")),
    (Kind.OFFENDER, ("offenderNo", "firstName")),
    (Kind.OFFENDER, ("lastName", "dateOfBirth")),
    (Kind.OFFENDER, ("lastName", "bookingId")),
    (Kind.OFFENDER, ("lastName", "physicalAttributes")),
    (Kind.CARE_NEED, ("problemType",)),
    (Kind.ADJUSTMENT, ("treatmentCode",)),
    (Kind.OFFENCE, ("offenceCode",)),
    (Kind.IDENTIFIER, ("type", "value")),
    (Kind.ADDRESS, ("addressUsages",)),
    (Kind.ADDRESS, ("postalCode",)),
    (Kind.ADDRESS, ("noFixedAddress",)),
    (Kind.ADDRESS, ("premise",)),
    (Kind.PHONE, ("number", "type")),
    (Kind.EMAIL, ("email",)),
    (Kind.KEY_DATES, ("sentenceStartDate",)),
    (Kind.KEY_DATES, ("sentenceExpiryDate",)),
    (Kind.OFFENDER, ("offenderNo", "status")),
    (Kind.OFFENDER, ("offenderNo", "agencyId")),
    (Kind.OFFENDER, ("firstName", "lastName")),
)


def kind_of(native: Json) -> Kind | None:
    """The kind of a native object; None when its keys are not those of any."""
    if not isinstance(native, dict):
        return None
    return next((kind for kind, keys in _NAMED_BY if native.keys() >= set(keys)), None)
