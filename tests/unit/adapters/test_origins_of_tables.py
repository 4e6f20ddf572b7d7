"""Every table of every adapter leads from each place of the shared body back to the native field it came from.

HUB_ORIGINS says how many native fields are tried of each table.
"""

import os
import tomllib
from pathlib import Path
from random import Random

import pytest

from hub.spec.codes import load_code_lists
from hub.spec.lens.laws_of_origins import changing_its_origin_changes_just_it, reads_the_same
from hub.spec.lens.lens import load_lens
from hub.spec.registry import schemas_folder
from tests.builders.lens import native_of

_ADAPTERS = schemas_folder().parent / "adapters"
_TABLES = sorted(path for path in _ADAPTERS.glob("*/*.toml") if "record" in tomllib.loads(path.read_text()))
TRIED = int(os.environ.get("HUB_ORIGINS", "8"))
_LISTS = load_code_lists(schemas_folder() / "codes")


@pytest.mark.parametrize("table", _TABLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_changing_what_stands_at_an_origin_changes_just_what_was_read_from_it(table: Path) -> None:
    lens, random = load_lens(table, _LISTS), Random(table.stem)  # noqa: S311 - cases for a test
    native = next(each for _ in range(9) if not lens.read(each := native_of(lens, random, 0)).faults)
    assert reads_the_same(lens, native) == []
    assert changing_its_origin_changes_just_it(lens, native, random, most=TRIED) == []
