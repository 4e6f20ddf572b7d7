"""How long it takes to decide whether a 3 KB assessment is valid, against `jsonschema` alone."""

import time
from collections.abc import Callable

from jsonschema import Draft202012Validator, FormatChecker

from hub.spec.registry import Registry, schemas_folder
from tests.bench.bodies import assessment
from tests.bench.table import Measure


def measures() -> list[Measure]:
    """The budget, and what the rules beyond the schema add."""
    spec = Registry.load(schemas_folder()).newest("assessment")
    body = assessment(1)
    alone = Draft202012Validator(spec.schema, format_checker=FormatChecker(("date", "date-time")))
    slow = _seconds(lambda: alone.is_valid(body), 30)
    schema = _seconds(lambda: spec._validation.decides.is_valid(body), 20_000)  # noqa: SLF001 - the part that is budgeted
    whole = _seconds(lambda: spec.check(body), 5_000)
    return [
        Measure(
            "validation of a 3 KB assessment: jsonschema alone / the hub's, against the schema",
            slow / schema,
            "at least 300",
            met=slow / schema >= 300,
            detail=f"{slow * 1e6:.0f} us against {schema * 1e6:.1f} us",
        ),
        Measure(
            "the same, with every rule beyond the schema",
            slow / whole,
            "",
            met=None,
            detail=f"{whole * 1e6:.1f} us",
        ),
    ]


def _seconds(work: Callable[[], object], times: int) -> float:
    """The best of five rounds, a time."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times // 5):
            work()
        best = min(best, (time.perf_counter() - start) / (times // 5))
    return best
