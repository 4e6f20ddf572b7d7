"""One version of one record type of the common specification, ready for use."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Halt, Reason, Rejected
from hub.spec.keys import KeyRule, join, key_rules
from hub.spec.preparation import PREPARATIONS, Preparation
from hub.spec.rules import RULES
from hub.spec.validation import Validation


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """A record type in one version: its shape, its rules, and how a record of it is named."""

    record_type: str
    version: str
    schema: Json = field(repr=False, compare=False)
    _validation: Validation = field(repr=False, compare=False)
    _withdrawal: Validation = field(repr=False, compare=False)
    _preparations: tuple[Preparation, ...] = field(repr=False, compare=False)
    _keys: tuple[KeyRule, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, record_type: str, version: str, schema: Json) -> "RecordSpec":
        """The schema must have passed `hub.spec.keywords.broken`."""
        return cls(
            record_type,
            version,
            schema,
            Validation.of(schema, tuple(RULES[name] for name in schema["x-rules"])),
            Validation.of(withdrawal_schema(schema)),
            tuple(PREPARATIONS[name] for name in schema.get("x-prepare", ())),
            key_rules(schema["x-key"]),
        )

    def check(self, body: Json) -> None:
        """Whether the body is a valid record.

        Raises:
            Rejected: `unknown-code` when nothing but codes outside their lists is wrong, else `invalid-body`;
                with the faults, at most 20.
        """
        if faults := self._validation.faults(body):
            raise _refused(faults, f"is no valid {self.record_type} {self.version}")

    def check_withdrawal(self, body: Json) -> None:
        """Whether the body names what is withdrawn: the properties of `x-reference`, and only these.

        Raises:
            Rejected: `invalid-body`, with the faults.
        """
        if faults := self._withdrawal.faults(body):
            raise _refused(faults, f"is no valid withdrawal of {self.record_type} {self.version}")

    def prepare(self, body: Json, at: datetime) -> Json:
        """The body the hub keeps of a valid one: what the hub computes is filled in.

        at: the time of the submission. The given body is left as it is.
        """
        for preparation in self._preparations:
            body = preparation(body, at)
        return body

    def key(self, agency: str, body: Json) -> str:
        """The key of the record among those of this type of one person."""
        for rule in self._keys:
            key = rule.key(agency, body)
            if key is not None:
                return key
        raise Halt(f"x-key of {self.record_type} {self.version} names no record")

    def reference(self, body: Json) -> str:
        """The agency's own slot within its local id, of a record or a withdrawal; "" where there is just one."""
        return join(body[name] for name in self.schema["x-reference"])


def withdrawal_schema(schema: Json) -> Json:
    """The schema of a withdrawal: an object of just the properties that make the agency's own reference."""
    names = schema["x-reference"]
    return {
        "$schema": schema["$schema"],
        "type": "object",
        "required": names,
        "additionalProperties": False,
        "properties": {name: schema["properties"][name] for name in names},
    }


def _refused(faults: list[Fault], detail: str) -> Rejected:
    only_codes = all(fault.rule == "x-codes" for fault in faults)
    return Rejected(Reason.UNKNOWN_CODE if only_codes else Reason.INVALID_BODY, detail, tuple(faults))
