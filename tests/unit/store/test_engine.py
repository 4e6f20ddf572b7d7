"""An SQLite database holds what the hub holds, so it is for the hub's own user alone."""

from pathlib import Path

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
