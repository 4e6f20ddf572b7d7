"""An operator at the desk, over HTTP, and the agencies whose messages come over Kafka without a broker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy import select

from hub.exchange.consume import Consumption
from hub.exchange.dead_letters import DeadLetters
from hub.ports import Message, Publication, TopicExtent
from hub.store.dead_letters import DeadLetterStore
from hub.store.tables import assertion
from tests.builders.poison import KINDS, Raw, good
from tests.rest import RestHub

LETTERS = "/v1/admin/dead-letters"
REPLAYS = "/v1/admin/dead-letter-replays"
JUSTIFIED = {"justification": "to see why the code is on no list"}
NEVER = 1_000


class Silent:
    """A broker whose notices nobody reads."""

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        pass

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        raise NotImplementedError

    async def extent(self, agency: str) -> TopicExtent:
        raise NotImplementedError


@dataclass
class Desk:
    """An operator, and what the agencies have sent over Kafka."""

    hub: RestHub
    sent: int = 0

    def __post_init__(self) -> None:
        letters = DeadLetters(DeadLetterStore(self.hub.engine), Silent(), self.hub.base.seal, self.hub.clock, NEVER)
        self._consumption = Consumption(self.hub.intake, letters)

    async def comes(self, raw: Raw, agency: str = "prison") -> str:
        """A message comes over Kafka; its position."""
        self.sent += 1
        position = f"hub.in.{agency}/0/{self.sent}/1"
        await self._consumption.take([Message(agency, position, raw.headers, raw.value)])
        return position

    async def bad(self, kind: str = "a code on no list", agency: str = "prison") -> str:
        return await self.comes(KINDS[kind][0](agency, self.sent + 1, self.hub.now - timedelta(hours=1)), agency)

    async def good(self, number: int, agency: str = "prison") -> None:
        await self.comes(good(agency, number, self.hub.now - timedelta(hours=1)), agency)

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        return (await self.hub.operator.get(path)).raise_for_status().json()

    async def found(self, query: str = "") -> list[str]:
        return [each["position"] for each in (await self.get(f"{LETTERS}?{query}"))["deadLetters"]]

    async def post(self, position: str, what: str, document: object = None) -> httpx.Response:
        content = {} if document is None else {"json": document}
        return await self.hub.operator.post(f"{LETTERS}/{position}/{what}", **content)  # type: ignore[arg-type]  # any JSON

    async def message(self, position: str, query: str = "") -> httpx.Response:
        return await self.hub.operator.get(f"{LETTERS}/{position}/message?{query}", headers=JUSTIFIED)

    async def letter(self, position: str) -> Any:  # noqa: ANN401 - any JSON
        return await self.get(f"{LETTERS}/{position}")

    async def mend_body(self, position: str, body: object) -> httpx.Response:
        return await self.post(position, "mend", {"body": orjson.dumps(body).decode()})

    async def taken(self) -> list[str]:
        return sorted(row.id for row in await self.hub.rows(select(assertion)))


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]
