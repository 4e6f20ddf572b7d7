"""An SQLite database holds what the hub holds, so it is for the hub's own user alone; and nobody keeps it locked."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.engine import open_engine, writing


async def _modes_once_written(folder: Path) -> dict[str, int]:
    engine = open_engine(f"sqlite+aiosqlite:///{folder / 'hub.db'}")
    async with writing(engine) as connection:
        await connection.exec_driver_sql("CREATE TABLE held (what TEXT)")
    modes = _modes(folder)
    await engine.dispose()
    return modes


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_nobody_else_on_the_machine_reads_a_new_database(tmp_path: Path) -> None:
    modes = await _modes_once_written(tmp_path)
    assert modes["hub.db"] == 0o600
    assert set(modes.values()) == {0o600}


async def test_one_that_others_may_read_stays_as_its_operator_has_it(tmp_path: Path) -> None:
    (tmp_path / "hub.db").touch()
    (tmp_path / "hub.db").chmod(0o640)
    assert (await _modes_once_written(tmp_path))["hub.db"] == 0o640


async def _cancelled_while_it_reads(engine: AsyncEngine) -> asyncio.CancelledError:
    loop = asyncio.get_running_loop()

    async def read() -> None:
        async with writing(engine) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.create_function("cancel", 0, lambda: loop.call_soon_threadsafe(task.cancel))
            await connection.exec_driver_sql("SELECT cancel() IS NULL UNION ALL SELECT 2")

    task = asyncio.create_task(read())
    with pytest.raises(asyncio.CancelledError) as cancelled:
        await task
    return cancelled.value


async def test_whoever_is_cancelled_in_a_transaction_lets_others_write_at_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")

    traceback_to_its_cursor = await _cancelled_while_it_reads(engine)
    with closing(sqlite3.connect(tmp_path / "hub.db", timeout=0)) as another:
        another.execute("BEGIN IMMEDIATE")

    await engine.dispose()
    assert traceback_to_its_cursor
