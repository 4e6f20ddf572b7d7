"""Moves of a person out of a prison: those that are planned, and the releases that were made. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from hub.domain.canonical import Json

MOVEMENT = "movement"
"""The record type."""
RELEASE = "release"
"""The event of which is known without a plan on which day it is to be expected, and which nobody is to miss."""
_ANNOUNCED = {"released": RELEASE, "transfer-out": "transfer", "temporary-absence": "temporary-absence"}
"""Type of movement -> the event that is announced. Days in court and in hospital are none of them: they are short, and
why somebody is there is not everybody's to know."""


class Move(NamedTuple):
    """A move out of a prison. event: as a notice names it. day: of its time, as its author writes it."""

    event: str
    day: date
    planned: bool


def move_of(body: Mapping[str, Json] | None) -> Move | None:
    """The move that a movement record plans, or the release that it says was made; None where it says neither."""
    if body is None or body["type"] not in _ANNOUNCED:
        return None
    move = Move(_ANNOUNCED[body["type"]], date.fromisoformat(body["at"][:10]), body.get("planned") is True)
    return move if move.planned or move.event == RELEASE else None
