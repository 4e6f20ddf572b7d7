"""The files that `hub match` reads: records and links as CSV, column maps and weights as TOML.

What is wrong with one is said with its name, row and column, never with a value.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.domain import likelihood
from hub.domain.errors import Halt, Reason, Rejected
from hub.domain.likelihood.columns import Columns, read_columns
from hub.domain.likelihood.common import Common, read_common
from hub.domain.likelihood.levels import Field
from hub.domain.likelihood.pairs import Pair
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import Weights, read_weights

SHIPPED_WEIGHTS = Path(likelihood.__file__).with_name("weights.toml")


@dataclass(frozen=True, slots=True)
class People:
    """The records of a file. positions: what the id column says -> the place in `traits`."""

    file: str
    traits: list[Traits]
    positions: Mapping[str, int]


def weights_in(file: Path) -> Weights:
    """The weights of a file."""
    return read_weights(_toml(file))


def common_in(file: Path) -> dict[Field, Common]:
    """The list of common values in a file of weights; empty where it has none."""
    return read_common(_toml(file))


def columns_in(file: Path) -> Columns:
    """The column map of a file."""
    return read_columns(_toml(file))


def people_in(file: Path, columns: Columns) -> People:
    """The records of a file.

    Raises:
        Rejected: it has no records, lacks a column, has a row of another length, an id twice, or a date that is none.
    """
    rows = _rows(file)
    heading = [name.strip() for name in next(rows, [])]
    missing = [name for name in columns.names if name not in heading]
    if missing:
        raise _wrong(file, f"there is no column {', '.join(missing)}")
    traits: list[Traits] = []
    positions: dict[str, int] = {}
    for number, cells in enumerate(rows, start=1):
        if len(cells) != len(heading):
            raise _wrong(file, f"row {number} has {len(cells)} values for {len(heading)} columns")
        row = dict(zip(heading, cells, strict=True))
        if positions.setdefault(row[columns.id].strip(), number - 1) != number - 1:
            raise _wrong(file, f"row {number}, column {columns.id}: another row has the same id")
        try:
            traits.append(columns.traits(row, number))
        except Rejected as error:
            raise _wrong(file, error.detail) from error
    if not traits:
        raise _wrong(file, "there are no records")
    return People(file.name, traits, positions)


def links_in(file: Path, left: People, right: People) -> set[Pair]:
    """The true links of a file: an id on the left and one on the right in each row, below one row of headings.

    Raises:
        Rejected: a row does not name two records.
    """
    links: set[Pair] = set()
    for number, cells in enumerate(_rows(file)):
        if len(cells) < 2:
            raise _wrong(file, f"row {number}: a link has two ids")
        one, other = left.positions.get(cells[0].strip()), right.positions.get(cells[1].strip())
        if one is not None and other is not None:
            within = left is right
            links.add((min(one, other), max(one, other)) if within else (one, other))
        elif number > 0 or (one is None) != (other is None):
            raise _wrong(file, f"row {number}: no record has the id {'on the left' if one is None else 'on the right'}")
    return {(one, other) for one, other in links if left is not right or one != other}


def _rows(file: Path) -> Iterator[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            yield from (cells for cells in csv.reader(text, skipinitialspace=True, strict=True) if cells)
    except UnicodeDecodeError as error:
        raise _wrong(file, "it is not UTF-8") from error
    except csv.Error as error:
        raise _wrong(file, "it is not CSV: a quotation mark is not closed, or stands where none may") from error


def _toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Halt(f"{file.name} is not TOML") from error


def _wrong(file: Path, what: str) -> Rejected:
    return Rejected(Reason.INVALID_BODY, f"{file.name}: {what}")
