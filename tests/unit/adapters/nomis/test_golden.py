"""What becomes of every payload there is: a table to be read, `golden.txt` beside this test.

To write it anew after a change that was meant: `python -m tests.unit.adapters.nomis.test_golden`.
"""

from pathlib import Path

import pytest

from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis, nomis
from hub.spec.registry import schemas_folder
from tests.builders.nomis import EXAMPLES, FIXTURES, of_file, outcome, published

_GOLDEN = Path(__file__).with_name("golden.txt")


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in _GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(" "):
            table[line] = []
        elif line:
            table[list(table)[-1]].append(line.strip())
    return table


def _outcome(system: Nomis, path: Path) -> list[str]:
    return outcome(system.take(of_file(path), PartsInMemory())) or ["nothing"]


@pytest.mark.parametrize("name", sorted(_table()))
def test_what_becomes_of_a_payload_is_what_the_table_says(system: Nomis, name: str) -> None:
    paths = {_named(path): path for path in (*EXAMPLES, *published())}
    if name not in paths:
        assert not FIXTURES.is_dir(), "the table names a payload that does not exist"
        pytest.skip("the published payloads of today's systems are not beside this repository")
    assert _outcome(system, paths[name]) == _table()[name]


def test_every_payload_is_in_the_table() -> None:
    assert {_named(path) for path in (*EXAMPLES, *published())} <= set(_table())


def test_nothing_is_passed_over_in_silence() -> None:
    assert all(lines and lines != ["nothing"] for lines in _table().values())


def _write() -> None:
    system = nomis(schemas_folder())
    blocks = ["\n".join([_named(path), *(f"  {line}" for line in _outcome(system, path))]) for path in _all()]
    _GOLDEN.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def _all() -> list[Path]:
    return [*EXAMPLES, *published()]


if __name__ == "__main__":
    _write()
