"""Whatever is sent to the operators' routes, the answer is one of those that are described, on both databases.

The client itself fails at every answer that is not, such as a defect's 500.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.builders.desk import JUSTIFIED, Desk
from tests.rest import api_document

DOCUMENT = api_document()
OPERATIONS = [
    pytest.param(method, path, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if path.startswith("/v1/admin/")
]
TEXTS = ("\x00", "é\n", "'; --", "-1", "9" * 40, "NaN", " ", "%", "a" * 5_000, "0001-01-01T00:00:00+14:00", "1.\x00")
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "",
    "\x00",
    "a" * 5_000,
    [],
    [[]],
    {},
    {"\x00": "\x00"},
    {"base64": "?"},
)
SOUND = "1"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_no_parameter_and_no_body_makes_a_defect(desk: Desk, method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    for url in _urls(path, operation.get("parameters", [])):
        answer = await desk.hub.operator.request(method, url, headers=JUSTIFIED)
        assert answer.status_code < 500, url
    for body in _bodies(operation):
        answer = await desk.hub.operator.request(method, _url(path, "prison"), json=body, headers=JUSTIFIED)
        assert answer.status_code < 500, body


def _urls(path: str, parameters: list[dict[str, Any]]) -> Iterator[str]:
    """The path with something else in place of each parameter in turn."""
    for text in TEXTS:
        if "{" in path:
            yield _url(path, text)
        for parameter in parameters:
            if parameter["in"] == "query":
                yield f"{_url(path, SOUND)}?{parameter['name']}={quote(text, safe='')}"


def _url(path: str, value: str) -> str:
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + quote(value, safe="") + rest.partition("}")[2]
    return path


def _bodies(operation: dict[str, Any]) -> Iterator[object]:
    """Bodies of no shape, and the example with something else in place of each member in turn."""
    if "requestBody" not in operation:
        return
    yield from VALUES
    (content,) = operation["requestBody"]["content"].values()
    shape = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    (example, *_) = shape["examples"]
    for value in VALUES:
        for name in {**shape.get("properties", {}), **example}:
            yield {**example, name: value}
