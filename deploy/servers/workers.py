"""The end of a server that works in several processes."""

import contextlib
import time

import psutil


def kill_with_workers(pid: int) -> None:
    """Kill a process and all below it at once; return when those below are gone (the caller reaps it)."""
    server = psutil.Process(pid)
    server.suspend()  # it starts no worker while they are listed
    workers = server.children(recursive=True)
    for worker in workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
    server.kill()
    while any(_lives(worker) for worker in workers):  # the next start refuses memory still in use
        time.sleep(0.005)


def _lives(worker: psutil.Process) -> bool:
    try:
        return worker.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
