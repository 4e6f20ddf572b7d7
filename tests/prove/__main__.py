"""`python -m tests.prove`: the tests of every day with large numbers, for as long as one likes.

It may be interrupted at any time and goes on where it was, as long as the commit is the same. A chunk of every step in
turn, so that an hour proves something of each. What failed is named with the command that plays it again.
"""

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from tests.prove.result import Done, Result, resumed
from tests.prove.steps import STEPS, Chunk, Step

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Prove what is left, and say what was found; 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="STEP", help=f"of {', '.join(step.name for step in STEPS)}")
    parser.add_argument("--hours", type=float, default=float("inf"), help="start nothing more after so long")
    given = parser.parse_args()
    result = resumed()
    until = time.monotonic() + given.hours * 3600
    steps = [step for step in STEPS if step.name in (given.only or [step.name])]
    for step in steps:
        result.steps.setdefault(step.name, Done(step.unit, step.wanted))
    while left := [step for step in steps if not result.steps[step.name].tried(step.at_once)]:
        for step in left:
            if time.monotonic() > until:
                return _ended(result)
            _prove(step, result)
    return _ended(result)


def _prove(step: Step, result: Result) -> None:
    """One chunk more."""
    done = result.steps[step.name]
    chunk = step.chunk(done.chunks + 1)
    began = time.monotonic()
    ended = subprocess.run(
        chunk.command, cwd=_ROOT, env={**os.environ, **chunk.environment}, capture_output=True, text=True, check=False
    )
    done.seconds = round(done.seconds + time.monotonic() - began, 1)
    done.chunks += 1
    if ended.returncode == 0:
        done.held += step.at_once
    else:
        done.failed.append(_command(chunk))
        sys.stdout.write(ended.stdout[-20_000:] + ended.stderr[-20_000:])
    result.save()
    _say(step, done)


def _say(step: Step, done: Done) -> None:
    failed = f", {len(done.failed)} of {done.chunks} chunks FAILED" if done.failed else ""
    sys.stdout.write(f"{step.name}: {done.held:,} of {step.wanted:,} {step.unit}{failed}, {done.seconds:,.0f} s\n")
    sys.stdout.flush()


def _command(chunk: Chunk) -> str:
    """As it is typed to play it again."""
    settings = [f"{name}={value}" for name, value in chunk.environment.items()]
    return shlex.join([*settings, "python", *chunk.command[1:]])


def _ended(result: Result) -> int:
    failed = [command for done in result.steps.values() for command in done.failed]
    sys.stdout.writelines(f"failed: {command}\n" for command in failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
