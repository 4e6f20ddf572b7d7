"""The table the demo ends with."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.demo.compare import Compared
from deploy.demo.latency import percentile

_MS = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it. submissions: agency -> how many it sent. seconds: all latencies, and took: the whole play.

    refused: (agency, reason) -> how many. unmended: of these, how many were not said again.
    """

    people: int
    compared: Mapping[str, Compared]
    submissions: Mapping[str, int]
    refused: Mapping[tuple[str, str], int]
    unmended: int
    seconds: list[float]
    took: float

    @property
    def good(self) -> bool:
        """Whether all agree, and nothing was lost."""
        return not self.unmended and all(not each.differ and not each.lost for each in self.compared.values())


def refusals(stores: Mapping[str, Path]) -> tuple[dict[tuple[str, str], int], int]:
    """(agency, reason) -> how many submissions were refused; and how many of them were not said again."""
    found: Counter[tuple[str, str]] = Counter()
    unmended = 0
    for agency, store in stores.items():
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            for reason, mended in connection.execute(
                "SELECT refused, mended_by IS NOT NULL FROM outgoing WHERE refused IS NOT NULL"
            ):
                found[agency, reason] += 1
                unmended += not mended
    return dict(found), unmended


def show(result: Result, console: Console) -> None:
    """Print the result."""
    console.print(_records(result), _agreement(result))
    for (agency, reason), count in sorted(result.refused.items()):
        console.print(f"Rejected: {count} of {agency}, {reason}")
    if result.refused:
        console.print(f"Rejected and said again rightly: {sum(result.refused.values()) - result.unmended}")
    sent = sum(result.submissions.values())
    console.print(f"{sent:,} submissions in {result.took:.1f} s: {sent / result.took:,.0f} a second")
    console.print(
        f"Submission to applied: p50 {_milliseconds(result, 0.5)}, p99 {_milliseconds(result, 0.99)}"
        f" ({len(result.seconds):,} measured, at full load)"
    )


def _records(result: Result) -> Table:
    table = Table(title=f"{result.people:,} people", title_justify="left")
    table.add_column("records")
    for agency in result.compared:
        table.add_column(f"said by {agency}", justify="right")
    for agency in result.compared:
        table.add_column(f"held by {agency}", justify="right")
    types = sorted({record_type for each in result.compared.values() for record_type in (*each.held, *each.asserted)})
    for record_type in types:
        said = [f"{each.asserted.get(record_type, 0):,}" for each in result.compared.values()]
        held = [f"{each.held.get(record_type, 0):,}" for each in result.compared.values()]
        table.add_row(record_type, *said, *held)
    return table


def _agreement(result: Result) -> Table:
    table = Table(title="Agreement with the hub, by digest", title_justify="left")
    for heading in ("agency", "agree", "differ", "withheld", "lost"):
        table.add_column(heading, justify="left" if heading == "agency" else "right")
    for agency, each in result.compared.items():
        table.add_row(agency, *(f"{count:,}" for count in (each.agree, each.differ, each.withheld, each.lost)))
    return table


def _milliseconds(result: Result, share: float) -> str:
    seconds = percentile(result.seconds, share)
    return "unknown" if seconds is None else f"{seconds * _MS:,.0f} ms"
