"""Reads the convergence rules that stand in a schema as `x-converge` into the tree that converges."""

from hub.domain.canonical import Json
from hub.domain.convergence import Agree, Authority, Fields, Highest, Latest, Rule, Union
from hub.domain.errors import Halt
from hub.spec.keywords import dereferenced


def compile_rule(schema: Json) -> Rule:
    """The rule tree of a record's schema.

    Raises:
        Halt: a property stands without a rule, or a rule is not one of the five.
    """
    return _compile(schema, schema, "")


def _compile(schema: Json, node: Json, path: str) -> Rule:
    node = dereferenced(schema, node)
    stated = node.get("x-converge")
    if stated is not None:
        return _stated(stated, path)
    properties = node.get("properties")
    if not properties:
        raise Halt(f"the schema gives no convergence rule for {path or 'the record'}")
    return Fields(path, {name: _compile(schema, inner, f"{path}/{name}") for name, inner in properties.items()})


def _stated(stated: Json, path: str) -> Rule:
    if stated["rule"] == "union":
        return Union(path, tuple(stated["key"]), _choice(stated.get("equal", {"rule": "latest"}), path))
    return _choice(stated, path)


def _choice(stated: Json, path: str) -> Latest | Authority | Highest | Agree:
    if stated["rule"] == "agree":
        fallback = _choice(stated["fallback"], path)
        if isinstance(fallback, Agree):
            raise Halt(f"the fallback of agree at {path} is agree again")
        return Agree(path, fallback)
    match stated["rule"]:
        case "latest":
            return Latest(path)
        case "authority":
            return Authority(path, tuple(stated["order"]))
        case "highest":
            ranks = {value: rank for rank, value in enumerate(stated["order"])}
            return Highest(path, ranks, stated.get("by", ""))
        case unknown:
            raise Halt(f"the schema names the convergence rule {unknown!r} at {path}, which is not known")
