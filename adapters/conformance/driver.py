"""What the kit asks of the tried side: a small HTTP server, the driver, that works the native system as users would.

README.md beside this file says what a driver answers; any language will do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

import httpx

from adapters.conformance.people import Record
from hub.domain.canonical import Json

_TIMEOUT_S = 30.0


class DriverFailed(Exception):
    """The driver does not answer, or not as agreed."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the tried system is and can.

    name: for the table. kind: `prison`, `probation`, ... codes: what its own codes are prefixed with, such as `nomis`.
    says, takes: record types it submits, and takes releases of.
    can: of `merge`, `outage`, `withdraw`, `limited-access` and `unlisted-codes`.
    """

    name: str
    kind: str
    codes: str
    says: frozenset[str]
    takes: frozenset[str]
    can: frozenset[str]


class Driver:
    """A client of the driver. An async context manager."""

    def __init__(self, address: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=_TIMEOUT_S, transport=transport)

    async def __aenter__(self) -> "Driver":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def abilities(self) -> Abilities:
        """What is tried."""
        told = (await self._ask("GET", "/")).json()
        try:
            return Abilities(
                told["name"],
                told["kind"],
                told["codes"],
                frozenset(told["says"]),
                frozenset(told["takes"]),
                frozenset(told["can"]),
            )
        except (KeyError, TypeError) as error:
            raise DriverFailed(f"GET / of the driver lacks {error}") from error

    async def enter(self, record: Record, recorded: datetime) -> None:
        """Have the native system record this as its own."""
        await self._ask("POST", "/records", {**_named(record), "recorded": recorded.isoformat(), "body": record.body})

    async def withdraw(self, record: Record, recorded: datetime) -> None:
        """Have the native system delete what it recorded."""
        await self._ask(
            "POST", "/withdrawals", {**_named(record), "recorded": recorded.isoformat(), "body": record.body}
        )

    async def merge(self, survivor: str, removed: str, recorded: datetime) -> None:
        """Have the native system merge two persons; one local id is removed."""
        document = {"survivor": survivor, "removed": removed, "recorded": recorded.isoformat()}
        await self._ask("POST", "/merges", document)

    async def go_away(self) -> None:
        """Have the native system stop answering its adapter."""
        await self._ask("PUT", "/outage")

    async def come_back(self) -> None:
        """End the outage."""
        await self._ask("DELETE", "/outage")

    async def held(self, record_type: str, local_id: str) -> Sequence[Mapping[str, Json]]:
        """The records of a type that the native system now shows its users of a person, as shared bodies."""
        answer = await self._ask("GET", f"/records/{record_type}/{local_id}")
        bodies: Sequence[Mapping[str, Json]] = answer.json()["bodies"]
        return bodies

    async def _ask(self, method: str, path: str, document: Json = None) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, json=document)
        except httpx.TransportError as error:
            raise DriverFailed(f"{method} {path}: the driver does not answer ({type(error).__name__})") from error
        if not answer.is_success:
            raise DriverFailed(f"{method} {path}: the driver answers {answer.status_code}")
        return answer


def _named(record: Record) -> dict[str, Json]:
    return {"type": record.type, "localId": record.local_id}
