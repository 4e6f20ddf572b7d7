"""The simulation's loop: virtual time, and the same seed the same order."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import pytest

from tests.simulation.loop import Process, SeededLoop, Stuck


def in_order(seed: int) -> list[int]:
    order: list[int] = []

    async def note(number: int) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            order.append(number)

    async def main() -> None:
        await asyncio.gather(*(note(number) for number in range(5)))

    SeededLoop(Random(seed)).run(main())
    return order


def test_the_same_seed_gives_the_same_order() -> None:
    assert in_order(1) == in_order(1)


def test_seeds_give_different_orders() -> None:
    assert len({tuple(in_order(seed)) for seed in range(20)}) > 10


def test_sleeping_costs_virtual_time_only() -> None:
    async def main() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert SeededLoop(Random(0)).run(main()) == 3600


def test_a_timeout_ends_what_takes_too_long() -> None:
    async def main() -> None:
        async with asyncio.timeout(5):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        SeededLoop(Random(0)).run(main())


def test_waiting_for_what_never_comes_is_an_error() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        SeededLoop(Random(0)).run(main())


def test_killing_a_process_ends_every_task_it_started() -> None:
    ticks: list[str] = []

    async def tick(name: str, start: Callable[[Coroutine[Any, Any, None]], object] | None) -> None:
        if start:
            start(tick("child", None))
        while True:
            await asyncio.sleep(1)
            ticks.append(name)

    async def main() -> None:
        process = Process("hub")
        process.start(tick("parent", asyncio.create_task))
        await asyncio.sleep(2.5)
        process.kill()
        await asyncio.sleep(10)

    SeededLoop(Random(0)).run(main())
    assert sorted(ticks) == ["child", "child", "parent", "parent"]


def test_an_error_nobody_was_told_of_is_kept() -> None:
    async def fail() -> None:
        raise ValueError("unnoticed")

    async def main() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait((task,))

    loop = SeededLoop(Random(0))
    loop.run(main())
    gc.collect()
    assert ["unnoticed" in complaint for complaint in loop.complaints] == [True]
