"""Movements that are planned: what is to happen to a person in custody, and on which day. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from hub.domain.canonical import Json

_ANNOUNCED = {"released": "release", "transfer-out": "transfer", "temporary-absence": "temporary-absence"}
"""Type of movement -> the event that is announced. Days in court and in hospital are none of them: they are short, and
why somebody is there is not everybody's to know."""


class Move(NamedTuple):
    """A planned movement. event: as a notice names it. day: of its time, as its author writes it."""

    event: str
    day: date


def planned_move(body: Mapping[str, Json] | None) -> Move | None:
    """What a movement record says is to happen; None where it has happened, or is nothing to be announced."""
    if body is None or body.get("planned") is not True or body["type"] not in _ANNOUNCED:
        return None
    return Move(_ANNOUNCED[body["type"]], date.fromisoformat(body["at"][:10]))
