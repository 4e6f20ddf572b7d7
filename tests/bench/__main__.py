"""`python -m tests.bench`: print the budgets as ratios measured in one run; `--messages` sets its length."""

import argparse

from tests.bench import rest, stream, validation
from tests.bench.table import Measure, show


def main() -> None:
    """Run everything and show it; the figures are for reading, nothing fails by them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="in each run")
    parser.add_argument("only", nargs="*", choices=["validation", "rest", "stream", []])
    given = parser.parse_args()
    measures: list[Measure] = []
    if not given.only or "validation" in given.only:
        measures += validation.measures()
    if not given.only or "rest" in given.only:
        measures += rest.measures(given.messages // 2)
    if not given.only or "stream" in given.only:
        measures += stream.measures(given.messages)
    show(measures)


if __name__ == "__main__":
    main()
