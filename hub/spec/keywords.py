"""Whether a schema of the specification is whole: the keywords of its own beside those of JSON Schema.

`schemas/README.md` says what each keyword means. A broken schema is the hub's own fault, found at start.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from jsonschema_rs import Draft202012Validator, ValidationError

from hub.domain.canonical import Json
from hub.domain.contract import Kind
from hub.spec.codes import CodeList
from hub.spec.keys import AGENCY
from hub.spec.validation import pointer

SENSITIVITIES = frozenset({"official", "personal", "sensitive"})

ANY_KIND = "*"
"""In `x-holder`: every kind of agency that is not named there."""
UNLISTED = {"$ref": "#/$defs/unlisted"}
"""What an open list takes beside its codes: the source system and its own code, raw."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITION = re.compile(r"#/\$defs/[A-Za-z0-9]+")
_CHOICES = frozenset({"latest", "authority", "highest", "agree"})


def broken(
    schema: Json, lists: Mapping[str, CodeList], rules: Collection[str], preparations: Collection[str]
) -> Iterator[str]:
    """Everything wrong with a schema, a sentence each, with the place as a JSON Pointer."""
    if fault := _fault(schema):
        yield f"not a JSON Schema: {fault}"
        return
    yield from _root(schema, rules, preparations)
    yield from _keys(schema)
    yield from _converge(schema, schema, "")
    yield from _holders(schema)
    yield from _sensitivity(schema, schema, "")
    yield from _codes(schema, "", lists)


def dereferenced(schema: Json, node: Json) -> Json:
    """The node with what its local `$ref` points at; what stands beside the reference goes first."""
    if "$ref" not in node:
        return node
    target = schema
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**dereferenced(schema, target), **node}


def _fault(schema: Json) -> str | None:
    """Where and why this is no JSON Schema; None when it is one."""
    if place := next(_leading_elsewhere(schema, ""), None):  # the validator would ask whatever host is named there
        return f"{place} leads out of the schema, or not to one of its $defs"
    try:
        Draft202012Validator(schema)
    except ValidationError as error:
        return f"{pointer(error.instance_path)} {error.message}".lstrip()
    return None


def _leading_elsewhere(node: Json, path: str) -> Iterator[str]:
    """Where a reference leads anywhere but to a definition of its own schema, or another dialect is named."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in inside:
        match name, inner:
            case (("$ref" | "$dynamicRef"), str()) if not _DEFINITION.fullmatch(inner):
                yield f"{path}/{name}"
            case "$schema", str() if inner != _DIALECT:
                yield f"{path}/{name}"
            case _:
                yield from _leading_elsewhere(inner, f"{path}/{name}")


def _root(schema: Json, rules: Collection[str], preparations: Collection[str]) -> Iterator[str]:
    for keyword in ("$schema", "$id", "title", "description", "x-key", "x-reference", "x-rules"):
        if keyword not in schema:
            yield f"{keyword} is missing"
    for name in schema.get("x-rules", ()):
        if name not in rules:
            yield f"x-rules names {name}, which is not known"
    for name in schema.get("x-prepare", ()):
        if name not in preparations:
            yield f"x-prepare names {name}, which is not known"


def _keys(schema: Json) -> Iterator[str]:
    alternatives = schema.get("x-key") or [{"parts": []}]
    sizes = [len(alternative["parts"]) for alternative in alternatives]
    if len(set(sizes)) != len(sizes) or (0 in sizes and len(sizes) > 1):
        yield "x-key: two alternatives could give the same key"
    for name in _named(alternatives):
        if name not in schema["properties"]:
            yield f"x-key names {name}, which is no property"
    always = [*schema.get("x-reference", ()), *(part for part in alternatives[-1]["parts"] if part != AGENCY)]
    for name in always:
        if name not in schema.get("required", ()) or _may_be_null(schema["properties"].get(name, {})):
            yield f"{name} names the record, so it must be required and never null"


def _holders(schema: Json) -> Iterator[str]:
    for kind, saying in schema.get("x-holder", {}).items():
        if kind not in {*Kind, ANY_KIND}:
            yield f"x-holder names {kind}, which is no kind of agency"
        if fault := _fault(saying):
            yield f"x-holder of {kind} is not a JSON Schema: {fault}"


def _named(alternatives: list[Json]) -> Iterator[str]:
    for alternative in alternatives:
        yield from (part for part in alternative["parts"] if part != AGENCY)
        yield from alternative.get("when", ())


def _may_be_null(node: Json) -> bool:
    stated = node.get("type", "null")
    return stated == "null" or "null" in stated


def _converge(schema: Json, node: Json, path: str) -> Iterator[str]:
    """Every leaf has a rule, its own or that of what it is taken whole with."""
    node = dereferenced(schema, node)
    stated = node.get("x-converge")
    if stated is not None:
        yield from _rule(schema, node, stated, path)
    elif not node.get("properties"):
        yield f"{path or 'the record'}: x-converge is missing"
    else:
        if _may_be_null(node):
            yield f"{path}: an object whose properties converge each on its own is never null"
        for name, inner in node["properties"].items():
            yield from _converge(schema, inner, f"{path}/{name}")


def _rule(schema: Json, node: Json, stated: Json, path: str) -> Iterator[str]:
    if stated.get("rule") != "union":
        yield from _choice(node, stated, path)
        return
    item = dereferenced(schema, node.get("items", {}))
    for name in stated["key"]:
        if name not in item.get("required", ()):
            yield f"{path}: the key {name} of the union is not required of its items"
    if "maxItems" in node or node.get("uniqueItems"):
        yield f"{path}: lists that are joined have no maxItems and no uniqueItems"
    yield from _choice(item, stated["equal"], path)


def _choice(node: Json, stated: Json, path: str) -> Iterator[str]:
    match stated.get("rule"):
        case "agree":
            yield from _choice(node, stated["fallback"], path)
        case "authority" if not stated.get("order"):
            yield f"{path}: authority names no kind of agency"
        case "authority" | "latest" if stated.get("within", "holder") != "holder":
            yield f"{path}: {stated['rule']} puts nobody first within a kind, or of all, but the holder"
        case "highest":
            yield from _highest(node, stated, path)
        case name if name not in _CHOICES:
            yield f"{path}: the convergence rule {name} is not known"


def _highest(node: Json, stated: Json, path: str) -> Iterator[str]:
    compared = node["properties"].get(stated["by"], {}) if "by" in stated else node
    values = compared.get("enum", [False, True] if "boolean" in compared.get("type", ()) else [])
    if [value for value in values if value is not None] != stated["order"]:
        yield f"{path}: the order of highest is not the property's own list from low to high"


def _sensitivity(schema: Json, node: Json, path: str) -> Iterator[str]:
    """Every leaf has a sensitivity, its own or that of what it lies in."""
    node = dereferenced(schema, node)
    stated = node.get("x-sensitivity")
    if stated is not None:
        if stated not in SENSITIVITIES:
            yield f"{path}: {stated} is no sensitivity"
    elif node.get("properties"):
        for name, inner in node["properties"].items():
            yield from _sensitivity(schema, inner, f"{path}/{name}")
    else:
        yield f"{path or 'the record'}: x-sensitivity is missing"


def _codes(node: Json, path: str, lists: Mapping[str, CodeList]) -> Iterator[str]:
    """Every enum of a code list holds just the codes of that list, in its order."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _codes(inner, f"{path}/{index}", lists)
    if not isinstance(node, dict):
        return
    if "x-codes" in node:
        code_list = lists.get(node["x-codes"])
        if code_list is None:
            yield f"{path}: the code list {node['x-codes']} does not exist"
        elif tuple(value for value in _named_codes(node, code_list) if value is not None) != code_list.values:
            yield f"{path}: the enum differs from the code list {code_list.name}"
    for name, inner in node.items():
        yield from _codes(inner, f"{path}/{name}", lists)


def _named_codes(node: Json, code_list: CodeList) -> list[Json]:
    """The codes that the node names; none when it is open and its list is not, or the other way."""
    match node:
        case {"enum": codes} if not code_list.open:
            return list(codes)
        case {"anyOf": [{"enum": codes}, unlisted]} if code_list.open and unlisted == UNLISTED:
            return list(codes)
        case _:
            return []
