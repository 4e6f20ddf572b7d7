"""Whoever looks at what is kept of people: each look is a consultation, and the audit names who looked, and why.

Data Protection Act 2018, section 62: the log of a consultation tells the justification, the time and the identity.
"""

from datetime import datetime

from hub.domain.contract import Contract
from hub.ports import AuditRow, RecordId

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


def consultation_of_agency(at: datetime, contract: Contract, record: RecordId) -> AuditRow:
    """The entry of an agency's look at a record, with the basis and the purpose that its contract names."""
    receives = contract.receives[record.type]
    return AuditRow(
        at,
        "consultation",
        contract.agency,
        contract.agency,
        *record,
        reference="",
        basis=receives.basis,
        purpose=receives.purpose,
    )
