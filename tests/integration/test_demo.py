"""The demo as whoever clones the project runs it, small: it ends in agreement, and nothing it started is left."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

_SECONDS = 150


@pytest.mark.timeout(_SECONDS + 20)
@pytest.mark.parametrize(
    "how", [pytest.param((), id="embedded"), pytest.param(("--full",), id="full", marks=pytest.mark.servers)]
)
def test_both_agencies_end_up_agreeing_with_the_hub(how: tuple[str, ...]) -> None:
    with _demo(os.environ, "--people", "20", *how) as demo:
        said, errors = demo.communicate(timeout=_SECONDS)
    assert demo.returncode == 0, errors
    rows = re.findall(r"(probation|prison) +│ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) ", said)
    assert [row[0] for row in rows] == ["probation", "prison"]
    assert said.count("Risks seen at the ") == len(rows)
    for _, agree, differ, _, _, lost, unsaid in rows:
        assert int(agree) > 20
        assert (differ, lost, unsaid) == ("0", "0", "0")
    for agency, seen, to_be_seen, staff in re.findall(r"at the (\w+) service: (\d+) of (\d+), by (\d+) of its", said):
        assert (int(to_be_seen) > 0, seen, int(staff) > 0) == (True, to_be_seen, True), agency
    for agency, agree, _, homeless, *_ in rows:
        assert homeless == "0", "some system of the agency takes every type"
        assert re.search(rf"{agency} +│ +{agree} │ 100.0 % │ +none │", said), "the hub's own index says the same"
    ((by_probation, by_prison),) = re.findall(r"notice +│ +0 │ +0 │ +(\d+) │ +(\d+) │", said)
    assert int(by_probation) > 0
    assert int(by_prison) > 0
    for damage in ("documents deleted", "documents altered"):
        ((done, found, left),) = re.findall(rf"{damage} +│ +(\d+) │ \w+ +│ +(\d+) │ +(\d+) │", said)
        assert int(done) > 0
        assert (found, left) == (done, "0")


@pytest.mark.timeout(_SECONDS)
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_however_it_ends(ending: signal.Signals, tmp_path: Path) -> None:
    with _demo({**os.environ, "TMPDIR": str(tmp_path)}, "--people", "3000") as demo:
        started = _started_by(demo.pid)
        demo.send_signal(ending)
        demo.communicate(timeout=60)
        _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
    assert demo.returncode not in {0, None}


@contextmanager
def _demo(environment: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """The demo in a process of its own."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "deploy.demo", *words],
        env={**environment, "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield demo
    finally:
        demo.kill()
        demo.communicate()


def _started_by(pid: int) -> list[psutil.Process]:
    """The hub, both agencies' systems and the four adapters, once they run."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = psutil.Process(pid).children(recursive=True)
        lines = [" ".join(child.cmdline()) for child in children if child.is_running()]
        running = [sum(name in line for line in lines) for name in ("hub serve", "adapters.sandbox", "hub adapter run")]
        if running == [1, 2, 4]:
            return children
        time.sleep(0.1)
    raise AssertionError("the demo did not start its processes")
