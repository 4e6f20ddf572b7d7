"""Ends a process group once whoever started it is gone, however that came about: `python leash.py PGID`.

The starter holds the other end of standard input and never writes: reading returns when the starter has ended.
"""

import os
import signal
import sys


def main() -> None:
    """Wait for the end of standard input, then kill the process group named on the command line."""
    sys.stdin.buffer.read()
    os.killpg(int(sys.argv[1]), signal.SIGKILL)


if __name__ == "__main__":
    main()
