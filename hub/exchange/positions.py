"""Who has read how far: the hub in what agencies send, each agency in what the hub delivers."""

from dataclasses import dataclass

from hub.exchange.deliveries import Deliveries, Progress
from hub.ports import InputPosition, InputPositions

_ALL = 1_000
"""More agencies than there are."""


@dataclass(frozen=True, slots=True)
class Positions:
    """inputs: the hub's, by agency and partition; None without a broker. outputs: every agency's, by name."""

    inputs: list[InputPosition] | None
    outputs: list[Progress]


class LookAtPositions:
    """The use case. inputs: None without a broker."""

    def __init__(self, inputs: InputPositions | None, deliveries: Deliveries) -> None:
        self._inputs = inputs
        self._deliveries = deliveries

    async def __call__(self) -> Positions:
        """As they are now. Raises `Unavailable`, `Halt`: the database or the broker."""
        outputs = await self._deliveries.listed("", _ALL)
        if self._inputs is None:
            return Positions(None, outputs)
        return Positions(await self._inputs.positions({each.agency for each in outputs}), outputs)
