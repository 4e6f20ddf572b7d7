"""Messages that only announce: something happened, and what it is must be fetched. They say no record."""

import json
from dataclasses import dataclass

from hub.domain.canonical import Json
from hub.domain.errors import Fault

_KINDS = ("assessment.", "risk.", "risk-assessment.", "oasys.")
"""How the event types of OASys begin."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What came of one. place: where the message stands. notices: what somebody should know of it."""

    place: str
    notices: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()


def is_announcement(document: Json) -> bool:
    """Whether an object is such a message, by itself or wrapped as it travels."""
    return "Message" in document or "eventType" in document


def announced(document: Json) -> Announcement | Fault:
    """The message, taken out of its wrapping; a fault when it is none of OASys."""
    if "Message" not in document:
        return _checked(document, "/eventType", ())
    try:
        message = json.loads(document["Message"])
    except (TypeError, ValueError):
        return Fault("/Message", "json", "must be a JSON document in a text")
    if not isinstance(message, dict) or "eventType" not in message:
        return Fault("/Message", "kind", "must say its eventType")
    return _checked(message, "/Message", tuple(_otherwise(document, message)))


def _otherwise(document: Json, message: Json) -> list[Fault]:
    attributes = document.get("MessageAttributes")
    stated = attributes.get("eventType") if isinstance(attributes, dict) else None
    if not isinstance(stated, dict) or stated.get("Value") == message["eventType"]:
        return []
    detail = "differs from the eventType of the message itself, which counts"
    return [Fault("/MessageAttributes/eventType/Value", "event-type", detail)]


def _checked(message: Json, place: str, notices: tuple[Fault, ...]) -> Announcement | Fault:
    if not str(message["eventType"]).startswith(_KINDS):
        return Fault(place, "kind", "announces nothing that OASys tells")
    if not message.get("detailUrl"):
        fault = Fault(place, "required", "must say by its detailUrl what is to be fetched")
        return Announcement(place, notices, (fault,))
    return Announcement(place, notices)
