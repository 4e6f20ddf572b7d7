"""Deliveries as an adapter gets them, for its tests."""

from adapters.client.link import Delivery, RecordName
from hub.domain.canonical import Json, digest

PERSON = "0190a5c6-0000-7000-8000-000000000001"


def released(
    number: int,
    body: Json,
    record_type: str = "offender",
    key: str = "-",
    *,
    person: str = PERSON,
    local_ids: tuple[str, ...] = ("A1",),
) -> Delivery:
    """A release of a record of `A1`."""
    document = {
        "type": record_type,
        "key": key,
        "version": "1.0.0",
        "body": body,
        "marks": {"contested": [], "ruled": [], "underReview": []},
    }
    record = RecordName(person, record_type, key)
    return Delivery(number, digest(document), record, local_ids, {}, None, False, "1.0.0", body, (), document)


def withdrawn(
    number: int, record_type: str = "offender", key: str = "-", *, person: str = PERSON, moved_to: str | None = None
) -> Delivery:
    """The withdrawal of a record."""
    document = {"type": record_type, "key": key, "withdrawn": True}
    record = RecordName(person, record_type, key)
    return Delivery(number, digest(document), record, (), {}, moved_to, True, None, None, (), document)
