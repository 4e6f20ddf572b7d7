"""The spine on its real store: `share`, as every process that takes submissions runs it."""

from collections.abc import Callable

from hub.domain.ids import uuid7
from hub.exchange.share import Sharing
from hub.store.sharing import SqlStore
from hub.wiring.foundation import Foundation


def spine(base: Foundation, *, later: bool = False) -> Sharing:
    """`share` over the database, under the specification, the contracts and the keys of this foundation.

    later: as `Sharing` has it.
    """
    store, new_person = SqlStore(base.engine), new_person_of(base)
    return Sharing(store, base.registry, base.contracts, base.keys, base.seal, base.now, new_person, later=later)


def new_person_of(base: Foundation) -> Callable[[], str]:
    """Makes ids of persons not known before; later ones sort behind earlier ones."""
    return lambda: uuid7(int(base.now().timestamp() * 1_000))
