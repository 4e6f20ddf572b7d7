"""Kills a hub again and again, at moments that a seed decides, while submissions flow in."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import NamedTuple

from deploy.servers.hub import Hub
from tests.crash.senders import Senders
from tests.crash.submissions import Said

ANSWERED_WITHIN_S = 60.0
"""How long the hub may answer nothing at all while the senders hand over what is left when the last kill is past."""

_LONGEST_LIFE_S = 0.8
_DIES_YOUNG = 0.2
_YOUNG_S = 2.0
_IS_KILLED = 0.5
_FROZEN_S = 2.0
_IS_LONG_FROZEN = 0.2
_LONG_FROZEN_S = 12.0
"""Longer than the session of a consumer."""

Strike = Callable[[Random], Awaitable[None]]
"""Does harm, and mends it."""


async def storm(senders: Senders, said: Sequence[Said], kills: int, seed: int, strike: Strike) -> None:
    """Hand over all of it, a slice before each of so many strikes and one after the last."""
    random = Random(seed)  # noqa: S311 - a storm is played again by its seed
    size = len(said) // (kills + 1) + 1
    for number in range(kills):
        senders.put(said[number * size : (number + 1) * size])
        await asyncio.sleep(random.uniform(0, _LONGEST_LIFE_S))
        await strike(random)
    senders.put(said[kills * size :])
    await senders.done(ANSWERED_WITHIN_S)


def killing(*hubs: Hub) -> Strike:
    """Kills one of these and starts it again; now and then it is killed once more before it is ready."""

    async def strike(random: Random) -> None:
        hub = random.choice(hubs)
        await asyncio.to_thread(hub.kill)
        if random.random() < _DIES_YOUNG:
            await asyncio.to_thread(hub.start, wait=False)
            await asyncio.sleep(random.uniform(0, _YOUNG_S))
            await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)

    return strike


def killing_or_freezing(*hubs: Hub, until_taken_for_dead: bool) -> Strike:
    """Kills one of these, or freezes it for a while; if told to, now and then so long that others take it for dead."""
    kill = killing(*hubs)

    async def strike(random: Random) -> None:
        if random.random() < _IS_KILLED:
            await kill(random)
            return
        hub = random.choice(hubs)
        hub.pause()
        long = until_taken_for_dead and random.random() < _IS_LONG_FROZEN
        await asyncio.sleep(_LONG_FROZEN_S if long else random.uniform(0, _FROZEN_S))
        hub.resume()

    return strike


class Stopped(NamedTuple):
    """How a hub ended when it was asked to."""

    code: int
    seconds: float


def stopping(hub: Hub, stops: list[Stopped]) -> Strike:
    """Stops a hub in good order, notes how it ended, and starts it again."""

    async def strike(_random: Random) -> None:
        began = time.monotonic()
        code = await asyncio.to_thread(hub.stop)
        stops.append(Stopped(code, time.monotonic() - began))
        await asyncio.to_thread(hub.start)

    return strike
