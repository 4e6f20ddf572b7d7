from hypothesis import given
from hypothesis import strategies as st

from adapters.client.echo import OwnWords
from hub.domain.canonical import Json, canonical
from tests.builders.valid_bodies import bodies_of_one_record, is_valid, registry, valid_bodies

OFFENDER, REGISTRATION, ASSESSMENT, MOVEMENT = (
    OwnWords(registry().newest(name)) for name in ("offender", "registration", "assessment", "movement")
)
ANN = {"surname": "Archer", "forenames": ["Ann"]}
ANNA = {"surname": "Archer", "forenames": ["Anna"]}
TYPES = st.sampled_from(registry().types())


def offender(**said: Json) -> Json:
    return {"names": ANN, **said}


def registration(**said: Json) -> Json:
    return {"scheme": "probation-register", "code": "RHRH", "reference": "7", "period": {"start": "2026-01-05"}, **said}


def test_what_nobody_told_is_said() -> None:
    body = offender(nationality="british")
    assert OFFENDER.own(body, None, ()) == body
    assert OFFENDER.own(body, None, [{"names": ANNA}]) == body


def test_a_record_that_was_told_and_never_said_is_not_said() -> None:
    told = offender(sex="female", dateOfBirth="1980-02-29")
    assert OFFENDER.own(told, None, [told]) is None
    assert OFFENDER.own(offender(sex="female"), None, [told]) is None


def test_what_an_agency_said_before_it_goes_on_saying_though_it_was_told_the_same() -> None:
    body = offender(sex="female")
    assert OFFENDER.own(body, body, [body]) == body


def test_what_it_says_besides_what_it_was_told_is_its_own() -> None:
    told = offender(sex="female")
    now = offender(sex="female", nationality="british")
    assert OFFENDER.own(now, None, [told]) == {"names": ANN, "nationality": "british"}


def test_a_required_property_stands_as_the_agency_said_it_before_else_as_it_is_repeated() -> None:
    told = {"names": ANNA, "sex": "female"}
    now = {"names": ANNA, "sex": "female", "nationality": "british"}
    assert OFFENDER.own(now, None, [told]) == {"names": ANNA, "nationality": "british"}
    assert OFFENDER.own(now, {"names": ANN}, [told]) == {"names": ANN, "nationality": "british"}


def test_a_value_replaced_by_what_was_told_is_said_no_more() -> None:
    said = offender(dateOfBirth="1980-02-28")
    told = offender(dateOfBirth="1980-02-29")
    assert OFFENDER.own(told, said, [told]) == offender()


def test_a_value_that_differs_from_what_was_told_is_said() -> None:
    told = offender(dateOfBirth="1980-02-29")
    now = offender(dateOfBirth="1980-03-01")
    assert OFFENDER.own(now, offender(), [told]) == now


def test_that_there_is_none_may_be_told_and_repeated_too() -> None:
    told = offender(dateOfDeath=None)
    assert OFFENDER.own(told, offender(), [told]) == offender()
    assert OFFENDER.own(told, offender(), [offender(dateOfDeath="2020-01-01")]) == told


def test_true_is_not_repeated_by_one() -> None:
    own = OFFENDER.own(offender(nationality=1), offender(), [offender(nationality=True)])
    assert canonical(own) == canonical(offender(nationality=1))


def test_lists_are_looked_at_item_by_item() -> None:
    first, second, third = ({"scheme": "pnc", "value": f"2001/000000{number}A"} for number in range(3))
    own = OFFENDER.own(offender(identifiers=[first, second, third]), offender(identifiers=[first]), [
        offender(identifiers=[first, second])
    ])  # fmt: skip
    assert own == offender(identifiers=[first, third])


def test_a_list_of_repeated_items_is_left_out_whole() -> None:
    item = {"scheme": "pnc", "value": "2001/0000001A"}
    assert OFFENDER.own(offender(identifiers=[item]), offender(), [offender(identifiers=[item])]) == offender()


def test_an_empty_list_is_said_unless_it_was_told() -> None:
    assert OFFENDER.own(offender(aliases=[]), offender(), [offender()]) == offender(aliases=[])
    assert OFFENDER.own(offender(aliases=[]), offender(), [offender(aliases=[])]) == offender()


def test_being_told_of_a_higher_risk_does_not_soften_the_agencys_own_word() -> None:
    said, told = registration(riskLevel="high"), registration(riskLevel="very-high")
    assert REGISTRATION.own(told, said, [told]) == said


def test_a_risk_it_was_told_and_never_said_is_not_its_own() -> None:
    told = registration(riskLevel="very-high")
    assert REGISTRATION.own(told, registration(), [told]) == registration()


def test_a_risk_raised_or_lowered_by_the_agency_is_its_own() -> None:
    said, told = registration(riskLevel="high"), registration(riskLevel="high")
    for level in ("low", "very-high"):
        assert REGISTRATION.own(registration(riskLevel=level), said, [told]) == registration(riskLevel=level)


def test_an_object_that_converges_whole_is_taken_whole() -> None:
    summary = {"overall": "high", "cells": [{"who": "public", "where": "community", "level": "high"}]}
    told = {"reference": "1", "layer": 3, "roshSummary": summary}
    now = {**told, "roshSummary": {**summary, "whoIsAtRisk": "the neighbours"}}
    own = ASSESSMENT.own(now, None, [told])
    assert own is not None
    assert own["roshSummary"] == now["roshSummary"]


def test_an_object_whose_properties_converge_each_is_looked_at_property_by_property() -> None:
    told = offender(limitedAccess={"exclusion": False, "restriction": False})
    now = offender(limitedAccess={"exclusion": False, "restriction": True})
    assert OFFENDER.own(now, None, [told]) == offender(limitedAccess={"restriction": True})


def test_what_names_the_record_is_never_left_out() -> None:
    names = {"scheme": "prison-alert", "type": "X", "code": "XTACT"}
    told = registration(**names, riskLevel="high")
    now = registration(**names, riskLevel="high", notes="seen at the court")
    assert REGISTRATION.own(now, None, [told]) == registration(**names, notes="seen at the court")


def test_a_record_that_converges_whole_is_repeated_or_said_whole() -> None:
    told = {"booking": "1", "sequence": 2, "direction": "in", "type": "admission", "at": "2026-01-05T09:00:00+00:00"}
    assert MOVEMENT.own(told, None, [told]) is None
    now = {**told, "comment": "late"}
    assert MOVEMENT.own(now, None, [told]) == now


def test_each_form_in_which_a_release_may_be_repeated_counts() -> None:
    released = offender(location={"place": "custody", "establishment": "Leeds", "livingUnit": "A-1"})
    held = offender(location={"place": "custody"})
    assert OFFENDER.own(held, None, [released, held]) is None


@given(TYPES.flatmap(valid_bodies))
def test_whatever_is_told_and_repeated_is_not_said(body: Json) -> None:
    record_type = next(name for name in registry().types() if is_valid(name, body))
    assert OwnWords(registry().newest(record_type)).own(body, None, [body]) is None


@given(TYPES.flatmap(lambda name: st.tuples(st.just(name), bodies_of_one_record(name, most=3))))
def test_what_is_said_is_valid_and_names_the_same_record(drawn: tuple[str, list[Json]]) -> None:
    name, bodies = drawn
    now, said, told = (bodies * 3)[:3]
    spec = registry().newest(name)
    own = OwnWords(spec).own(now, said, [told])
    assert own is not None
    spec.check(own)
    assert spec.key("-", own) == spec.key("-", now)
    assert spec.reference(own) in {spec.reference(now), spec.reference(said)}


@given(TYPES.flatmap(lambda name: st.tuples(st.just(name), bodies_of_one_record(name, most=3))))
def test_saying_it_again_says_the_same(drawn: tuple[str, list[Json]]) -> None:
    """A native system that repeats itself makes no second submission."""
    name, bodies = drawn
    now, said, told = (bodies * 3)[:3]
    words = OwnWords(registry().newest(name))
    once = words.own(now, said, [told])
    assert words.own(now, once, [told]) == once
