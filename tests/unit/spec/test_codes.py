from pathlib import Path

import orjson
import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.codes import load_code_lists
from hub.spec.registry import schemas_folder


def _write(folder: Path, codes: Json) -> None:
    content = {"title": "Sex", "source": "made up", "codes": codes}
    (folder / "sex.json").write_bytes(orjson.dumps(content))


def test_a_list_gives_shared_codes_and_translates_a_systems_own() -> None:
    risk = load_code_lists(schemas_folder() / "codes")["risk-levels"]
    assert risk.ordered
    assert risk.values == ("low", "medium", "high", "very-high")
    assert risk.from_system("delius")["RVHR"] == "very-high"
    assert risk.from_system("crams") == {}


def test_an_ordered_list_that_is_open_halts_the_hub(tmp_path: Path) -> None:
    content = {"title": "Level", "source": "made up", "ordered": True, "open": True, "codes": []}
    (tmp_path / "level.json").write_bytes(orjson.dumps(content))
    with pytest.raises(Halt, match="level is ordered, so it cannot be open"):
        load_code_lists(tmp_path)


def test_a_list_that_names_a_code_twice_halts_the_hub(tmp_path: Path) -> None:
    _write(tmp_path, [{"code": "male", "label": "Male", "systems": {}}] * 2)
    with pytest.raises(Halt, match="sex names a code twice"):
        load_code_lists(tmp_path)


def test_a_list_that_gives_a_systems_code_two_meanings_halts_the_hub(tmp_path: Path) -> None:
    _write(
        tmp_path,
        [
            {"code": "male", "label": "Male", "systems": {"nomis": ["M"]}},
            {"code": "other", "label": "Other", "systems": {"nomis": ["M"]}},
        ],
    )
    with pytest.raises(Halt, match="a code of nomis two meanings"):
        load_code_lists(tmp_path)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"codes": []}', b'{"codes": [{"code": "male"}]}'])
def test_a_list_that_cannot_be_read_halts_the_hub(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sex.json").write_bytes(content)
    with pytest.raises(Halt, match="sex cannot be read"):
        load_code_lists(tmp_path)
