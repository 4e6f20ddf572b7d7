"""Rules of a movement, which is taken whole."""

from collections.abc import Iterator, Mapping

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.rules.relations import times_in_order
from hub.spec.validation import Rule

INWARD = frozenset({"admission", "transfer-in", "return-from-court", "return-from-absence", "return-from-hospital"})
"""The kinds of the code list `movement-types` that lead into custody; the others lead out."""


def movement_direction(body: Json) -> Iterator[Fault]:
    """A kind of movement goes one way only."""
    direction = "in" if body["type"] in INWARD else "out"
    if body["direction"] != direction:
        yield Fault("/direction", "movement-direction", f"must be {direction} for this type of movement")


def return_after_movement(body: Json) -> Iterator[Fault]:
    """Nobody must be back before having left."""
    return times_in_order(body, "at", "returnBy", "", "return-after-movement")


RULES: Mapping[str, Rule] = {
    "movement-direction": movement_direction,
    "return-after-movement": return_after_movement,
}
