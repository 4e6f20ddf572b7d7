"""Risk reviews as documents, for the API and for commands."""

from typing import Any

from hub.api.admin.delivery_documents import record_document
from hub.store.risk_reviews import RiskReviewRow


def risk_review_document(review: RiskReviewRow) -> dict[str, Any]:
    """`RiskReview` of the API description."""
    closed = {"at": review.closed, "as": review.closed_as, "by": review.closed_by, "reason": review.reason}
    return {
        **asked_review_document(review),
        "state": review.state,
        "closed": closed if review.closed is not None else None,
    }


def asked_review_document(review: RiskReviewRow) -> dict[str, Any]:
    """`RiskReviewAsked` of the API description."""
    return {
        "id": review.id,
        "record": record_document(review.record),
        "path": review.path,
        "cause": review.cause,
        "author": review.author,
        "agency": review.agency,
        "opened": review.opened,
        "deadline": review.deadline,
    }
