"""Rounds: no step is waited for longer than it must be, and none is the last but when told to stop."""

import asyncio
from collections.abc import Iterable

import pytest
from structlog.testing import capture_logs

from hub.domain.errors import Halt, Unavailable
from hub.exchange.rounds import rounds

NEVER_S = 3_600.0


class Steps:
    """Steps that end as told, each once; whoever waits for one that is not told of is told by `over`."""

    def __init__(self, ends: Iterable[bool | Exception | None]) -> None:
        self._ends = list(ends)
        self.over = asyncio.Event()

    async def step(self) -> bool | None:
        end = self._ends.pop(0)
        if not self._ends:
            self.over.set()
        if isinstance(end, Exception):
            raise end
        return end


async def gone(*ends: bool | Exception | None, every_s: float, ring: bool = False) -> None:
    """Go rounds until each of these ends has come, and one step more is waited for; then stop."""
    stop, bell, steps = asyncio.Event(), asyncio.Event(), Steps(ends)
    running = asyncio.create_task(rounds("matching", steps.step, stop, every_s, bell))
    if ring:
        await asyncio.sleep(0)
        bell.set()
    await asyncio.wait((running, asyncio.ensure_future(steps.over.wait())), return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await running


async def test_where_there_is_more_to_do_nobody_waits() -> None:
    await gone(True, True, False, every_s=NEVER_S)


async def test_where_there_is_nothing_to_do_it_is_looked_again_after_a_while() -> None:
    await gone(False, None, False, every_s=0.001)


async def test_a_bell_ends_the_wait() -> None:
    await gone(False, False, every_s=NEVER_S, ring=True)


async def test_what_does_not_answer_is_asked_again_and_logged_and_no_bell_hurries_that() -> None:
    with capture_logs() as logs:
        await gone(Unavailable("the database does not answer"), False, every_s=0.001, ring=True)

    assert logs == [
        {"event": "backs_off", "log_level": "warning", "part": "matching", "why": "the database does not answer"}
    ]


async def test_whatever_an_operator_must_mend_ends_the_rounds() -> None:
    with pytest.raises(Halt):
        await gone(Halt("the schema is wrong"), every_s=NEVER_S)
