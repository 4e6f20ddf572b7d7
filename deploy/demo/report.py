"""The table the demo ends with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from adapters.client.running.status import parked
from adapters.client.running.store import Store
from deploy.demo.compare import Compared
from deploy.demo.convergence import Day, convergence_table, seen_by_staff
from deploy.demo.latency import percentile
from deploy.demo.stage import Beside

_MS = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it. entered: agency -> how many changes. seconds: all latencies, and took: the whole play.

    parked: (adapter, refused by whom, rule) -> how many payloads and releases. measured: agency -> its convergence
    index.
    """

    people: int
    compared: Mapping[str, Compared]
    entered: Mapping[str, int]
    parked: Mapping[tuple[str, str, str], int]
    measured: Mapping[str, Day]
    seconds: list[float]
    took: float

    @property
    def good(self) -> bool:
        """Whether all agree, and nothing was lost."""
        return not any(each.differ or each.lost or each.unsaid for each in self.compared.values())


def what_is_parked(adapters: Sequence[Beside]) -> dict[tuple[str, str, str], int]:
    """(adapter, refused by whom, rule) -> how many of what the adapters could not get across."""
    found: Counter[tuple[str, str, str]] = Counter()
    for beside in adapters:
        with closing(Store(beside.store)) as store:
            for each in parked(store):
                rules = sorted({fault["rule"] for fault in each["faults"]})
                found[f"{beside.agency} {beside.system}", each["refusedBy"], ", ".join(rules)] += 1
    return dict(found)


def show(result: Result, console: Console) -> None:
    """Print the result."""
    console.print(_records(result), _agreement(result), convergence_table(result.measured))
    for agency, day in result.measured.items():
        console.print(seen_by_staff(agency, day))
    for (adapter, refused_by, rules), count in sorted(result.parked.items()):
        console.print(f"Parked at the adapter of {adapter}: {count}, refused by {refused_by} for {rules}")
    entered = sum(result.entered.values())
    console.print(f"{entered:,} changes in {result.took:.1f} s: {entered / result.took:,.0f} a second")
    console.print(
        f"Entered to handed over: p50 {_milliseconds(result, 0.5)}, p99 {_milliseconds(result, 0.99)}"
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
    for heading in ("agency", "agree", "differ", "no home", "withheld", "lost", "unsaid"):
        table.add_column(heading, justify="left" if heading == "agency" else "right")
    for agency, each in result.compared.items():
        counts = (each.agree, each.differ, each.homeless, each.withheld, each.lost, each.unsaid)
        table.add_row(agency, *(f"{count:,}" for count in counts))
    return table


def _milliseconds(result: Result, share: float) -> str:
    seconds = percentile(result.seconds, share)
    return "unknown" if seconds is None else f"{seconds * _MS:,.0f} ms"
