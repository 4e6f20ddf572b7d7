"""The API description is the one that is published, is whole, and its examples are what it says."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hub.api.admin.shapes import SHAPES as ADMIN_SHAPES
from hub.api.export import OPENAPI, exported
from hub.api.shapes import SHAPES as AGENCIES_SHAPES
from tests.rest import api_document, load_registry

SHAPES = {**AGENCIES_SHAPES, **ADMIN_SHAPES}
REGISTRY = load_registry()
DOCUMENT = api_document()
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_published_description_is_up_to_date() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == exported(REGISTRY), "run: python -m hub.api.export"


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(DOCUMENT):
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_is_for_and_what_it_answers(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    for status, response in operation["responses"].items():
        assert response["description"]
        assert "content" in response or status == "304"


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_has_an_example_that_fits_it(name: str) -> None:
    for schema in SHAPES[name].get("oneOf", [SHAPES[name]]):
        if "$ref" not in schema:
            assert schema["examples"]
        for example in schema.get("examples", []):
            _validate({"$ref": f"#/components/schemas/{name}"}, example)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_examples_of_bodies_and_problems_fit_their_schemas(operation: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (content for body in bodies for content in body.get("content", {}).values()):
        examples = [each["value"] for each in content.get("examples", {}).values()]
        for example in [*examples, *([content["example"]] if "example" in content else [])]:
            _validate(content["schema"], example)


def test_the_schemas_of_the_records_stand_in_it_whole() -> None:
    for record_type in REGISTRY.types():
        spec = REGISTRY.newest(record_type)
        for example in spec.schema["examples"]:
            _validate({"$ref": f"#/components/schemas/{record_type}-{spec.version}"}, example)


def _validate(schema: dict[str, Any], instance: object) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(instance)


def _references(part: object) -> list[str]:
    if isinstance(part, list):
        return [reference for item in part for reference in _references(item)]
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for item in part.values() for reference in _references(item)]
    return []
