"""What must hold of every schema and code list, and between them and the code that reads them."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from hub.domain.canonical import Json
from hub.domain.identifiers import STRONG
from hub.spec.codes import load_code_lists
from hub.spec.convergence import compile_rule
from hub.spec.keywords import broken, dereferenced
from hub.spec.preparation import PREPARATIONS
from hub.spec.registry import Registry, schemas_folder
from hub.spec.rules import RULES, assessment, movement, sections

FOLDER = schemas_folder()
REGISTRY = Registry.load(FOLDER)
LISTS = load_code_lists(FOLDER / "codes")
SCHEMAS = sorted(FOLDER.glob("*/*/schema.json"))


def _named(path: Path) -> str:
    return f"{path.parts[-3]}-{path.parts[-2]}"


def _read(path: Path) -> Json:
    return orjson.loads(path.read_bytes())


def _nodes(schema: Json) -> Iterator[tuple[str, Json]]:
    """Every property of the schema with its path, references resolved."""

    def walk(node: Json, path: str) -> Iterator[tuple[str, Json]]:
        node = dereferenced(schema, node)
        yield path, node
        for name, inner in node.get("properties", {}).items():
            yield from walk(inner, f"{path}/{name}")
        if "items" in node:
            yield from walk(node["items"], f"{path}/*")

    return walk(schema, "")


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_every_leaf_has_a_rule_and_a_sensitivity_and_every_enum_equals_its_list(path: Path) -> None:
    assert list(broken(_read(path), LISTS, RULES, PREPARATIONS)) == []
    compile_rule(_read(path))


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_a_schema_bears_the_name_of_its_folder(path: Path) -> None:
    assert _read(path)["$id"] == f"urn:case-sharing:{path.parts[-3]}:{path.parts[-2]}"


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_nothing_outside_the_schema_is_taken(path: Path) -> None:
    objects = [(at, node) for at, node in _nodes(_read(path)) if "properties" in node]
    assert [at for at, node in objects if node.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_every_property_of_a_record_says_what_it_is(path: Path) -> None:
    schema = _read(path)
    assert [n for n, node in schema["properties"].items() if not {"title", "description"} <= node.keys()] == []
    assert all(name.isascii() and name.isidentifier() for name in schema["properties"])
    inside = [(at, node) for at, node in _nodes(schema) if at and not at.endswith("/*")]
    assert [at for at, node in inside if not node.keys() & {"title", "description"}] == []


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_days_and_times_are_bounded_and_text_is_not_endless(path: Path) -> None:
    texts = [(at, node) for at, node in _nodes(_read(path)) if "string" in node.get("type", ())]
    open_ended = {at for at, node in texts if not node.keys() & {"enum", "x-codes", "maxLength", "pattern"}}
    assert open_ended == set()
    assert {at for at, node in texts if "format" in node and "pattern" not in node} == set()


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_the_examples_of_a_schema_are_valid(path: Path) -> None:
    schema = _read(path)
    spec = REGISTRY.get(path.parts[-3], path.parts[-2])
    assert schema["examples"]
    for example in schema["examples"]:
        spec.check(example)
    formats = FormatChecker(("date", "date-time"))
    for at, node in _nodes(schema):
        alone = {**node, "$defs": schema.get("$defs", {})}
        for example in node.get("examples", ()):
            assert Draft202012Validator(alone, format_checker=formats).is_valid(example), at


def test_every_code_list_is_used() -> None:
    used = {node["x-codes"] for path in SCHEMAS for _, node in _nodes(_read(path)) if "x-codes" in node}
    assert used == LISTS.keys()


def test_every_list_that_is_compared_is_ordered() -> None:
    ranked = {
        node["x-codes"]
        for path in SCHEMAS
        for _, node in _nodes(_read(path))
        if node.get("x-converge", {}).get("rule") == "highest" and "x-codes" in node
    }
    assert ranked <= {name for name, code_list in LISTS.items() if code_list.ordered}


@pytest.mark.parametrize("path", SCHEMAS, ids=_named)
def test_a_code_that_no_list_names_is_described_alike_everywhere(path: Path) -> None:
    first = _read(SCHEMAS[0])["$defs"]["unlisted"]
    assert _read(path)["$defs"]["unlisted"] == first


def test_what_is_ranked_or_ruled_on_is_closed() -> None:
    ruled_on = {"movement-types", "oasys-answers", "oasys-sections", "assessment-statuses", "registration-schemes"}
    ranked = {name for name, code_list in LISTS.items() if code_list.ordered}
    assert not any(LISTS[name].open for name in ranked | ruled_on)


def test_what_an_answer_scores_is_known_for_every_answer() -> None:
    assert tuple(sections.POINTS) == LISTS["oasys-answers"].values
    scoring = {code.code: code.label for code in LISTS["oasys-answers"].codes}
    assert all(
        f"scores {points}" in scoring[answer] for answer, points in sections.POINTS.items() if points is not None
    )


def test_the_scored_sections_are_sections() -> None:
    assert sections.SCORED.keys() <= set(LISTS["oasys-sections"].values)
    assert {section: 2 * len(items) for section, items in sections.SCORED.items()} == {
        "3": 8,
        "4": 8,
        "6": 6,
        "7": 6,
        "8": 10,
        "9": 8,
        "11": 8,
        "12": 8,
    }


def test_levels_of_risk_rank_as_their_list_does() -> None:
    assert tuple(sorted(assessment.LEVELS, key=assessment.LEVELS.__getitem__)) == LISTS["risk-levels"].values


def test_every_kind_of_movement_says_its_direction() -> None:
    inward = {code.code for code in LISTS["movement-types"].codes if code.label.endswith("(in)")}
    outward = {code.code for code in LISTS["movement-types"].codes if code.label.endswith("(out)")}
    assert inward == movement.INWARD
    assert inward | outward == set(LISTS["movement-types"].values)


def test_strong_schemes_are_schemes() -> None:
    assert set(LISTS["identifier-schemes"].values) >= STRONG
