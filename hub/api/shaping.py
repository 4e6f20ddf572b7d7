"""Words for writing the shapes of answers and requests down, as JSON Schema 2020-12."""

from typing import Any

Schema = dict[str, Any]


def shape(description: str, properties: Schema, example: Any, *optional: str) -> Schema:  # noqa: ANN401 - any JSON
    """An object with these properties and no others, all required but the optional ones."""
    return {
        "type": "object",
        "description": description,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
        "examples": [example],
    }


def text(description: str, **more: object) -> Schema:
    """A text; `more`: further keywords."""
    return {"type": "string", "description": description, **more}


def time(description: str) -> Schema:
    """A time, in UTC."""
    return text(description, format="date-time")


def count_of(description: str) -> Schema:
    """A whole number from 0."""
    return {"type": "integer", "minimum": 0, "description": description}


def maybe(described: Schema) -> Schema:
    """The same, or null."""
    return {**described, "type": [described["type"], "null"]}


def list_of(items: Schema, description: str) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": items, "description": description}


def ref(name: str) -> dict[str, str]:
    """Another shape, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


NEXT: Schema = {"type": ["string", "null"], "description": "Path of the next page; null at the end."}
"""Where a list goes on."""
