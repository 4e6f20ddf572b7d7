"""The audit, and lists of jobs, as operators see them."""

from hub.api.admin.job_shapes import JOB
from hub.api.shaping import NEXT, Schema, list_of, maybe, ref, shape, text, time

_TIME = "2026-03-01T09:30:00.250000Z"
_ENTRY = {
    "at": _TIME,
    "action": "disclosure",
    "actor": "hub",
    "agency": "prison",
    "person": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "type": "assessment",
    "key": "9630348",
    "reference": "4711",
    "basis": "Offender Management Act 2007, section 14",
    "purpose": "Management of offenders",
}

SHAPES: dict[str, Schema] = {
    "AuditEntry": shape(
        "Who did what with whose data: Data Protection Act 2018, section 62.",
        {
            "at": time("When."),
            "action": text("Collection, withdrawal, consultation, disclosure, combination, parting, or an operator's."),
            "actor": text("The agency, the operator, or `hub`."),
            "agency": maybe(text("The agency concerned: who said it, or to whom it was disclosed.")),
            "person": maybe(text("The hub's id of the person, as it was then.")),
            "type": maybe(text("Record type.")),
            "key": maybe(text("Key of the record.")),
            "reference": maybe(text("Submission id, delivery number, or what the action names.")),
            "basis": maybe(text("On which basis, of a consultation or disclosure.")),
            "purpose": maybe(text("For what.")),
        },
        _ENTRY,
    ),
    "AuditEntries": shape(
        "Some entries, the newest first. There may be fewer than asked for, and still a next page.",
        {"entries": list_of(ref("AuditEntry"), "The entries."), "next": NEXT},
        {"entries": [_ENTRY], "next": None},
    ),
    "Jobs": shape(
        "Some jobs, the newest first.",
        {"jobs": list_of(ref("Job"), "The jobs."), "next": NEXT},
        {"jobs": [JOB], "next": None},
    ),
}
