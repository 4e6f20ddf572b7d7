from pathlib import Path

import orjson
import pytest

from adapters.client.running.folder_out import FolderTarget
from adapters.client.running.target import Absent, Applied, NotApplied, Present, Unreadable
from hub.domain.errors import Unavailable


async def test_a_record_is_a_file_that_is_replaced_and_removed(tmp_path: Path) -> None:
    target, file = FolderTarget(tmp_path), tmp_path / "people/A1/alerts/7.json"
    for body in ({"a": 1}, {"a": 2}):
        assert await target.put("people/A1/alerts/7", body, "x") == Applied()
        assert orjson.loads(file.read_bytes()) == body
    assert [each.name for each in file.parent.iterdir()] == ["7.json"]
    for _ in range(2):
        assert await target.remove("people/A1/alerts/7", "x") == Applied()
    assert not file.exists()


async def test_no_address_leads_out_of_the_folder(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "records")
    assert isinstance(await target.put("../../elsewhere", {}, "x"), NotApplied)
    assert isinstance(await target.remove("../elsewhere", "x"), NotApplied)


async def test_a_disk_that_refuses_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("in the way")
    with pytest.raises(Unavailable):
        await FolderTarget(tmp_path).put("people/A1", {}, "x")


async def test_what_is_there_is_read_as_it_is(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path)
    await target.put("people/A1", {"surname": "Archer"}, "1")
    (tmp_path / "people" / "A2.json").write_text("garbled")
    assert await target.read("people/A1") == Present({"surname": "Archer"})
    assert await target.read("people/A2") == Present({})
    assert await target.read("people/A3") == Absent()
    assert await target.read("../A1") == Unreadable("the address leads out of the folder")
