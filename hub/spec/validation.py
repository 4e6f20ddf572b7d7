"""Valid or not, and why not.

`jsonschema_rs` decides, since it is some hundred times faster; `jsonschema` explains what was refused, as paths
and rules, never as values. The tests hold the two together, formats included.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from hub.domain.canonical import Json, escaped, holds_more_than, marks
from hub.domain.errors import Fault

MOST_FAULTS = 20
MOST_VALUES = 10_000
"""In a body, at all levels; the largest assessment seen has five hundred. What is done with a body takes as long."""
MOST_EXPLAINED = 3_000
"""Values of a body beyond which only its first fault is told: `jsonschema` looks at some 70 values in a millisecond."""
DEEPEST = 32
"""Nesting of a body beyond which nothing is explained; the deepest schema needs half of it."""

_LINEAR = jsonschema_rs.RegexOptions()
"""Patterns without look-around and back references: matched in linear time, whatever is sent."""

Rule = Callable[[Json], Iterator[Fault]]
"""A rule beyond the schema: a body valid under the schema -> what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Validation:
    """A schema made ready for checking bodies."""

    decides: jsonschema_rs.Draft202012Validator
    explains: Validator
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, schema: Json, rules: tuple[Rule, ...] = ()) -> "Validation":
        """The schema must have passed `hub.spec.keywords.broken`."""
        return cls(
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True, pattern_options=_LINEAR),
            _Explaining(schema, format_checker=FormatChecker(("date", "date-time"))),
            rules,
        )

    def faults(self, body: Json) -> list[Fault]:
        """What is wrong with the body, at most `MOST_FAULTS`; empty when it is valid.

        Bounded: whoever sends the worst there is does not keep everybody else waiting.
        """
        if _is_larger_than(MOST_VALUES, body):
            return [Fault("", "values", f"holds more than {MOST_VALUES} values")]
        if self.decides.is_valid(body):
            return list(islice((fault for rule in self.rules for fault in rule(body)), MOST_FAULTS))
        if _is_deeper_than(DEEPEST, body):
            return [Fault("", "depth", f"is nested deeper than {DEEPEST} levels")]
        if _is_larger_than(MOST_EXPLAINED, body):
            return [self.first(body)]
        return list(islice(self._explain(body), MOST_FAULTS)) or [Fault("", "schema", "does not fit the schema")]

    def first(self, body: Json) -> Fault:
        """One of the faults of a body that is not valid, found by what decides."""
        try:
            self.decides.validate(body)
        except jsonschema_rs.ValidationError as error:
            *place, keyword = error.schema_path
            kind = error.kind
            missing = [kind.property] if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required) else []
            node = reduce(lambda outer, name: outer[name], place, self.explains.schema)
            return _told(pointer([*error.instance_path, *missing]), str(keyword), node)
        raise ValueError("the body is valid")

    def _explain(self, body: Json) -> Iterator[Fault]:
        """One fault a place: a number where a code belongs is of the wrong type, not also an unknown code."""
        seen: set[tuple[str, str]] = set()
        for error in self.explains.iter_errors(body):
            fault = _fault(error)
            place = fault.path, fault.rule if isinstance(error.instance, dict | list) else ""
            if place not in seen:
                seen.add(place)
                yield fault


def pointer(parts: Any) -> str:  # noqa: ANN401 - a deque or list of names and indexes, as jsonschema gives it
    """The JSON Pointer of a path."""
    return "".join(f"/{escaped(str(part))}" for part in parts)


def _required(validator: Validator, required: list[str], instance: Json, _schema: Json) -> Iterator[ValidationError]:
    """Like the keyword itself, but a fault lies where the missing property would be."""
    if validator.is_type(instance, "object"):
        for name in required:
            if name not in instance:
                yield ValidationError("is required", path=(name,))


def _pattern(validator: Validator, pattern: str, instance: Json, _schema: Json) -> Iterator[ValidationError]:
    """Like the keyword itself, but `$` is the very end, as JSON Schema has it, not before a last line break."""
    if validator.is_type(instance, "string") and not _compiled(pattern).search(instance):
        yield ValidationError("does not match")


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


_Explaining = extend(  # type: ignore[no-untyped-call]  # the stubs leave it untyped
    Draft202012Validator, {"required": _required, "pattern": _pattern}
)


def _fault(error: ValidationError) -> Fault:
    node = error.schema if isinstance(error.schema, dict) else {}
    return _told(pointer(error.absolute_path), str(error.validator), node)


def _told(path: str, keyword: str, node: Json) -> Fault:
    if keyword in {"enum", "anyOf"} and "x-codes" in node:
        keyword = "x-codes"
    detail = _DETAILS.get(keyword, _other_detail)(node.get(keyword), node)
    return Fault(path, keyword, detail)


def _type_detail(stated: Json, _node: Json) -> str:
    return f"must be {stated if isinstance(stated, str) else ' or '.join(stated)}"


def _any_of_detail(alternatives: Json, _node: Json) -> str:
    return f"must have one of: {', '.join(name for each in alternatives for name in each.get('required', ()))}"


def _format_detail(stated: Json, _node: Json) -> str:
    return {
        "date": "must be a date, YYYY-MM-DD",
        "date-time": "must be a time with its offset, as in RFC 3339",
    }.get(stated, f"must be of the format {stated}")


def _or_raw(node: Json) -> str:
    return ", or system:code for one it does not name" if "anyOf" in node else ""


def _other_detail(_stated: Json, _node: Json) -> str:
    return "does not fit the schema"


_DETAILS: dict[str, Callable[[Json, Json], str]] = {
    "type": _type_detail,
    "required": lambda _stated, _node: "is required",
    "additionalProperties": lambda _stated, _node: "an unknown property is present",
    "x-codes": lambda stated, node: f"must be one of the codes of the list {stated}{_or_raw(node)}",
    "enum": lambda stated, _node: f"must be one of: {', '.join(map(str, stated))}",
    "pattern": lambda stated, _node: f"must match the pattern {stated}",
    "format": _format_detail,
    "minLength": lambda stated, _node: f"must have at least {stated} characters",
    "maxLength": lambda stated, _node: f"must have at most {stated} characters",
    "minimum": lambda stated, _node: f"must be at least {stated}",
    "maximum": lambda stated, _node: f"must be at most {stated}",
    "minItems": lambda stated, _node: f"must have at least {stated} items",
    "anyOf": _any_of_detail,
}


def _is_larger_than(most: int, body: Json) -> bool:
    """Whether it holds more values; told from how it is written, which is quick, where that is few enough."""
    if not isinstance(body, dict | list):
        return False
    try:
        few = marks(orjson.dumps(body)) <= most
    except orjson.JSONEncodeError:  # nested deeper than it writes
        few = False
    return not few and holds_more_than(most, body)


def _is_deeper_than(limit: int, value: Json) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        return iter(value.values())
    return iter(value if isinstance(value, list) else ())
