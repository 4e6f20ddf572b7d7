"""What is proved in large numbers, each in chunks: the tests of every day with other numbers, and other seeds."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_KILLED = "tests/crash/test_kills.py::test_killed_again_and_again_it_loses_nothing_and_doubles_nothing"
_PARTS_KILLED = "tests/crash/test_kills.py::test_its_parts_are_killed_each_in_a_process_of_its_own"
_SIDE_BY_SIDE = "tests/crash/test_kills.py::test_two_hubs_side_by_side_are_killed_and_frozen"
_POISONED = "tests/crash/test_poison.py"
_SUBMISSIONS_A_KILL = 250


@dataclass(frozen=True, slots=True)
class Chunk:
    """One run of a program: its command, and what it finds in its environment beside the usual."""

    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """wanted: how many of `unit` in all. at_once: in one chunk."""

    name: str
    unit: str
    wanted: int
    at_once: int

    def chunk(self, number: int) -> Chunk:
        """The chunk of this number, from 1, which is also its seed."""
        return _CHUNKS[self.name](self.at_once, number)


def _kills(at_once: int, seed: int) -> Chunk:
    submissions = str(at_once * _SUBMISSIONS_A_KILL)
    return _tests(
        _KILLED,
        HUB_CRASH_KILLS=str(at_once),
        HUB_CRASH_SUBMISSIONS=submissions,
        HUB_CRASH_SEED=str(seed),
        HUB_CRASH_LINKS="true",
    )


def _kills_of_parts(at_once: int, seed: int) -> Chunk:
    submissions = str(at_once * _SUBMISSIONS_A_KILL)
    return _tests(
        _PARTS_KILLED,
        _SIDE_BY_SIDE,
        HUB_CRASH_PART_KILLS=str(at_once),
        HUB_CRASH_SUBMISSIONS=submissions,
        HUB_CRASH_SEED=str(seed),
    )


def _poison(at_once: int, _seed: int) -> Chunk:
    return _tests(_POISONED, HUB_CRASH_POISON=str(at_once))


def _histories(at_once: int, number: int) -> Chunk:
    first = (number - 1) * at_once + 1
    words = ("-m", "tests.simulation", "--from", str(first), "--histories", str(at_once))
    return Chunk((sys.executable, *words), {})


def _cases(at_once: int, seed: int) -> Chunk:
    tests = _tests("tests", "-m", "hypothesis", "--timeout=0", f"--hypothesis-seed={seed}")
    return Chunk(tests.command, {"HYPOTHESIS_PROFILE": "prove", "HUB_PROVE_CASES": str(at_once)})


def _tests(*which: str, **environment: str) -> Chunk:
    return Chunk((sys.executable, "-m", "pytest", "-q", *which), environment)


_CHUNKS = {
    "kills": _kills,
    "kills of parts": _kills_of_parts,
    "poison": _poison,
    "histories": _histories,
    "cases": _cases,
}

STEPS = (
    Step("kills", "kills of the whole hub under load", 1_000, 50),
    Step("kills of parts", "kills of parts, and of two hubs side by side, under load", 300, 30),
    Step("poison", "malformed messages", 1_000_000, 20_000),
    Step("histories", "simulated histories", 20_000, 500),
    Step("cases", "generated cases for each property", 20_000, 500),
)
