"""The values that many people have in common, listed by keyed digests: how rare a value is, and nothing about anybody.

The list is made once, with the weights, and kept with them in one file. So a weight follows from two descriptions and
that file, whoever else is described meanwhile.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.domain.errors import Halt
from hub.domain.likelihood.levels import Field
from hub.domain.likelihood.rarity import Counted

LISTED = 2_000
"""Of each field, at most; the most common."""
FEWEST = 10
"""People who have a value that is listed: what only a few have might tell who they are."""
_TABLE = "common"

Digest = Callable[[Field, str], str]
"""Of a value, under the hub's own key."""


@dataclass(frozen=True, slots=True)
class Common:
    """The common values of one field. shares: digest -> share of the people. rest: of each value that is not listed."""

    shares: Mapping[str, float]
    rest: float


class Listed:
    """Knows how common values are by such a list. Implements `hub.domain.likelihood.rarity.Rarity`."""

    def __init__(self, fields: Mapping[Field, Common], digest: Digest) -> None:
        self._fields = fields
        self._digest = digest

    def share(self, field: Field, value: str) -> float | None:
        """The share of persons with this value; None for a field without a list."""
        common = self._fields.get(field)
        return common.shares.get(self._digest(field, value), common.rest) if common else None


def common_values(counted: Counted, digest: Digest) -> dict[Field, Common]:
    """The list of the values counted; nothing of a field that nobody fills."""
    return {field: _common(field, counts, digest) for field, counts in counted.counts.items() if counts}


def _common(field: Field, counts: Mapping[str, int], digest: Digest) -> Common:
    total = sum(counts.values())
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:LISTED]
    listed = {value: count for value, count in most if count >= FEWEST}
    others, of_others = len(counts) - len(listed), total - sum(listed.values())
    shares = {digest(field, value): count / total for value, count in listed.items()}
    return Common(shares, of_others / others / total if others else 1 / total)


def read_common(document: Mapping[str, object]) -> dict[Field, Common]:
    """The list that the weights' file has; empty where it has none.

    Raises:
        Halt: a field is unknown, or a share is none; named by its place.
    """
    tables = document.get(_TABLE, {})
    if not isinstance(tables, Mapping):
        raise Halt(f"weights: {_TABLE} must be a table")
    return {_field(str(name)): _read(str(name), table) for name, table in tables.items()}


def _field(name: str) -> Field:
    if name not in set(Field):
        raise Halt(f"weights: {_TABLE}.{name} is no field that is compared")
    return Field(name)


def _read(name: str, table: object) -> Common:
    shares = table.get("shares") if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping) or not isinstance(shares, Mapping):
        raise Halt(f"weights: {_TABLE}.{name} must have rest and shares")
    read = {str(digest): _share(share, f"{_TABLE}.{name}.shares") for digest, share in shares.items()}
    return Common(read, _share(table.get("rest"), f"{_TABLE}.{name}.rest"))


def _share(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1 or not math.isfinite(value):
        raise Halt(f"weights: {place} must be numbers above 0 and at most 1")
    return float(value)


def written_common(fields: Mapping[Field, Common]) -> str:
    """The list as the file has it, to follow the weights."""
    lines: list[str] = []
    for field, common in fields.items():
        lines += ["", f"[{_TABLE}.{field}]", f"rest = {common.rest:.6g}", f"[{_TABLE}.{field}.shares]"]
        lines += [f"{digest} = {share:.6g}" for digest, share in sorted(common.shares.items())]
    return "\n".join(lines) + "\n" if lines else ""
