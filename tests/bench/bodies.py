"""The assessments that the benchmarks send: one body of about 3 KB, under as many references as are wanted."""

from functools import cache
from typing import Any

import orjson

from hub.spec.registry import schemas_folder

SIZE = 3_000
"""About how many bytes a body has."""


def assessment(number: int) -> dict[str, Any]:
    """A valid assessment whose reference is its number."""
    body: dict[str, Any] = orjson.loads(_example())
    body["reference"] = f"bench-{number}"
    body.pop("oasysNumber", None)
    body.pop("selfAssessment", None)
    return body


def encoded(number: int) -> bytes:
    """The same as JSON."""
    return orjson.dumps(assessment(number))


@cache
def _example() -> bytes:
    return (schemas_folder() / "assessment" / "1.0.0" / "valid" / "complete-layer-3.json").read_bytes()
