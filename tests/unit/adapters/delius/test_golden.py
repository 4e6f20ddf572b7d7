"""What becomes of every payload: a table to read. After a change that is meant, write it anew with

DELIUS_GOLDEN=write python -m pytest tests/unit/adapters/delius/test_golden.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import yaml

from adapters.client.native import Payload, Taken
from adapters.client.running.parts import PartsInMemory
from adapters.delius import Delius
from hub.domain.canonical import Json
from hub.spec.registry import Registry, schemas_folder
from tests.unit.adapters.delius.conftest import START

_ROOT = Path(__file__).parents[4]
_FIXTURES = _ROOT.parent / "shared" / "fixtures"
_OWN = sorted((_ROOT / "adapters/delius/examples").glob("*.json"))
_OF_THE_FIELD = [
    *sorted(_FIXTURES.glob("delius-search/*.json")),
    _FIXTURES / "assessment-summary/probation-search-multiple-results.json",
    _FIXTURES / "assessment-summary/prisoner-received.json",
    _FIXTURES / "oasys/generic-full.json",
    *sorted(_FIXTURES.glob("domain-events/registration-*.yaml")),
    _FIXTURES / "domain-events/unmerge-completed.yaml",
    _FIXTURES / "domain-events/assessment-completed.yaml",
]
_GOLDEN = Path(__file__).parent / "golden"


def _golden(name: str, table: str) -> None:
    file = _GOLDEN / f"{name}.txt"
    if os.environ.get("DELIUS_GOLDEN") == "write":
        file.write_text(table)
    assert table == file.read_text()


def _document(file: Path) -> Json:
    return (
        _example(yaml.safe_load(file.read_text())["payload"])
        if file.suffix == ".yaml"
        else orjson.loads(file.read_bytes())
    )


def _example(node: Json) -> Json:
    """The payload that the examples of an AsyncAPI description make."""
    if "example" in node or "const" in node:
        return node.get("example", node.get("const"))
    if "items" in node:
        items = node["items"] if isinstance(node["items"], list) else [node["items"]]
        return [_example(item) for item in items]
    return {name: _example(inner) for name, inner in node.get("properties", {}).items()}


def _table(files: list[Path], system: Delius) -> str:
    lines: list[str] = []
    for file in files:
        taken = system.take(Payload(_document(file), START, {}), PartsInMemory())
        lines += [file.name, *(f"    {line}" for line in _lines(taken)), ""]
    return "\n".join(lines)


def _lines(taken: Taken) -> Iterator[str]:
    """Paths, rules and codes; no value."""
    for said in taken.said:
        yield f"{'withdrawn' if said.withdrawn else 'said':9} {said.record_type}: {' '.join(sorted(said.body))}"
    yield from (f"refused   {fault.path or '(whole)'}: {fault.rule}" for fault in taken.refused)
    yield from (f"unlisted  {each.path}: {each.code_list}" for each in taken.unlisted)
    yield from (f"homeless  {each.path or '(whole)'}: {each.because or 'UNKNOWN FIELD'}" for each in taken.homeless)
    yield from (f"notice    {fault.path}: {fault.rule}" for fault in taken.notices)
    if taken.waiting:
        yield f"waiting   {taken.waiting}"


def test_every_example_of_its_own_becomes_what_the_table_says(system: Delius) -> None:
    _golden("examples", _table(_OWN, system))


def test_every_payload_of_the_field_becomes_what_the_table_says(system: Delius) -> None:
    if not _FIXTURES.is_dir():
        pytest.skip("the payloads of the field lie beside the project, and are not here")
    _golden("of-the-field", _table(_OF_THE_FIELD, system))


@pytest.mark.parametrize(
    "file", [*_OWN, *(file for file in _OF_THE_FIELD if file.exists())], ids=lambda file: file.name
)
def test_nothing_is_said_that_the_hub_would_refuse_and_nothing_is_passed_over_in_silence(
    file: Path, system: Delius
) -> None:
    registry = Registry.load(schemas_folder())
    taken = system.take(Payload(_document(file), START, {"crn": "X320741"}), PartsInMemory())
    for said in taken.said:
        spec = registry.get(said.record_type, "1.0.0")
        (spec.check_withdrawal if said.withdrawn else spec.check)(said.body)
    assert taken.said or taken.refused or taken.waiting
