"""Convergence, whatever valid records are said: valid again, the same in any order, marked where it must be."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.canonical import Json, canonical
from hub.domain.convergence import (
    Agree,
    Authority,
    Fields,
    Rule,
    Standing,
    Union,
    carried_since,
    converge,
    latest_per_local_id,
    since_through,
)
from hub.domain.submission import Order
from hub.spec.convergence import compile_rule
from tests.builders.valid_bodies import bodies_of_one_record, registry, valid_bodies

TYPES = ("assessment", "movement", "offender", "registration")
SOME = settings(max_examples=max(10, settings().max_examples // 5))
"""Each property is tried on every record type, so a share of the usual number is enough."""
AGENCIES = ("prison", "probation-north", "probation-south", "court")


def at(time: int, id_: str = "s") -> Order:
    return Order(time, -1, id_)


def rule_of(record_type: str) -> Rule:
    return compile_rule(registry().newest(record_type).schema)


@st.composite
def standings(draw: st.DrawFn, record_type: str) -> list[Standing]:
    """What one to four agencies say of one record, some values since earlier than others."""
    bodies = draw(bodies_of_one_record(record_type, most=4))
    agencies = draw(st.lists(st.sampled_from(AGENCIES), min_size=len(bodies), max_size=len(bodies)))
    rule = rule_of(record_type)
    spoken = []
    for local, (agency, body) in enumerate(zip(agencies, bodies, strict=True)):
        order = at(draw(st.integers(4, 9)), f"s{local}")
        before = draw(st.sampled_from(bodies))
        earlier = Standing(agency, "", "", at(draw(st.integers(1, 3))), before)
        spoken.append(
            Standing(agency, agency.partition("-")[0], str(local), order, body, carried_since(rule, earlier, body))
        )
    return spoken


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_converging_valid_records_gives_a_valid_record(record_type: str, data: st.DataObject) -> None:
    converged = converge(rule_of(record_type), data.draw(standings(record_type)))

    registry().newest(record_type).check(converged.body)


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_the_order_in_which_they_are_given_does_not_matter(record_type: str, data: st.DataObject) -> None:
    standing = data.draw(standings(record_type))
    turned = data.draw(st.permutations(standing))

    assert converge(rule_of(record_type), turned) == converge(rule_of(record_type), standing)


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_what_converged_converges_to_itself(record_type: str, data: st.DataObject) -> None:
    rule = rule_of(record_type)
    converged = converge(rule, data.draw(standings(record_type)))

    again = converge(rule, [Standing("hub", "court", "1", at(1), converged.body)])

    assert canonical(again.body) == canonical(converged.body)
    assert again.contested == ()


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_only_the_latest_of_a_local_id_counts_however_they_are_batched(record_type: str, data: st.DataObject) -> None:
    standing, rule = data.draw(standings(record_type)), rule_of(record_type)
    more = [Standing(each.agency, each.kind, each.local, at(1), each.body) for each in standing]
    given_ = data.draw(st.permutations([*standing, *more]))
    cut = data.draw(st.integers(0, len(given_)))

    batched = latest_per_local_id(rule, [*latest_per_local_id(rule, given_[:cut]), *given_[cut:]])

    assert batched == latest_per_local_id(rule, given_) == latest_per_local_id(rule, standing)


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_a_place_is_contested_exactly_when_agencies_differ_where_they_must_not(
    record_type: str, data: st.DataObject
) -> None:
    rule = rule_of(record_type)
    standing = data.draw(standings(record_type))
    said: dict[str, tuple[Rule, list[tuple[Standing, Json]]]] = {}
    for each in standing:
        for inner, value in leaves(rule, each.body):
            said.setdefault(inner.path, (inner, []))[1].append((each, value))

    contested = sorted(path for path, (inner, by) in said.items() if must_agree_and_do_not(inner, by))
    assert converge(rule, standing).contested == tuple(contested)


def must_agree_and_do_not(rule: Rule, said: Sequence[tuple[Standing, Json]]) -> bool:
    """At `agree` all who speak must say the same; at `authority` within the holder, all agencies that hold someone."""
    match rule:
        case Agree():
            return len({canonical(value) for _, value in said}) > 1
        case Authority(holds=holds) if holds is not None:
            speaking = {each.kind for each, _ in said}
            kind = next((kind for kind in rule.kinds if kind in speaking), None)
            held = [(each.agency, canonical(value)) for each, value in said if each.kind == kind and holds(each)]
            return len({agency for agency, _ in held}) > 1 and len({value for _, value in held}) > 1
    return False


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_every_value_comes_from_an_agency_that_is_named_for_it(record_type: str, data: st.DataObject) -> None:
    rule = rule_of(record_type)
    standing = data.draw(standings(record_type))
    converged = converge(rule, standing)

    for inner, value in leaves(rule, converged.body):
        named = converged.sources[inner.path]
        if not isinstance(inner, Union):
            assert any(
                (inner.path, canonical(value))
                in {(each.path, canonical(said)) for each, said in leaves(rule, one.body)}
                for one in standing
                if [one.agency] == named
            )


# --- since, whatever the history ----------------------------------------------------------------------------

History: TypeAlias = Sequence[tuple[Order, Json | None]]


@st.composite
def histories(draw: st.DrawFn, record_type: str) -> list[tuple[Order, Json | None]]:
    """What one agency said on one record over time, withdrawals and values said again among it."""
    bodies = draw(st.lists(valid_bodies(record_type), min_size=1, max_size=3))
    said = draw(st.lists(st.sampled_from([*bodies, *bodies, None]), min_size=1, max_size=6))
    times = draw(st.lists(st.integers(1, 99), min_size=len(said), max_size=len(said), unique=True))
    return [(at(time), body) for time, body in zip(sorted(times), said, strict=True)]


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_since_is_the_same_in_order_one_by_one_and_out_of_order_at_once(record_type: str, data: st.DataObject) -> None:
    rule = rule_of(record_type)
    history = data.draw(histories(record_type))

    since: Mapping[str, Order] = {}
    for (order, before), (_, body) in pairwise(history):
        earlier = Standing("", "", "", order, before, since)
        since = {} if before is None or body is None else carried_since(rule, earlier, body)

    assert since_through(partial(carried_since, rule), data.draw(st.permutations(history))) == since


@pytest.mark.parametrize("record_type", TYPES)
@SOME
@given(st.data())
def test_a_value_counts_from_the_first_of_the_unbroken_row_that_said_it(record_type: str, data: st.DataObject) -> None:
    rule = rule_of(record_type)
    history = data.draw(histories(record_type).filter(lambda history: history[-1][1] is not None))
    last, body = history[-1]

    since = since_through(partial(carried_since, rule), history)

    for inner, value in leaves(rule, body):
        if not isinstance(inner, Union):
            assert since.get(inner.path, last) == first_of_row(rule, history, inner.path, value)


def first_of_row(rule: Rule, history: History, path: str, value: Json) -> Order:
    first = history[-1][0]
    for order, body in reversed(history):
        if canonical(value) not in [canonical(said) for inner, said in leaves(rule, body) if inner.path == path]:
            break
        first = order
    return first


def leaves(rule: Rule, body: Json) -> Iterator[tuple[Rule, Json]]:
    """Every rule that decides on something said in the body, with what is said there."""
    if not isinstance(rule, Fields):
        yield rule, body
    elif body is not None:
        for name, inner in rule.properties.items():
            if name in body:
                yield from leaves(inner, body[name])
