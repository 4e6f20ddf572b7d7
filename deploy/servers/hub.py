"""The hub as processes of their own: started, killed, paused and started again over the same database and keys."""

import asyncio
import concurrent.futures
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from deploy.servers.errors import ServerFailed
from deploy.servers.lifetime import Lifetime
from deploy.servers.ports import free_port
from deploy.servers.process import ServerProcess, clean_environment
from hub.settings import PREFIX, load_settings, new_key
from hub.store.migrations import upgrade
from hub.trust.agencies import Credentials, Scope
from hub.wiring.foundation import opened

_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 30.0
_SECONDS_FOR_A_COMMAND = 60.0
_LOOK_S = 0.02
_LINES_TO_SAY = 40
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: the hub is asked over plain HTTP, and whom the world trusts need not be read each time."""


@dataclass(frozen=True)
class Installation:
    """What all processes of one hub have in common, for as long as it lives: its database, its broker, its keys.

    database_url: for SQLAlchemy. kafka: `host:port`, or none. settings: further ones, such as HUB_POISON_LIMIT.
    module: what `python -m` runs; tests name a hub with a fault here, which their checks must find.
    """

    database_url: str
    kafka: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    module: str = "hub"
    key: str = field(default_factory=new_key)
    lookup_key: str = field(default_factory=new_key)

    def environment(self) -> dict[str, str]:
        """What every process and command of this hub is told."""
        return {
            "HUB_KEY": self.key,
            "HUB_LOOKUP_KEY": self.lookup_key,
            "HUB_DATABASE_URL": self.database_url,
            **({"HUB_KAFKA_BOOTSTRAP": self.kafka} if self.kafka else {}),
            **self.settings,
        }

    def command(self, *arguments: str) -> str:
        """Run `hub ARGUMENTS` to its end, as an operator would; returns what it printed.

        Raises:
            ServerFailed: with what it said.
        """
        command = [sys.executable, "-m", self.module, *arguments]
        environment = clean_environment() | self.environment()
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_SECONDS_FOR_A_COMMAND, check=False
        )
        if ended.returncode != 0:
            raise ServerFailed(f"hub {' '.join(arguments)}: {ended.stderr.strip()}")
        return ended.stdout

    def add_agencies(self, agencies: Mapping[str, Collection[Scope]]) -> dict[str, Credentials]:
        """Bring the database up to date and register agencies with what they may do, as `hub agency add` does.

        In this process, from a thread, so that callers may have an event loop or none.
        """
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, self._add(agencies)).result()

    async def _add(self, agencies: Mapping[str, Collection[Scope]]) -> dict[str, Credentials]:
        given = {name.removeprefix(PREFIX).lower(): value for name, value in self.environment().items()}
        async with opened(load_settings(**given)) as base:
            await upgrade(base.engine)
            return {name: await base.agencies.add(name, scopes) for name, scopes in agencies.items()}


class Hub(Lifetime):
    """One process of a hub: `hub serve`, with all its parts or some.

    Args:
        installation: which hub.
        only: the parts this process has, such as `api`; none named means all.
        name: of this process among those that consume.
    """

    def __init__(self, installation: Installation, *, only: Sequence[str] = (), name: str = "hub") -> None:
        self.installation = installation
        self._only = only
        self._name = name
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="hub-hub-"))
        self._serves = False
        self._process = ServerProcess(" ".join(["hub serve", *only]), self._folder / "hub.log")

    @property
    def url(self) -> str:
        """Its base address; the same as long as this object lives."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it wrote, over all its lives: JSON, a line each."""
        return self._folder / "hub.log"

    @property
    def resident_mb(self) -> float:
        """What it has in memory, in MB."""
        return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.running

    def start(self, *, wait: bool = True) -> None:
        """Start it, and unless told not to, return when it is ready to take submissions.

        Raises:
            ServerFailed: it ended, or was not ready in time; with the last lines it wrote.
        """
        only = [argument for part in self._only for argument in ("--only", part)]
        own = {"HUB_PORT": str(self.port), "HUB_INSTANCE": self._name}
        environment = self.installation.environment() | own
        command = [sys.executable, "-m", self.installation.module, "serve", *only]
        self._process.start(command, environment=environment)
        self._serves = True
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self, within: float = _SECONDS_TO_START) -> None:
        """Return when it can take submissions; `within` is in seconds. Raises `ServerFailed`."""
        deadline = time.monotonic() + within
        with httpx.Client(base_url=self.url, timeout=5.0, trust_env=False, verify=_NO_TLS) as http:
            while not _answers(http):
                if not self.running:
                    self._process.finish(_SECONDS_TO_STOP)
                if time.monotonic() > deadline:
                    raise ServerFailed(f"the hub was not ready within {within:.0f} s; its log is {self.log}")
                time.sleep(_LOOK_S)

    def readiness(self) -> dict[str, object]:
        """What it says of itself: `state`, `reasons`, `relayLagSeconds`."""
        readiness: dict[str, object] = httpx.get(f"{self.url}/health/ready", trust_env=False, verify=_NO_TLS).json()
        return readiness

    def stop(self) -> int:
        """Ask it to stop (SIGTERM); its exit code. Raises `ServerFailed` when it does not."""
        self._process.signal(signal.SIGTERM)
        self._serves = False
        return self._process.wait(_SECONDS_TO_STOP)

    def wait(self, within: float) -> int:
        """Its exit code, when it ends by itself within so many seconds. Raises `ServerFailed` when it does not."""
        return self._process.wait(within)

    def kill(self) -> None:
        """End it at once, as kill -9 does; `start` brings it back."""
        self._process.signal(signal.SIGKILL)
        self._serves = False
        self._process.wait(_SECONDS_TO_STOP)

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._process.signal(signal.SIGCONT)

    def close(self) -> None:
        """End it for good; its log goes with it. If it ended by itself, what it wrote last is said first.

        With a broker in good order: a consumer that is killed keeps its place in the group until its session has run
        out, and so long the next hub on that broker would wait for it.
        """
        if self.running and self.installation.kafka:
            self.resume()
            self.stop()
        elif self.running:
            self.kill()
        elif self._serves:
            self._say_last_words()
        shutil.rmtree(self._folder)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._say_last_words()
        super().__exit__(kind)

    def _say_last_words(self) -> None:
        sys.stderr.write("\n".join(self.log.read_text().splitlines()[-_LINES_TO_SAY:]) + "\n")


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/health/ready").is_success
    except httpx.TransportError:
        return False
