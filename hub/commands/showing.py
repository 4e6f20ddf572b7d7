"""How commands show what they found: tables for people, with `--json` what the API answers, for machines.

A command makes the very documents of the API (`hub.api.admin.documents`); both ways of showing are made of them.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

_AS_WIDE_AS_IT_NEEDS = 10_000

AsJson = Annotated[bool, typer.Option("--json", help="for machines: what the API answers")]
Document = Mapping[str, Any]


def show_list(name: str, documents: Sequence[Document], columns: Mapping[str, str], *, as_json: bool) -> None:
    """Print a list. name: of its member in the JSON object.

    columns: heading -> the document's member that stands there, with dots on the way to an inner one.
    """
    if as_json:
        print_json({name: documents})
        return
    table = Table()
    for heading in columns:
        table.add_column(heading, overflow="fold")
    for document in documents:
        table.add_row(*(_cell(document, path) for path in columns.values()))
    _print(table)


def show_one(document: Document, *, as_json: bool) -> None:
    """Print one document: as JSON, or a line for each member."""
    if as_json:
        print_json(document)
        return
    table = Table(show_header=False, box=None)
    table.add_column()
    table.add_column(overflow="fold")
    for name in document:
        table.add_row(Text(name, style="bold"), _cell(document, name))
    _print(table)


def print_json(document: Document) -> None:
    """A JSON object on standard output, times in UTC."""
    typer.echo(orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_INDENT_2).decode())


def percent(part: int, whole: int) -> str:
    """A share, empty if it is of nothing. Rounded down: 100 % is all, and nothing less."""
    return f"{1_000 * part // whole / 10:.1f} %" if whole else ""


def _print(table: Table) -> None:
    """Nothing is cut: in a terminal it is folded, elsewhere it is as wide as it needs."""
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(width=_AS_WIDE_AS_IT_NEEDS)
    console.print(table)


def _cell(document: Document, path: str) -> Text:
    value: Any = document
    for name in path.split("."):
        value = value[name]
    return Text(_said(value))


def _said(value: Any) -> str:  # noqa: ANN401 - any JSON, and times
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case list() | tuple():
            between = "\n\n" if value and isinstance(value[0], dict) else ", "
            return between.join(_said(item) for item in value)
        case dict():
            told = {name: _said(item) for name, item in value.items()}
            return "\n".join(f"{name}: {said}" for name, said in told.items() if said)
        case _:
            return str(value)
