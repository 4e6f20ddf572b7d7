"""Agencies of a hub that runs: over REST, over Kafka, and a prison in a process of its own."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import orjson

from adapters.client.link import Event, RecordName
from deploy.servers.process import ServerProcess
from hub.domain.canonical import Json
from tests.crash.installed import Installed
from tests.crash.submissions import PRISON, PROBATION

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
_SHOWN_WITHIN_S = 20.0


class Service:
    """One service, over REST. hub: base address."""

    def __init__(self, installed: Installed, hub: str, service: str = PROBATION) -> None:
        auth = installed.auth(hub, service)
        self.http = httpx.AsyncClient(base_url=hub, auth=auth, timeout=20, trust_env=False)

    async def put(self, path: str, body: Json, *, id_: str | None = None, time: datetime = NOON) -> Json:
        """Say a record; the hub's answer."""
        headers = {"Idempotency-Key": id_ or uuid4().hex, "ce-time": time.isoformat()}
        return (await self.http.put(path, json=body, headers=headers)).raise_for_status().json()

    async def withdraw(self, path: str) -> None:
        """Take a record back."""
        (await self.http.delete(path, headers={"Idempotency-Key": uuid4().hex})).raise_for_status()

    async def shown(self, path: str) -> Json:
        """The record, as soon as it is there."""
        async with asyncio.timeout(_SHOWN_WITHIN_S):
            while True:
                answer = await self.http.get(path)
                if answer.status_code != httpx.codes.NOT_FOUND:
                    return answer.raise_for_status().json()
                await asyncio.sleep(0.05)


@dataclass(frozen=True)
class PrisonProcess:
    """The prison's consumer in another process, and the file that is its store."""

    store: Path

    async def holding(self, record: RecordName, digest: str | None) -> None:
        """Return when it holds this digest of a record; None: when it was told that there is nothing any more."""
        async with asyncio.timeout(_SHOWN_WITHIN_S):
            while self.digests().get(record, "") != digest:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)

    def digests(self) -> dict[RecordName, str | None]:
        """What it holds; None of what it was told that there is nothing any more."""
        return {name: None if each["withdrawn"] else each["digest"] for name, each in self.last().items()}

    def last(self) -> dict[RecordName, Json]:
        """What it noted of the last delivery of every record."""
        if not self.store.exists():
            return {}
        lines = [orjson.loads(line) for line in self.store.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"]
        return {RecordName(each["person"], each["type"], each["key"]): each for each in lines}


@contextmanager
def prison_in_a_process(installed: Installed, folder: Path) -> Iterator[PrisonProcess]:
    """The prison's consumer, until the context ends; its store is in this folder."""
    process = ServerProcess("prison", folder / "prison.log")
    store = folder / "store"
    process.start([sys.executable, "-m", "tests.crash.prison", installed.kafka, installed.names[PRISON], store])
    yield PrisonProcess(store)
    process.signal(signal.SIGKILL)
    process.wait(5)


def said(record_type: str, local_id: str, body: Json, *, id_: str | None = None, time: datetime = NOON) -> Event:
    """What a service hands over by its link."""
    return Event(id_ or uuid4().hex, record_type, "1.0.0", local_id, time, body)
