"""The rules that stand in a schema become the tree that converges; a schema without a rule stops the hub."""

from typing import Any

import pytest

from hub.domain.convergence import Agree, Authority, Fields, Highest, Latest, Standing, Union, converge
from hub.domain.errors import Halt
from hub.domain.submission import Order
from hub.spec.convergence import compile_rule
from tests.builders.valid_bodies import registry

LATEST = {"rule": "latest"}
BY_KIND = {"rule": "authority", "order": ["prison", "probation"]}


def schema(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def rule_of(stated: dict[str, Any]) -> object:
    compiled = compile_rule(schema(x={"x-converge": stated}))
    assert isinstance(compiled, Fields)
    return compiled.properties["x"]


@pytest.mark.parametrize(
    ("stated", "rule"),
    [
        (LATEST, Latest("/x")),
        (BY_KIND, Authority("/x", ("prison", "probation"))),
        ({"rule": "highest", "order": ["low", "high"]}, Highest("/x", {"low": 0, "high": 1}, "")),
        ({"rule": "highest", "order": ["low"], "by": "overall"}, Highest("/x", {"low": 0}, "overall")),
        ({"rule": "highest", "order": ["low"], "rulable": True}, Highest("/x", {"low": 0}, "", rulable=True)),
        ({"rule": "agree", "fallback": LATEST}, Agree("/x", Latest("/x"))),
        ({"rule": "union", "key": ["number"], "equal": LATEST}, Union("/x", ("number",), Latest("/x"))),
        ({"rule": "union", "key": [], "equal": BY_KIND}, Union("/x", (), Authority("/x", ("prison", "probation")))),
        ({"rule": "union", "key": []}, Union("/x", (), Latest("/x"))),
    ],
)
def test_a_stated_rule_becomes_that_rule_at_its_place(stated: dict[str, Any], rule: object) -> None:
    assert rule_of(stated) == rule


def test_who_holds_the_person_is_told_by_kind_and_whoever_is_of_another_holds_whom_it_speaks_of() -> None:
    stated = schema(x={"x-converge": {**BY_KIND, "within": "holder"}})
    stated["x-holder"] = {"probation": {"required": ["x"], "properties": {"x": {"const": "current"}}}}
    compiled = compile_rule(stated)
    assert isinstance(compiled, Fields)
    rule = compiled.properties["x"]
    assert isinstance(rule, Authority)
    assert rule.holds is not None

    def holds(kind: str, **body: str) -> bool:
        return rule.holds is not None and rule.holds(Standing("agency", kind, "1", Order(1, -1, "s"), body))

    assert [holds("probation", x="current"), holds("probation", x="ended"), holds("probation")] == [True, False, False]
    assert holds("prison", x="ended")


def test_any_kind_that_is_not_named_may_be_asked_too_and_who_holds_the_person_stands_with_the_record() -> None:
    stated = schema(x={"x-converge": {**LATEST, "within": "holder"}})
    stated["x-holder"] = {"*": {"properties": {"x": {"const": "current"}}}, "prison": {}}
    compiled = compile_rule(stated)
    assert isinstance(compiled, Fields)
    rule, holds = compiled.properties["x"], compiled.holds
    assert isinstance(rule, Latest)
    assert holds is not None
    said = [Standing("agency", kind, "1", Order(1, -1, "s"), {"x": "ended"}) for kind in ("probation", "prison")]

    assert rule.holds is holds
    assert [holds(each) for each in said] == [False, True]


def test_a_rule_on_the_record_itself_takes_it_whole() -> None:
    assert compile_rule({**schema(x={"type": "string"}), "x-converge": LATEST}) == Latest("")


def test_an_object_without_a_rule_converges_property_by_property() -> None:
    compiled = compile_rule(schema(x=schema(y={"x-converge": LATEST})))

    assert compiled == Fields("", {"x": Fields("/x", {"y": Latest("/x/y")})})


def test_a_reference_is_followed_and_what_stands_beside_it_goes_first() -> None:
    referring = schema(x={"$ref": "#/$defs/name", "x-converge": LATEST}, y={"$ref": "#/$defs/name"})
    referring["$defs"] = {"name": {"$ref": "#/$defs/whole"}, "whole": {"x-converge": BY_KIND}}

    assert compile_rule(referring) == Fields("", {"x": Latest("/x"), "y": Authority("/y", ("prison", "probation"))})


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (schema(x={"type": "string"}), "no convergence rule for /x"),
        ({"type": "object"}, "no convergence rule for the record"),
        (schema(x={"x-converge": {"rule": "loudest"}}), "'loudest' at /x"),
        (
            schema(x={"x-converge": {"rule": "agree", "fallback": {"rule": "agree", "fallback": LATEST}}}),
            "fallback of agree at /x is agree again",
        ),
    ],
)
def test_a_schema_that_does_not_say_how_it_converges_stops_the_hub(broken: dict[str, Any], says: str) -> None:
    with pytest.raises(Halt, match=says):
        compile_rule(broken)


@pytest.mark.parametrize("record_type", ["assessment", "movement", "offender", "registration"])
def test_the_specification_that_ships_says_it_everywhere(record_type: str) -> None:
    compile_rule(registry().newest(record_type).schema)


def test_risk_takes_the_highest_and_identity_must_agree() -> None:
    offender = compile_rule(registry().newest("offender").schema)
    assessment = compile_rule(registry().newest("assessment").schema)

    assert isinstance(offender, Fields)
    assert isinstance(assessment, Fields)
    assert isinstance(offender.properties["dateOfBirth"], Agree)
    assert isinstance(assessment.properties["roshSummary"], Highest)
    assert assessment.properties["roshSummary"].by == "overall"


def test_that_one_service_ends_its_entry_for_mappa_does_not_end_another_s() -> None:
    rule = compile_rule(registry().newest("registration").schema)
    entry = {"scheme": "mappa", "code": "MAPP", "reference": "1", "mappa": {"category": "1", "level": "2"}}
    stands = {**entry, "period": {"start": "2026-05-01"}}
    ended = {**entry, "period": {"start": "2024-02-01", "end": "2026-05-04"}}
    south = Standing("south", "probation", "1", Order(1, -1, "s"), stands)
    north = Standing("north", "probation", "1", Order(2, -1, "s"), ended)
    prison = Standing("prison", "prison", "1", Order(3, -1, "s"), ended)

    assert converge(rule, [north, south, prison]).body["period"] == {"start": "2026-05-01"}
    assert converge(rule, [north, prison]).body["period"]["end"] == "2026-05-04"
