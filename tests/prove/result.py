"""What was proved so far, in `result.json` beside this file: of which commit, when, how much, and what failed."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson

FILE = Path(__file__).with_name("result.json")
_ROOT = Path(__file__).parents[2]
_CHANGED = "+changes"


@dataclass(slots=True)
class Done:
    """Of one step: chunks run, units that held, and the commands of chunks that failed."""

    unit: str
    wanted: int
    chunks: int = 0
    held: int = 0
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)

    def tried(self, at_once: int) -> bool:
        """Whether as much was tried as is wanted, in chunks of so many."""
        return self.chunks * at_once >= self.wanted


@dataclass(slots=True)
class Result:
    """commit: the last one that changed anything but the result, `+changes` if there were any since.

    began, ended: UTC, ISO 8601.
    """

    commit: str
    began: str
    ended: str
    machine: str
    steps: dict[str, Done]

    def save(self) -> None:
        """Write it, with the time as it is now."""
        self.ended = _now()
        FILE.write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")


def resumed() -> Result:
    """The result so far of this commit; an empty one when there is none."""
    commit = _commit()
    if FILE.exists():
        read = orjson.loads(FILE.read_bytes())
        if read["commit"] == commit:
            steps = {name: Done(**done) for name, done in read.pop("steps").items()}
            return Result(**read, steps=steps)
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return Result(commit, _now(), _now(), machine, {})


def _commit() -> str:
    commit = _git("log", "-1", "--format=%H")
    return f"{commit}{_CHANGED}" if _git("status", "--porcelain") else commit


def _git(*words: str) -> str:
    """What git says of everything but the result."""
    command = ["git", *words, "--", ".", f":!{FILE.relative_to(_ROOT)}"]
    return subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
