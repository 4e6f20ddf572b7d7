"""Operators' decisions on people, on their real store: the same for the API and for commands."""

from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.exchange.resolve import Resolving
from hub.store.sharing import SqlStore
from hub.wiring.foundation import Foundation
from hub.wiring.spine import new_person_of


def resolving(base: Foundation) -> Resolving:
    """Over the database, under the specification, the contracts and the keys of this foundation."""
    deciding = Deciding(base.registry, base.contracts, base.keys, base.seal)
    recognising = Recognising(base.seal, new_person_of(base))
    return Resolving(SqlStore(base.engine), recognising, deciding, base.keys, base.seal, base.now)
