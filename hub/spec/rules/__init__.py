"""The rules beyond JSON Schema, by the names a schema lists under `x-rules`.

A rule gets a body that is valid under its schema. It may only relate properties inside one object that is taken
whole when records converge, so that converging valid records always gives a valid record.
"""

from collections.abc import Mapping

from hub.spec.rules import assessment, movement, offender, registration
from hub.spec.validation import Rule

RULES: Mapping[str, Rule] = {**offender.RULES, **assessment.RULES, **registration.RULES, **movement.RULES}
