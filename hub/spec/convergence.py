"""Reads the convergence rules that stand in a schema as `x-converge` into the tree that converges."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import jsonschema_rs

from hub.domain.canonical import Json
from hub.domain.convergence import Agree, Authority, Fields, Highest, Latest, Rule, Standing, Union
from hub.domain.errors import Halt
from hub.spec.keywords import ANY_KIND, dereferenced

Holds: TypeAlias = Callable[[Standing], bool]
"""Whether an agency holds the person, by what it says in a record."""


def compile_rule(schema: Json) -> Rule:
    """The rule tree of a record's schema.

    Raises:
        Halt: a property stands without a rule, or a rule is not one of the five.
    """
    holds = _holding(schema)
    rule = _compile(schema, schema, "", holds)
    return replace(rule, holds=holds) if isinstance(rule, Fields) and "x-holder" in schema else rule


def _holding(schema: Json) -> Holds:
    """Whether an agency holds the person, by `x-holder`; a kind that is not named there holds whom it speaks of.

    `*` stands for every kind that is not named.
    """
    validators = {kind: jsonschema_rs.Draft202012Validator(said) for kind, said in schema.get("x-holder", {}).items()}

    def holds(standing: Standing) -> bool:
        validator = validators.get(standing.kind, validators.get(ANY_KIND))
        return validator is None or validator.is_valid(standing.body)

    return holds


def _compile(schema: Json, node: Json, path: str, holds: Holds) -> Rule:
    node = dereferenced(schema, node)
    stated = node.get("x-converge")
    if stated is not None:
        return _stated(stated, path, holds)
    properties = node.get("properties")
    if not properties:
        raise Halt(f"the schema gives no convergence rule for {path or 'the record'}")
    return Fields(path, {name: _compile(schema, inner, f"{path}/{name}", holds) for name, inner in properties.items()})


def _stated(stated: Json, path: str, holds: Holds) -> Rule:
    if stated["rule"] == "union":
        return Union(path, tuple(stated["key"]), _choice(stated.get("equal", {"rule": "latest"}), path, holds))
    return _choice(stated, path, holds)


def _choice(stated: Json, path: str, holds: Holds) -> Latest | Authority | Highest | Agree:
    if stated["rule"] == "agree":
        fallback = _choice(stated["fallback"], path, holds)
        if isinstance(fallback, Agree):
            raise Halt(f"the fallback of agree at {path} is agree again")
        return Agree(path, fallback)
    within = holds if stated.get("within") == "holder" else None
    match stated["rule"]:
        case "latest":
            return Latest(path, within)
        case "authority":
            return Authority(path, tuple(stated["order"]), within)
        case "highest":
            ranks = {value: rank for rank, value in enumerate(stated["order"])}
            return Highest(path, ranks, stated.get("by", ""), stated.get("rulable", False))
        case unknown:
            raise Halt(f"the schema names the convergence rule {unknown!r} at {path}, which is not known")
