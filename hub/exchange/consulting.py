"""Operators look at what is kept of people: each look is a consultation, and the audit names who looked, and why.

Data Protection Act 2018, section 62: the log of a consultation tells the justification, the time and the identity.
"""

from datetime import datetime

from hub.ports import AuditRow

BASIS = "operation of the hub"
"""Why an operator may look at all."""
HUB = "hub"
"""The agency of an entry that concerns none in particular."""


def consultation(
    at: datetime, operator: str, what: str, person: str, record: tuple[str, str] = ("", ""), agency: str = HUB
) -> AuditRow:
    """The entry of one look.

    what: the operator looked at, such as `reviews`. person: whose data it is; empty where nobody's in particular.
    record: type and key, where it is one record.
    """
    return AuditRow(at, "consultation", operator, agency, person, *record, "", BASIS, what)
