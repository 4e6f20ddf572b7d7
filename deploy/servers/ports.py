"""Ports for servers of one's own."""

import random
import socket

# Below what systems hand out to outgoing connections (Linux from 32768, others from 49152), so that no client
# takes the port of a server while that server is down for a restart.
_CANDIDATES = range(20_000, 32_000)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on.

    Drawn at random, so that test runs side by side do not meet.

    Raises:
        OSError: none of a hundred tries was free.
    """
    for _ in range(100):
        port = random.choice(_CANDIDATES)  # noqa: S311 -- spreads test runs, guards nothing
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0 and _can_bind(port):
                return port
    raise OSError("no free port found on 127.0.0.1")


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
