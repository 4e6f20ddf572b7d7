"""Payloads of the probation system, as small as can be."""

from hub.domain.canonical import Json

CRN = "X320741"


def offender(crn: str = CRN, **more: Json) -> Json:
    """An offender of the search."""
    return {"offenderId": 7, "otherIds": {"crn": crn}, "firstName": "Daniel", "surname": "Okafor"} | more


def entry(number: int = 25, code: str = "RHRH", **more: Json) -> Json:
    """An entry of a register, as it is listed."""
    return {
        "registrationId": number,
        "type": {"code": code, "description": "High RoSH"},
        "startDate": "2026-01-05",
    } | more


def case(crn: str = CRN, **more: Json) -> Json:
    """The details of a case."""
    return {"crn": crn, "name": {"forename": "Daniel", "surname": "Okafor"}} | more


def event(name: str, at: str, crn: str = CRN, **facts: Json) -> Json:
    """An event. at: day and time in UTC, such as `2026-03-10T09:00`."""
    return {
        "eventType": f"probation-case.{name}",
        "version": 1,
        "occurredAt": f"{at}:00.000Z",
        "additionalInformation": facts,
        "personReference": {"identifiers": [{"type": "CRN", "value": crn}]},
    }


def added(number: str = "25", code: str = "RHRH", at: str = "2026-01-05T09:00", crn: str = CRN) -> Json:
    """A registration was added."""
    facts = {"registrationId": number, "registerTypeCode": code, "registrationDate": "Mon Jan 05 00:00:00 GMT 2026"}
    return event("registration.added", at, crn, **facts)


def ended(code: str = "RHRH", at: str = "2026-02-05T09:00", crn: str = CRN) -> Json:
    """A registration ended; which, the event does not say."""
    facts = {"registerTypeCode": code, "deregistrationId": "9", "deregistrationDate": "Thu Feb 05 00:00:00 GMT 2026"}
    return event("registration.deregistered", at, crn, **facts)


def merged(removed: str, survivor: str, at: str = "2026-02-10T09:00") -> Json:
    """Two cases are one."""
    return event("merge.completed", at, survivor, sourceCRN=removed, targetCRN=survivor)


def unmerged(back: str, other: str, at: str = "2026-02-20T09:00") -> Json:
    """They are two again."""
    return event("unmerge.completed", at, other, reactivatedCRN=back, unmergedCRN=other)
