"""One server process: started, watched by its log, signalled, and never left behind."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from deploy.servers import leash
from deploy.servers.errors import ServerFailed

_TAIL_LINES = 20


def clean_environment() -> dict[str, str]:
    """Return the environment servers start with: nothing of the caller's that could change what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


class ServerProcess:
    """A process that writes to `log`, starts and ends many times, and dies with the process that started it."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self._log = log
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives (a paused one does)."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            ServerFailed: it does not run.
        """
        if self._process is None or not self.running:
            raise ServerFailed(f"{self.name} does not run\n{self._tail()}")
        return self._process.pid

    def start(
        self,
        command: Sequence[str | Path],
        account: pwd.struct_passwd | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start `command`, under `account` if one is given, in a session of its own.

        environment: what it finds beside the clean environment.
        """
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
                env={**clean_environment(), **(environment or {})},
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        self._leash = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            start_new_session=True,
        )

    def wait_for_line(self, words: str, within: float) -> None:
        """Return once the process, since its last start, has logged `words`; `within` is in seconds.

        Raises:
            ServerFailed: it ended, or did not log them in time.
        """
        deadline = time.monotonic() + within
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            while not _found(words.encode(), log):
                if not self.running:
                    raise ServerFailed(f"{self.name} ended instead of starting\n{self._tail()}")
                if time.monotonic() > deadline:
                    raise ServerFailed(f"{self.name} was not ready within {within:.0f} s\n{self._tail()}")
                time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process.

        Raises:
            ServerFailed: it does not run.
        """
        os.kill(self.pid, number)

    def wait(self, within: float) -> int:
        """Wait for the end of the process and return its exit code (0 if it was not started).

        Raises:
            ServerFailed: it took longer than `within` seconds, and was killed.
        """
        if self._process is None:
            return 0
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ServerFailed(f"{self.name} did not stop within {within:.0f} s\n{self._tail()}") from None
        finally:
            self._release()

    def finish(self, within: float) -> None:
        """Wait for the end of a process that is to do one thing and succeed.

        Raises:
            ServerFailed: it did not succeed within `within` seconds.
        """
        if self.wait(within) != 0:
            raise ServerFailed(f"{self.name} could not be set up\n{self._tail()}")

    def _release(self) -> None:
        if self._leash is not None:
            self._leash.kill()
            self._leash.wait()
            if self._leash.stdin is not None:
                self._leash.stdin.close()
        self._process = self._leash = None

    def _tail(self) -> str:
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])


def _found(words: bytes, log: IO[bytes]) -> bool:
    """Read on from where the last look ended, but for a line not yet complete."""
    for line in log:
        if not line.endswith(b"\n"):
            log.seek(-len(line), os.SEEK_CUR)
            return False
        if words in line:
            return True
    return False
