"""How a process that handles batches collects its garbage."""

import gc

_ALLOCATIONS_BEFORE_COLLECTING = 20_000
"""A batch of bodies is some ten thousand objects that all end together; the default looks at each several times."""


def settle_memory() -> None:
    """What was built at start stays for good: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTING)
