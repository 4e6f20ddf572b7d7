"""`/docs`: the API description for reading, in one page that needs nothing from elsewhere.

It is open, as is `/openapi.json`: both say what stands in the project anyway, and nothing of anybody.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """The page, from the description of the app that serves it."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: dict[str, Any]) -> str:
    """The page for an API description."""
    title = escape(document["info"]["title"])
    intro = "".join(f"<p>{_words(part)}</p>" for part in document["info"]["description"].split("\n\n"))
    sections = "".join(_section(document, tag) for tag in _tags(document))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: API</title><style>{_STYLE}</style></head>
<body><main><h1>{title}</h1>{intro}<p><a href="/openapi.json">The same as OpenAPI</a></p>{sections}</main></body></html>
"""


def _tags(document: dict[str, Any]) -> list[str]:
    """In the order in which operations name them first."""
    return list(dict.fromkeys(operation["tags"][0] for _, _, operation in _operations(document)))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


def _section(document: dict[str, Any], tag: str) -> str:
    of_tag = (each for each in _operations(document) if each[2]["tags"][0] == tag)
    return f"<h2>{escape(tag)}</h2>" + "".join(_operation(document, *each) for each in of_tag)


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    scopes = [scope for each in operation.get("security", ()) for scope in each.get("oauth2", ())]
    needs = f"Needs the scope {', '.join(scopes)}." if scopes else "Open."
    return (
        f"<details><summary><code>{method.upper()} {escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"<p>{_words(operation['description'])}</p><p>{needs}</p>"
        f"{_parameters(operation)}{_body(document, operation)}{_answers(document, operation)}</details>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td>"
        f"<td>{_words(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    return f"<table><tr><th>Name</th><th>In</th><th>What it says</th></tr>{rows}</table>" if rows else ""


def _body(document: dict[str, Any], operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<h3>Send, as {escape(media)}</h3>{_example(document, of)}" for media, of in content.items())


def _answers(document: dict[str, Any], operation: dict[str, Any]) -> str:
    told = []
    for status, response in operation["responses"].items():
        good = "".join(_example(document, of) for of in response.get("content", {}).values()) if status < "400" else ""
        told.append(f"<dt>{status}</dt><dd>{_words(response['description'])}{good}</dd>")
    return f"<h3>Answers</h3><dl>{''.join(told)}</dl>"


def _example(document: dict[str, Any], content: dict[str, Any]) -> str:
    example = content.get("example")
    if example is None:
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        example = next(iter(document["components"]["schemas"].get(name, schema).get("examples", ())), None)
    return "" if example is None else f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"


def _words(text: str) -> str:
    """Text with its `code` marked."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 }
main { max-width: 56rem; margin: 0 auto; padding: 1rem }
a { color: #0b4a8f } h2 { margin-top: 2rem } h3 { font-size: 1rem }
details { border-top: 1px solid #949494; padding: .5rem 0 } summary { cursor: pointer }
pre { background: #f3f3f3; padding: .75rem; overflow-x: auto } table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 } dt { font-weight: bold }
"""
