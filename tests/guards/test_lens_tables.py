"""Every table of an adapter loads, stands in the README beside it as it is, and names shared fields that exist."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain.canonical import Json
from hub.spec.codes import load_code_lists
from hub.spec.keywords import dereferenced
from hub.spec.lens.lens import load_lens
from hub.spec.lens.paths import Step
from hub.spec.lens.table import tables_named, with_tables
from hub.spec.lens.vocabulary import Level
from hub.spec.registry import Registry, schemas_folder

_ADAPTERS = schemas_folder().parent / "adapters"
_TABLES = sorted(path for path in _ADAPTERS.glob("*/*.toml") if "record" in tomllib.loads(path.read_text()))
_READMES = sorted({table.parent / "README.md" for table in _TABLES})
LISTS = load_code_lists(schemas_folder() / "codes")
REGISTRY = Registry.load(schemas_folder())


def _named(path: Path) -> str:
    return str(path.relative_to(_ADAPTERS))


@pytest.mark.parametrize("readme", _READMES, ids=_named)
def test_the_readme_of_an_adapter_shows_its_tables_as_they_are(readme: Path) -> None:
    text = readme.read_text()
    assert with_tables(text, readme.parent, LISTS) == text, (
        f"run: python -m hub.spec.lens.table {readme.relative_to(_ADAPTERS.parent)}"
    )
    assert sorted(tables_named(text)) == [table.name for table in _TABLES if table.parent == readme.parent]


@pytest.mark.parametrize("table", _TABLES, ids=_named)
def test_a_table_names_shared_fields_and_codes_of_the_specification(table: Path) -> None:
    lens = load_lens(table, LISTS)
    schema = REGISTRY.get(lens.record_type, lens.version).schema
    assert list(_unknown(lens.table.level, schema, schema)) == []


def _unknown(level: Level, schema: Json, node: Json) -> Iterator[str]:
    for field in level.fields:
        found = _at(schema, node, field.shared.steps)
        codes = field.options.get("codes")
        if found is None:
            yield f"{field.place}: {field.shared.text} is not in the specification"
        elif codes is not None and codes not in _lists_of(schema, found):
            yield f"{field.place}: {field.shared.text} does not have the codes {codes}"
    for listing in level.lists:
        found = _at(schema, node, listing.shared.steps)
        if found is None:
            yield f"{listing.place}: {listing.shared.text} is not in the specification"
        else:
            *_, last = listing.shared.steps
            item = found if last.keys else dereferenced(schema, dereferenced(schema, found)["items"])
            yield from _unknown(listing.level, schema, item)


def _at(schema: Json, node: Json, steps: tuple[Step, ...]) -> Json | None:
    """The part of the schema that a path leads to."""
    for step in steps:
        node = dereferenced(schema, node)
        if step.name not in node.get("properties", {}):
            return None
        node = dereferenced(schema, node["properties"][step.name])
        if step.keys:
            node = dereferenced(schema, node["items"])
    return node


def _lists_of(schema: Json, node: Json) -> set[str]:
    """The code lists of a property, or of the items of a list."""
    node = dereferenced(schema, node)
    own = {node["x-codes"]} if "x-codes" in node else set()
    return own | (_lists_of(schema, node["items"]) if "items" in node else set())
