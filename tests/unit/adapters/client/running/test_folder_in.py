import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.client.running.folder_in import FolderSource, arrivals_in, said_by_name
from adapters.client.running.inbox import Stage
from adapters.client.running.store import Store
from hub.domain.errors import Fault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def now() -> datetime:
    return NOW


async def bring(store: Store, folder: Path, met: Callable[[], bool]) -> None:
    """Let the source work until this is met; what comes is taken at once, but for what says "bad"."""
    stop, came, taken = asyncio.Event(), asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(FolderSource(store, folder, now).run(stop, came, taken))
    async with asyncio.timeout(10):
        while not met():
            for row in store.inbox.waiting(10):
                with store.transaction():
                    store.inbox.settle(row.position, [Fault("", "no", "")] if b"bad" in row.document else [])
            taken.set()
            await asyncio.sleep(0.01)
    stop.set()
    await running


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


async def test_files_are_moved_when_they_are_taken_or_refused(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.json").write_text('{"b": 1}')
    (folder / "a.json").write_text('"bad"')
    (folder / "c.ndjson").write_text('{"c": 1}\n\n{"c": 2}\n')
    await bring(store, folder, lambda: len([*folder.glob("*.*")]) == 0)
    assert files(folder) == ["refused/a.json", "taken/b.json", "taken/c.ndjson"]
    assert store.inbox.count() == {Stage.WAITING: 0, Stage.TAKEN: 3, Stage.PARKED: 1}


async def test_a_file_that_is_being_written_is_left_alone(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (".a.json", "a.json.part", "z.json"):
        (folder / name).write_text("{}")
    await bring(store, folder, (folder / "taken/z.json").exists)
    assert files(folder) == [".a.json", "a.json.part", "taken/z.json"]


async def test_a_file_that_was_kept_before_a_crash_is_only_moved(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.json").write_text("{}")
    with store.transaction():
        store.inbox.keep(arrivals_in(folder / "a.json", now))
    await bring(store, folder, (folder / "taken/a.json").exists)
    assert store.inbox.count()[Stage.TAKEN] == 1


async def test_a_file_that_comes_again_is_another(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, moved in enumerate(("a.json", "a-2.json"), 1):
        (folder / "a.json").write_text("{}")
        await bring(store, folder, lambda moved=moved: (folder / "taken" / moved).exists())  # type: ignore[misc]
        assert store.inbox.count()[Stage.TAKEN] == number


def test_a_name_may_say_what_a_payload_is_about() -> None:
    name = "section8,crn=X123456,assessmentPk=9630348.json"
    assert said_by_name(Path("/in") / name) == {"file": name, "crn": "X123456", "assessmentPk": "9630348"}
