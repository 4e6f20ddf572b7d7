"""`python -m tests.bench`: print the budgets as ratios measured in one run, and where time goes."""

import argparse
from collections.abc import Callable

from tests.bench import (
    adapter,
    decisions,
    inside,
    load,
    mapping,
    matching,
    one_match,
    reconcile,
    rest,
    stream,
    validation,
)
from tests.bench.table import Measure, show, show_profile

SECTIONS = (
    "validation",
    "mapping",
    "matching",
    "rest",
    "stream",
    "growth",
    "load",
    "adapter",
    "reconcile",
    "decisions",
    "profile",
)


def main() -> None:
    """Run everything and show it; the figures are for reading, nothing fails by them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"of {', '.join(SECTIONS)}; all unless named")
    parser.add_argument("--messages", type=int, default=20_000, help="in each run of rest and stream")
    parser.add_argument(
        "--records",
        type=int,
        default=200_000,
        help="how far growth goes, from a tenth of it; in load; among how many one is matched",
    )
    given = parser.parse_args()
    wanted = given.only or SECTIONS
    sections: dict[str, Callable[[], list[Measure]]] = {
        "validation": validation.measures,
        "mapping": mapping.measures,
        "matching": lambda: [*matching.measures(), *one_match.measures(given.records)],
        "rest": lambda: rest.measures(given.messages // 2),
        "stream": lambda: stream.measures(given.messages),
        "growth": lambda: inside.growth(given.records // 10, given.records, sample=5_000),
        "load": lambda: load.measures(given.records),
        "adapter": lambda: adapter.measures(given.messages // 10),
        "reconcile": lambda: reconcile.measures(given.records),
        "decisions": lambda: decisions.measures(given.records),
    }
    measures = [measure for name, section in sections.items() if name in wanted for measure in section()]
    show(measures)
    if "profile" in wanted:
        show_profile(inside.profile(5_000))


if __name__ == "__main__":
    main()
