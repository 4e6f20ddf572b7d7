"""Consuming: what a poll of the agencies' topics brings is taken in one go, and what is refused is kept aside.

`Consumption.take` returns only when everything is safe in the store, so that whoever polled may commit. When it
raises, the same poll comes again: ids stop doubles, and a message once refused stays refused.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.domain.outcome import Refused
from hub.exchange.dead_letters import DeadLetters
from hub.exchange.intake import Intake, Verdict
from hub.ports import Message
from hub.store.dead_letters import Streak


class Consumption:
    """The use case."""

    def __init__(self, intake: Intake, dead_letters: DeadLetters) -> None:
        self._intake = intake
        self._dead_letters = dead_letters

    async def take(self, messages: Sequence[Message]) -> None:
        """Take the messages of one poll in its order, and keep what cannot be taken.

        Raises:
            Unavailable: nothing is known of the whole poll; giving it again is right.
            Halt: the hub itself is wrong.
        """
        refused_before = await self._dead_letters.known(messages)
        fresh = [message for message in messages if message.position not in refused_before]
        judged = list(zip(fresh, await self._intake.take(fresh), strict=True))
        refused = [(message, verdict.rejection) for message, verdict in judged if isinstance(verdict, Refused)]
        await self._dead_letters.keep(refused, _streaks(judged))


def _streaks(judged: Sequence[tuple[Message, Verdict]]) -> Mapping[str, Streak]:
    """How many messages in a row were refused, agency by agency."""
    refused: dict[str, list[bool]] = defaultdict(list)
    for message, verdict in judged:
        refused[message.agency].append(isinstance(verdict, Refused))
    return {agency: streak(each) for agency, each in refused.items()}


def streak(refused: Sequence[bool]) -> Streak:
    """The streak of rejections in an agency's messages of one poll, each refused or not."""
    runs = "".join("x" if each else " " for each in refused).split(" ")
    lengths = [len(run) for run in runs]
    return Streak(lengths[0], max(lengths), lengths[-1] if len(lengths) > 1 else None)
