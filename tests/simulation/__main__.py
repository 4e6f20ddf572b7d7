"""`python -m tests.simulation SEED` plays one history and tells it; see `--help`."""

import argparse
import sys
import time

from tests.simulation.world import Broken, play


def main() -> None:
    """Play."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?")
    parser.add_argument("--histories", type=int)
    parser.add_argument("--from", dest="first", type=int, default=1)
    given = parser.parse_args()
    if given.seed is not None:
        print(play(given.seed, lambda line: print(line)))
        return
    began = time.monotonic()
    bad = 0
    steps = acc = 0
    from collections import Counter

    struck = Counter()
    for seed in range(given.first, given.first + given.histories):
        try:
            p = play(seed)
            steps += p.steps
            acc += p.accepted
            struck += p.struck
        except Broken as error:
            bad += 1
            print(seed, str(error)[:300])
    print(bad, "broken", time.monotonic() - began, "s", steps, acc)
    for k, v in sorted(struck.items()):
        print(k, v)


main()
