"""An identifier held by too many identifies nobody: crossed up and down, on both databases, in bounded work."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.submission import Submission
from hub.store.reading import SqlReading
from hub.store.sharing import SqlStore
from hub.store.tables import audit, crowd, review
from hub.trust.naming import claim_digest, local_key
from tests.builders.hub import KEYS, Hub
from tests.builders.records import OTHER_PNC, PNC, offender, said

MOST = 3


@pytest.fixture
def few(hub: Hub) -> Hub:
    """A hub in which three local ids may hold an identifier."""
    return Hub(hub.engine, hub.contracts, most_holders=MOST)


def holder(number: int, minute: int = 1, pnc: str | None = PNC, surname: str = "Okafor") -> Submission:
    """What probation says of one of many."""
    return said("probation", f"X{number:06}", offender(surname, pnc=pnc), minute)


async def persons(hub: Hub, numbers: Sequence[int]) -> list[str]:
    return [await hub.person_of("probation", f"X{number:06}") for number in numbers]


async def crowds(hub: Hub) -> list[int]:
    return [row["holders"] for row in await hub.rows(crowd)]


async def test_a_number_that_comes_to_be_held_by_too_many_parts_whom_it_had_joined(few: Hub) -> None:
    for number in range(MOST):
        await few.take(holder(number))
    assert len(set(await persons(few, range(MOST)))) == 1
    assert await crowds(few) == []

    await few.take(holder(MOST))

    assert len(set(await persons(few, range(MOST + 1)))) == MOST + 1
    assert await crowds(few) == [MOST + 1]
    assert [row["action"] for row in await few.rows(audit) if row["action"] == "parting"] == ["parting"] * (MOST - 1)


async def test_a_number_that_few_still_hold_joins_them_again(few: Hub) -> None:
    await few.take(*(holder(number) for number in range(MOST + 2)))
    await few.take(holder(0, 2, None))
    assert await crowds(few) == [MOST + 1]
    assert len(set(await persons(few, range(MOST + 2)))) == MOST + 2

    await few.take(holder(1, 2, OTHER_PNC))

    assert await crowds(few) == []
    assert len(set(await persons(few, range(2, MOST + 2)))) == 1
    assert len(set(await persons(few, range(MOST + 2)))) == 3


async def test_many_who_take_it_and_give_it_up_in_one_batch_cross_the_line_at_once(few: Hub) -> None:
    await few.take(*(holder(number) for number in range(6)))
    assert await crowds(few) == [6]

    await few.take(*(holder(number, 2, None) for number in range(4)), holder(6))

    assert await crowds(few) == []
    assert len(set(await persons(few, [4, 5, 6]))) == 1


async def test_doubts_of_a_number_are_over_when_it_is_crowded_and_come_again_when_it_is_not(few: Hub) -> None:
    await few.take(holder(0), said("probation", "X000001", offender("Patel", born="1990-01-02", pnc=PNC), 1))
    assert len(await few.rows(review)) == 1
    await few.take(holder(2), holder(3))
    assert await few.rows(review) == []

    await few.take(holder(3, 2, None))

    assert [row["doubt"] for row in await few.rows(review)] == ["contradicted"] * 2


async def test_workers_who_cross_the_line_at_once_agree_on_how_many_hold_it(few: Hub) -> None:
    for turn in range(3):
        await asyncio.gather(*(few.take(holder(number, 2 * turn + 1)) for number in range(8)))
        assert await crowds(few) == [8]
        await asyncio.gather(*(few.take(holder(number, 2 * turn + 2, None)) for number in range(6)))
        assert await crowds(few) == []
        assert len(set(await persons(few, [6, 7]))) == 1


async def test_nobody_is_found_by_a_crowded_number(few: Hub) -> None:
    await few.take(*(holder(number) for number in range(MOST + 1)), holder(9, pnc=OTHER_PNC))
    claims = {claim_digest(KEYS, "pnc", each) for each in ("1981/0000034U", "1979/0163001B")}

    async with SqlReading(few.engine).viewing() as view:
        assert await view.holders(claims) == await persons(few, [9])


async def test_what_is_said_of_one_of_very_many_holders_looks_at_none_of_the_others(hub: Hub) -> None:
    """Counted, not timed: what is loaded and the statements run are the same however many hold the number."""
    pnc, work = claim_digest(KEYS, "pnc", "1981/0000034U"), []
    one, stranger = (local_key(KEYS, "probation", name) for name in ("X000001", "X999999"))
    for turn, many in enumerate((30, 300)):
        await hub.take(*(holder(number, 3 * turn) for number in range(many)))
        with counted(hub.engine) as statements:
            await hub.take(holder(many, 3 * turn))
            await hub.take(holder(many, 3 * turn + 1, None))
        work.append(len(statements))
        async with SqlStore(hub.engine).sharing() as tx:
            assert (await tx.people({stranger: ()}, [pnc], {stranger})).locals == {}
            assert set((await tx.people({one: ()}, [], {one})).locals) == {one}
        assert await crowds(hub) == [many]

    assert work[0] == work[1]


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", note)
