"""What the operators' routes answer and take, put together from each subject's own shapes."""

from hub.api.admin import (
    agency_shapes,
    alert_shapes,
    audit_shapes,
    conflict_shapes,
    dead_letter_shapes,
    delivery_shapes,
    job_shapes,
    question_shapes,
    reconciliation_shapes,
    risk_review_shapes,
    ruling_shapes,
)
from hub.api.shaping import Schema

SHAPES: dict[str, Schema] = {
    **agency_shapes.SHAPES,
    **alert_shapes.SHAPES,
    **dead_letter_shapes.SHAPES,
    **job_shapes.SHAPES,
    **delivery_shapes.SHAPES,
    **question_shapes.SHAPES,
    **ruling_shapes.SHAPES,
    **conflict_shapes.SHAPES,
    **audit_shapes.SHAPES,
    **reconciliation_shapes.SHAPES,
    **risk_review_shapes.SHAPES,
}
"""Name -> schema, under `components/schemas` of the API description."""
