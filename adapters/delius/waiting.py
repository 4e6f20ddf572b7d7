"""Whether a payload that was taken still waits: it is taken once more, on parts as they are now that nobody keeps."""

from collections.abc import Mapping

from adapters.client.native import Parts, Payload
from adapters.delius import inbound
from adapters.delius.tables import Tables
from hub.domain.canonical import Json


def still_waits(payload: Payload, parts: Parts, tables: Tables) -> bool:
    """Whether something of it cannot be said yet."""
    return inbound.take(payload, _Unkept(parts), tables).waiting is not None


class _Unkept:
    """Parts over others that are only read. Implements `Parts`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._changed: dict[str, dict[str, Json]] = {}

    def get(self, about: str, part: str) -> Json | None:
        return self.all(about).get(part)

    def put(self, about: str, part: str, document: Json) -> None:
        self._changed[about] = {**self.all(about), part: document}

    def all(self, about: str) -> Mapping[str, Json]:
        return self._changed[about] if about in self._changed else self._parts.all(about)

    def remove(self, about: str) -> None:
        self._changed[about] = {}
