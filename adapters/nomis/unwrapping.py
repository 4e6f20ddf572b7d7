"""What a payload wraps: a notification's message, a page of results, a list. Each native object with its place."""

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from hub.domain.canonical import Json
from hub.domain.errors import Fault

_DEPTH = 8


class Wrapped(NamedTuple):
    """A native object. path: JSON Pointer in the payload. alone: it came by itself, not as one of a list."""

    path: str
    native: Json
    alone: bool


def unwrapped(document: Json, path: str = "", depth: int = 0) -> Iterator[Wrapped | Fault]:
    """Every native object in a payload, and what could not be unwrapped."""
    if depth > _DEPTH:
        yield Fault(path, "depth", "is wrapped too often")
    elif isinstance(document, list):
        for index, element in enumerate(document):
            yield from (_of_list(each) for each in unwrapped(element, f"{path}/{index}", depth + 1))
    elif isinstance(document, dict) and isinstance(document.get("Message"), str | dict):
        yield from _message(document["Message"], f"{path}/Message", depth)
    elif isinstance(document, dict) and isinstance(document.get("content"), list):
        yield from unwrapped(document["content"], f"{path}/content", depth + 1)
    else:
        yield Wrapped(path, document, alone=True)


def _of_list(each: Wrapped | Fault) -> Wrapped | Fault:
    return each._replace(alone=False) if isinstance(each, Wrapped) else each


def _message(message: Json, path: str, depth: int) -> Iterator[Wrapped | Fault]:
    """A notification carries its message as text."""
    if isinstance(message, str):
        try:
            message = orjson.loads(message)
        except orjson.JSONDecodeError:
            yield Fault(path, "json", "must be JSON")
            return
    yield from unwrapped(message, path, depth + 1)
