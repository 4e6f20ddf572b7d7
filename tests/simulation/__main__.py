"""`python -m tests.simulation SEED` plays one history and tells it; `--histories N --from SEED` plays many."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.world import Broken, play


def main() -> int:
    """Play; 1 when a history did not end as it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", help="the one history to tell")
    parser.add_argument("--histories", type=int, default=0, metavar="N", help="how many to play")
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="SEED", help="the first of them")
    given = parser.parse_args()
    if given.seed is not None:
        return _tell(given.seed)
    return _play_all(range(given.first, given.first + given.histories))


def _tell(seed: int) -> int:
    try:
        play(seed, _say)
    except Broken as error:
        _say(str(error))
        return 1
    return 0


def _play_all(seeds: range) -> int:
    began = time.monotonic()
    broken = steps = accepted = 0
    struck: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        try:
            played = play(seed)
        except Broken as error:
            broken += 1
            _say(str(error))
        else:
            steps += played.steps
            accepted += played.accepted
            struck += played.struck
    for (where, what), times in sorted(struck.items()):
        _say(f"{times:>8,} {what} at {where}")
    seconds = time.monotonic() - began
    _say(f"{len(seeds):,} histories, {steps:,} steps, {accepted:,} accepted, {broken} broken, {seconds:.0f} s")
    return 1 if broken else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
