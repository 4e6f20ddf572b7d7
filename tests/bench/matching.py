"""How right matching by likelihood is on data that others measure with, and how long it takes.

The weights are estimated without labels on the records given, the threshold is the one that ships.
"""

import time
from collections import defaultdict
from itertools import combinations

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.likelihood.columns import Columns, read_columns
from hub.domain.likelihood.evaluation import evaluate, matches
from hub.domain.likelihood.pairs import Pair, candidates
from hub.domain.likelihood.training import train
from tests.bench.febrl import Row, rows
from tests.bench.table import Measure

_CORE = {
    "given_name": "forename",
    "surname": "surname",
    "date_of_birth": {"feature": "date", "format": "%Y%m%d", "bad": "keep"},
    "postcode": "postcode",
}
_ADDRESS = {
    "street_number": "house",
    "address_1": "street",
    "address_2": "locality",
    "suburb": "town",
    "state": "region",
}
_ALL = read_columns({"id": "rec_id", "columns": {**_CORE, **_ADDRESS}})
_FEW = read_columns({"id": "rec_id", "columns": _CORE})


def measures() -> list[Measure]:
    """FEBRL 4 and 3, with every field but the social security number and with the core alone."""
    return [
        _measured("link FEBRL 4", 0.9998, _ALL, "dataset4a", "dataset4b"),
        _measured("duplicates in FEBRL 3", 0.9985, _ALL, "dataset3"),
        _measured("link FEBRL 4 by name, date, postcode", 0.99, _FEW, "dataset4a", "dataset4b"),
        _measured("duplicates in FEBRL 3 by name, date, postcode", 0.98, _FEW, "dataset3"),
    ]


def _measured(what: str, budget: float, columns: Columns, *names: str) -> Measure:
    files = [rows(name) for name in names]
    begun = time.perf_counter()
    people = [[columns.traits(row, number) for number, row in enumerate(file, start=1)] for file in files]
    found = candidates(*people)
    result = evaluate(found, matches(found, train(found, weights_in(SHIPPED_WEIGHTS))), _truth(files))
    took = time.perf_counter() - begun
    by_pairs = f"; pair by pair F1 {result.pairs.f1:.4f}" if found.within else ""
    detail = (
        f"precision {result.links.precision:.4f}, recall {result.links.recall:.4f}, ceiling {result.ceiling:.4f}"
        f"{by_pairs}; {len(found.patterns):,} pairs, {took:.0f} s"
    )
    return Measure(f"{what}: F1", result.links.f1, f">= {budget}", result.links.f1 >= budget, detail, decimals=4)


def _truth(files: list[list[Row]]) -> set[Pair]:
    """Records of one person have one number: rec-17-org, rec-17-dup-0."""
    holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for file, records in enumerate(files):
        for position, row in enumerate(records):
            holders[row["rec_id"].split("-")[1]].append((file, position))
    same = [pair for held in holders.values() for pair in combinations(held, 2)]
    return {(a, b) for (file, a), (other, b) in same if len(files) == 1 or file != other}
