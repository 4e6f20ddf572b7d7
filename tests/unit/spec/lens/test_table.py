from pathlib import Path

import pytest

from hub.spec.lens.table import main, markdown, tables_named, with_tables
from tests.builders.lens_tables import LISTS, PERSON, lens_of


def test_every_row_of_a_table_is_a_line() -> None:
    lines = markdown(lens_of(PERSON).table).splitlines()
    assert lines[0] == "A person of the ward system: ward <-> offender 1.0.0."
    for line in (
        "| `surname` | `names/surname` | text, as it is; blank is refused |",
        "| `first` + `second` + `more/*` | `names/forenames` | text, as it is; a list |",
        "| `sex` | `sex` | codes of `colours`; description in `sexWords`; blank: there is none |",
        "| `links/harm` | `sections[number=3]/linked` | yes or no (Yes, Y / No) |",
        "| `weeks` | `days` | whole number times 7 |",
        "| `colour` | no home | because: a display |",
        "| each of `contact/addresses` | each of `addresses` | found again by `from`, `status` |",
        "| · `status/code` | `status` | codes of `levels`; description in `status/words`; required |",
        "| · each of `stays/list` | each of `stays` | found again by `number`; blank: there is none |",
        "| · · `number` | `number` | whole number; required |",
        "| · `address` | the value itself | text, as it is |",
    ):
        assert line in lines


def test_only_what_stands_between_the_marks_is_rewritten(tmp_path: Path) -> None:
    (tmp_path / "person.toml").write_text(PERSON)
    before = "# Ward\n\n<!-- table: person.toml -->\nold\n<!-- end -->\n\nafter\n"
    after = with_tables(before, tmp_path, LISTS)
    assert after.startswith("# Ward\n\n<!-- table: person.toml -->\nA person of the ward system")
    assert after.endswith("|\n<!-- end -->\n\nafter\n")
    assert with_tables(after, tmp_path, LISTS) == after
    assert tables_named(after) == ["person.toml"]


def test_the_command_rewrites_the_readmes_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(
        'system="delius"\nrecord="offender"\nversion="1.0.0"\nabout="A small one"\n'
        'fields=[{native="a|b", shared="sex", codes="sex"}]'
    )
    readme = tmp_path / "README.md"
    readme.write_text("<!-- table: small.toml -->\n<!-- end -->\n")
    monkeypatch.setattr("sys.argv", ["table", str(readme)])
    main()
    assert "| `a\\|b` | `sex` | codes of `sex` |" in readme.read_text()
