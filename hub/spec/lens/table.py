"""`python -m hub.spec.lens.table adapters/*/README.md`: writes the tables of lenses into the READMEs beside them.

A README says where: between `<!-- table: offender.toml -->` and `<!-- end -->`, the file being beside the README.
"""

import argparse
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hub.domain.canonical import Json
from hub.spec.codes import CodeList, load_code_lists
from hub.spec.lens.columns import Several
from hub.spec.lens.parsing import parse_table
from hub.spec.lens.rows import Absence
from hub.spec.lens.vocabulary import Field, Level, Listing, Table
from hub.spec.registry import schemas_folder

_MARKED = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

_KINDS = {
    "text": "text, as it is",
    "token": "text without outer blanks",
    "integer": "whole number",
    "digits": "whole number, in a text",
    "numeral": "whole number, shared as text",
    "number": "number",
    "date": "day",
    "datetime": "time",
    "flag": "yes or no",
}
_BLANKS = {"absent": "", "none": "blank: there is none", "refused": "blank is refused"}


def main() -> None:
    """Rewrite the READMEs that are named."""
    parser = argparse.ArgumentParser(prog="python -m hub.spec.lens.table", description=__doc__)
    parser.add_argument("readme", nargs="+", type=Path)
    lists = load_code_lists(schemas_folder() / "codes")
    for readme in parser.parse_args().readme:
        written = readme.read_text(encoding="utf-8")
        readme.write_text(with_tables(written, readme.parent, lists), encoding="utf-8")


def with_tables(text: str, folder: Path, lists: Mapping[str, CodeList]) -> str:
    """The README with its tables as the files in the folder say them now.

    Raises:
        Halt: a table is wrong.
        FileNotFoundError: the README names a table that does not exist.
    """
    return _MARKED.sub(lambda found: found[1] + markdown(parse_table(folder / found[2], lists)) + found[3], text)


def tables_named(text: str) -> list[str]:
    """The files whose tables a README shows."""
    return [found[2] for found in _MARKED.finditer(text)]


def markdown(table: Table) -> str:
    """The table in Markdown: native field, shared field, how it is read."""
    head = f"{table.about}: {table.system} <-> {table.record} {table.version}.\n\n"
    rows = ["| native | shared | how |", "|---|---|---|", *_level(table.level, "")]
    return head + "\n".join(rows) + "\n"


def _level(level: Level, indent: str) -> Iterator[str]:
    for field in level.fields:
        yield _row(
            indent, " + ".join(_path(path.text) for path in field.natives), _path(field.shared.text), _how(field)
        )
    for row in level.homeless:
        yield _row(indent, _path(row.native.text), "no home", f"because: {row.because}")
    for listing in level.lists:
        yield _row(
            indent, f"each of {_path(listing.native.text)}", f"each of {_path(listing.shared.text)}", _found_by(listing)
        )
        yield from _level(listing.level, f"{indent}· ")


def _row(indent: str, *cells: str) -> str:
    return f"| {indent}{' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _path(text: str) -> str:
    return f"`{text}`" if text else "the value itself"


def _found_by(listing: Listing) -> str:
    key = ", ".join(_path(path.text) for path in listing.key)
    return _sentence([f"found again by {key}" if key else "found again when equal", *_absence(listing.absence)])


def _how(field: Field) -> str:
    options = field.options
    return _sentence(
        [
            _kind(options),
            *_gathering(field),
            *([f"at most {options['max']} characters"] if "max" in options else []),
            *([f"description in {_path(field.label.text)}"] if field.label is not None else []),
            *_absence(field.row.absence),
            *(["a second reading"] if field.also else []),
        ]
    )


def _kind(options: Mapping[str, Json]) -> str:
    if "codes" in options:
        return f"codes of `{options['codes']}`" + (f" as {options['from']} has them" if "from" in options else "")
    if "table" in options:
        return "; ".join(f"{own} = {_word(value)}" for own, value in options["table"].items())
    kind = options.get("as", "text")
    said = _KINDS[kind]
    if kind == "flag":
        words = [", ".join(map(_word, options.get(name, [name == "yes"]))) for name in ("yes", "no")]
        said += f" ({words[0]} / {words[1]})"
    if "format" in options:
        said += f" as `{options['format']}`"
    return said + (f" times {options['scale']}" if "scale" in options else "")


def _gathering(field: Field) -> Iterator[str]:
    options = field.options
    if "join" in options:
        yield f"joined by `{options['join']}`" + (", changed ones go to the first" if "into" in options else "")
    elif isinstance(field.row, Several):
        yield "a list"
        if "split" in options:
            yield f"{'the last ' if len(field.natives) > 1 else ''}split at `{options['split']}`"


def _absence(absence: Absence) -> Iterator[str]:
    if absence.required:
        yield "required"
    elif _BLANKS[absence.blank]:
        yield _BLANKS[absence.blank]


def _word(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(parts: list[str]) -> str:
    return "; ".join(parts)


if __name__ == "__main__":
    main()
