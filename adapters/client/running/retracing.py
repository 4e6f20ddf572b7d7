"""From what the hub refused in a record back to the payload that said it: taken once more, to see where it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from adapters.client.native import Payload, Said, System
from adapters.client.origins import origin_of_said
from adapters.client.running.inbox import InboxRow
from adapters.client.running.outbox import RefusedRow
from adapters.client.running.parts import PartsAside
from adapters.client.running.store import Store
from hub.domain.canonical import parse
from hub.domain.errors import Reason
from hub.spec.registry import Registry

_OF_THE_BODY = frozenset({Reason.INVALID_BODY, Reason.UNKNOWN_CODE})
"""Reasons whose faults have paths in the record."""


@dataclass(frozen=True, slots=True)
class Retracing:
    """Of one adapter. Nothing is changed by it: parts are looked at, and what is said again is said to nobody."""

    store: Store
    system: System
    registry: Registry

    def origin(self, payload: InboxRow, refused: RefusedRow) -> Callable[[str], str | None]:
        """A JSON Pointer in the refused record -> in the payload it was made of; None where that does not say it."""
        if refused.reason not in _OF_THE_BODY:
            return lambda _: None
        again = Payload(parse(payload.document), payload.recorded, payload.about)
        said = self.system.take(again, PartsAside(self.store.parts)).said
        found = next((each for each in said if self._is_it(each, refused)), None)
        if found is None:
            return lambda _: None
        return partial(origin_of_said, refused.body, said=found.body, origin=found.origin)

    def _is_it(self, said: Said, refused: RefusedRow) -> bool:
        if (said.record_type, said.local_id) != (refused.record_type, refused.local_id):
            return False
        spec = self.registry.newest(said.record_type)
        return spec.reference(said.body) == spec.reference(refused.body)
