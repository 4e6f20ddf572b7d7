"""The weights: how likely each level is for one person (m) and for two (u), and how likely two are one at all."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.errors import Halt
from hub.domain.likelihood.levels import LEVELS, Field, Level


class Odds(NamedTuple):
    """The share of pairs at a level: m among pairs that are one person, u among pairs that are two."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """What the level says for one person (positive) or against, in bits."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Weights:
    """prior: the probability that two descriptions met at random are one person. odds: of every field and level."""

    prior: float
    odds: Mapping[Field, Mapping[Level, Odds]]
    origin: str = ""


def read_weights(document: Mapping[str, object]) -> Weights:
    """The weights as the data file has them: `origin`, `prior` and a table [field.level] with m and u.

    The file may have a list of common values as well; see `hub.domain.likelihood.common`.

    Raises:
        Halt: a field or level is missing or unknown, or a number is no probability above 0; named by its place.
    """
    prior = _probability(document.get("prior"), "prior")
    odds = {field: _field(document.get(field.value), field) for field in Field}
    unknown = sorted(document.keys() - set(Field) - {"prior", "origin", "common"})
    if unknown:
        raise Halt(f"weights: {unknown[0]} is no field that is compared")
    return Weights(prior, odds, str(document.get("origin", "")))


def _field(table: object, field: Field) -> dict[Level, Odds]:
    if not isinstance(table, Mapping):
        raise Halt(f"weights: there is no table for {field}")
    unknown = sorted(str(name) for name in table if name not in LEVELS[field])
    if unknown:
        raise Halt(f"weights: {field} has no level {unknown[0]}")
    return {level: _odds(table.get(level.value), f"{field}.{level}") for level in LEVELS[field]}


def _odds(table: object, place: str) -> Odds:
    if not isinstance(table, Mapping):
        raise Halt(f"weights: {place} is missing")
    return Odds(_probability(table.get("m"), f"{place}.m"), _probability(table.get("u"), f"{place}.u"))


def _probability(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise Halt(f"weights: {place} must be a number above 0 and at most 1")
    return float(value)


def written_weights(weights: Weights) -> str:
    """The data file for these weights, as `read_weights` takes it."""
    lines = [f'origin = """\n{weights.origin}"""', f"prior = {weights.prior:.6g}"]
    for field, levels in weights.odds.items():
        lines += ["", f"[{field}]"]
        lines += [f"{level} = {{ m = {odds.m:.6g}, u = {odds.u:.6g} }}" for level, odds in levels.items()]
    return "\n".join(lines) + "\n"
