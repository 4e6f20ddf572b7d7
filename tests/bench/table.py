"""What a benchmark found, and how it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measure:
    """One line: what was measured as a ratio, and the budget for it. met: None where there is none."""

    what: str
    ratio: float
    budget: str
    met: bool | None
    detail: str
    decimals: int = 2


def show(measures: Iterable[Measure]) -> None:
    """Print the table."""
    table = Table("what", "measured", "budget", "", "in figures", title="Budgets, as ratios measured in this run")
    for each in measures:
        verdict = {True: "met", False: "MISSED", None: ""}[each.met]
        table.add_row(each.what, f"{each.ratio:.{each.decimals}f}", each.budget, verdict, each.detail)
    Console(width=160).print(table)


def show_profile(parts: Iterable[tuple[str, float]]) -> None:
    """Print where time goes: parts with their share."""
    table = Table("part", "share", title="Where the processor's time goes in share and relay, 3 KB assessments")
    for part, share in parts:
        table.add_row(part, f"{share:.0%}")
    Console().print(table)
