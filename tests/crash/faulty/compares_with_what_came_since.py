"""A hub with a fault: it holds inventories against all it has delivered by now. `python -m` runs it as the hub."""

from collections.abc import AsyncGenerator, Collection

from hub.__main__ import main
from hub.domain.inventory import Expected
from hub.store.reconciling import ReconcileStore

_expected = ReconcileStore.expected
_LAST = 2**53 - 1


def _expected_by_now(
    self: ReconcileStore, agency: str, types: Collection[str], as_of: int, buckets: Collection[str] | None = None
) -> AsyncGenerator[tuple[str, Expected], None]:
    return _expected(self, agency, types, max(as_of, _LAST), buckets)


if __name__ == "__main__":
    ReconcileStore.expected = _expected_by_now  # type: ignore[method-assign]  # this is the fault
    main()
