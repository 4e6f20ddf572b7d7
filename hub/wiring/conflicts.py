"""Conflicts on their real store: for operators, for agencies, and for ruling on them."""

from hub.domain.ids import uuid7
from hub.exchange.conflicts import OpenConflicts
from hub.exchange.decide import Deciding
from hub.exchange.differing import Differing
from hub.exchange.own_conflicts import OwnConflicts
from hub.exchange.people import People
from hub.exchange.persons import Recognising
from hub.exchange.ruling import RulingOnConflicts
from hub.spec.convergence import compile_rule
from hub.store.auditing import AuditStore
from hub.store.conflicts import ConflictStore
from hub.store.reading import SqlReading
from hub.store.sharing import SqlStore
from hub.wiring.foundation import Foundation
from hub.wiring.spine import new_person_of


def open_conflicts(base: Foundation) -> OpenConflicts:
    """What operators look through."""
    people = People(SqlReading(base.engine), base.keys, base.now)
    return OpenConflicts(ConflictStore(base.engine), people, AuditStore(base.engine), _differing(base), base.now)


def own_conflicts(base: Foundation) -> OwnConflicts:
    """What agencies are shown."""
    reading = SqlReading(base.engine)
    return OwnConflicts(
        ConflictStore(base.engine), reading, base.contracts, _differing(base), base.keys, base.seal, base.now
    )


def ruling_on_conflicts(base: Foundation) -> RulingOnConflicts:
    """What operators decide."""
    return RulingOnConflicts(
        SqlStore(base.engine),
        open_conflicts(base).row,
        Recognising(base.seal, new_person_of(base)),
        Deciding(base.registry, base.contracts, base.keys, base.seal),
        base.keys,
        base.seal,
        base.now,
        lambda: uuid7(int(base.now().timestamp() * 1_000)),
    )


def _differing(base: Foundation) -> Differing:
    rules = {each: compile_rule(base.registry.newest(each).schema) for each in base.registry.types()}
    return Differing(rules, base.contracts, base.keys, base.seal)
