"""For every place of a body the lens tells the native place that it came from, or that it would come from."""

from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.lens.laws_of_origins import changing_its_origin_changes_just_it, leaves_of, reads_the_same
from hub.spec.lens.lens import compile_lens
from hub.spec.lens.parsing import table_of
from tests.builders.lens import native_of
from tests.builders.lens_tables import LISTS, PERSON, lens_of, small
from tests.builders.random_tables import random_table

LENS = lens_of(PERSON)
NATIVE: Json = {
    "surname": "Marsh",
    "first": " ",
    "second": "Ellen",
    "more": ["May", "", "June"],
    "ids": {"crn": "X1", "pnc": "2004/1"},
    "otherIds": [{"type": "crn", "value": "X9"}, {"type": "old", "value": "77"}, {"type": "older", "value": "78"}],
    "facts": [{"type": "EYE"}, {"type": "NAT", "of": {"kind": "a"}, "value": "Irish"}, {"type": "NAT", "value": "?"}],
    "lines": "one, two",
    "lineA": "",
    "lineB": "whole",
    "contact": {"addresses": [{"status": {"code": "L"}, "stays": {"list": [{"number": 4}, {"number": 5}]}}]},
    "officers": [{"role": "com", "name": "A"}, {"role": "x", "name": "B"}, {"role": "pom", "name": "C"}],
    "mails": [{"address": ""}, {"address": "a@b"}],
    "phones": ["", "0123"],
    "died": None,
}


@pytest.mark.parametrize(
    ("shared", "native"),
    [
        ("/names/surname", "/surname"),
        ("/names/forenames/0", "/second"),
        ("/names/forenames/1", "/more/0"),
        ("/names/forenames/2", "/more/2"),
        ("/names/forenames", "/second"),
        ("/identifiers/0/value", "/ids/crn"),
        ("/identifiers/0/scheme", "/ids/crn"),
        ("/identifiers/1/value", "/ids/pnc"),
        ("/identifiers/2/value", "/otherIds/1/value"),
        ("/identifiers/3/scheme", "/otherIds/2/type"),
        ("/identifiers/3", "/otherIds/2"),
        ("/identifiers/3/ok", "/otherIds/2/ok"),
        ("/nationality", "/facts/1/value"),
        ("/nationalitySince", "/facts/1/since"),
        ("/secondNationality", "/facts/2/value"),
        ("/lines/1", "/lines"),
        ("/wholeLine", "/lineB"),
        ("/addresses/0/status", "/contact/addresses/0/status/code"),
        ("/addresses/0/stays/1/number", "/contact/addresses/0/stays/list/1/number"),
        ("/addresses/0/stays/1/why/text", "/contact/addresses/0/stays/list/1/why"),
        ("/people/0/name", "/officers/0/name"),
        ("/people/1/name", "/officers/2/name"),
        ("/others/0/name", "/officers/1/name"),
        ("/emails/0", "/mails/1/address"),
        ("/phones/0/number", "/phones/1"),
        ("/dateOfDeath", "/died"),
        ("/dateOfBirth", "/born"),
        ("/sections/0/linked", "/links/harm"),
        ("/risk/isHigh", "/level"),
        ("/done", "/done"),
        ("", ""),
        ("/unheardOf", None),
        ("/names/unheardOf", None),
        ("/identifiers/9/value", None),
    ],
)
def test_a_place_is_told_by_the_row_that_read_it_or_would_have_read_it(shared: str, native: str | None) -> None:
    assert LENS.origin(NATIVE, shared) == native


def test_an_element_that_is_missing_is_named_as_what_would_come_after_the_last() -> None:
    assert LENS.origin({}, "/nationality") == "/facts/-/value"


def test_an_object_of_several_columns_is_where_they_all_lie_else_the_first_of_them() -> None:
    lens = small('{native="at/street", shared="place/street"}, {native="at/town", shared="place/town"}')
    assert lens.origin({"at": {"street": "High Street", "town": "Ely"}}, "/place") == "/at"
    lens = small('{native="street", shared="place/street"}, {native="town", shared="place/town"}')
    assert lens.origin({"street": "High Street", "town": "Ely"}, "/place") == "/street"


def test_names_with_signs_of_pointers_and_of_python_are_told_as_pointers() -> None:
    lens = small('{native="a~b/{x}", shared="c"}')
    assert lens.origin({"a~b": {"{x}": "said"}}, "/c") == "/a~0b/{x}"


def test_what_cannot_be_read_has_no_places() -> None:
    assert LENS.origin(None, "/names/surname") is None
    assert list(leaves_of(LENS.origins([]))) == [""]


@settings(max_examples=25)
@given(random=st.randoms(use_true_random=True))
def test_reading_with_origins_reads_the_same_and_nothing_else_changes_with_an_origin(random: Random) -> None:
    native = native_of(LENS, random, 0.002)
    assert reads_the_same(LENS, native) == []
    assert changing_its_origin_changes_just_it(LENS, native, random) == []


@settings(max_examples=40)
@given(random=st.randoms(use_true_random=True))
def test_it_is_so_for_tables_made_by_chance(random: Random) -> None:
    try:
        lens = compile_lens(table_of(random_table(random), "made by chance", LISTS))
    except Halt:
        reject()
    native = native_of(lens, random, 0.002)
    assert reads_the_same(lens, native) == []
    assert changing_its_origin_changes_just_it(lens, native, random) == []


def test_the_laws_see_what_is_told_wrongly() -> None:
    lens, native = small('{native="a", shared="a"}, {native="b", shared="b"}'), {"a": "A", "b": "B"}
    crossed = small('{native="b", shared="a"}, {native="a", shared="b"}')
    mixed = type(lens)(lens.table, crossed.plan, lens.code, lens._read, lens._write)  # noqa: SLF001 - on purpose
    assert reads_the_same(mixed, native) == ["the body read with origins is another"]
    assert reads_the_same(lens, native) == []
