"""The spine on its real store: `share`, as every process that takes submissions runs it."""

from hub.domain.ids import uuid7
from hub.exchange.share import Sharing
from hub.store.sharing import SqlStore
from hub.wiring.foundation import Foundation


def spine(base: Foundation, *, later: bool = False) -> Sharing:
    """`share` over the database, under the specification, the contracts and the keys of this foundation.

    later: as `Sharing` has it.
    """

    def new_person() -> str:
        return uuid7(int(base.now().timestamp() * 1_000))

    store = SqlStore(base.engine)
    return Sharing(store, base.registry, base.contracts, base.keys, base.seal, base.now, new_person, later=later)
