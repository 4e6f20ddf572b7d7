"""The README shows every table, as the files say it now."""

from pathlib import Path

import adapters.oasys
from adapters.oasys.tables import ORDER
from hub.spec.codes import load_code_lists
from hub.spec.lens.table import tables_named, with_tables
from hub.spec.registry import schemas_folder

README = Path(adapters.oasys.__file__).parent / "README.md"


def test_the_readme_shows_every_table_as_it_is() -> None:
    text = README.read_text()
    lists = load_code_lists(schemas_folder() / "codes")

    assert sorted(tables_named(text)) == sorted(f"{name}.toml" for name in ORDER)
    assert with_tables(text, README.parent, lists) == text, "run python -m hub.spec.lens.table adapters/oasys/README.md"
