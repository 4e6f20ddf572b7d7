from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.lens.found import Found, has_value
from hub.spec.lens.laws import get_put, homeless_survive, nothing_is_passed_over, put_get
from hub.spec.lens.lens import compile_lens
from hub.spec.lens.parsing import table_of
from tests.builders.lens import bodies, body_of, dirty_natives, native_of
from tests.builders.lens_tables import LISTS, PERSON, lens_of, small
from tests.builders.random_tables import random_table

LENS = lens_of(PERSON)
SEEDS = range(600)


@settings(max_examples=200)
@given(native=dirty_natives(LENS))
def test_writing_back_what_was_read_changes_nothing(native: Json) -> None:
    assert get_put(LENS, native) == []


@settings(max_examples=200)
@given(body=bodies(LENS), onto=st.none() | dirty_natives(LENS, wrong=0))
def test_what_was_written_reads_back_the_same_and_what_has_no_home_stays(body: Json, onto: Json | None) -> None:
    assume(onto is None or not LENS.read(onto).faults)
    assert put_get(LENS, body, onto) == []
    assert onto is None or homeless_survive(LENS, body, onto) == []


def test_the_laws_are_not_kept_by_refusing() -> None:
    """Of the objects that the laws are tried on, three in four are read, and a third of the bodies is written."""
    read = written = 0
    rules: Counter[str] = Counter()
    for seed in SEEDS:
        random = Random(seed)  # noqa: S311 - cases for a test
        reading = LENS.read(native_of(LENS, random, 0.002))
        writing = LENS.write(body_of(LENS, random, 0.002), native_of(LENS, random, 0))
        read += not reading.faults
        written += not writing.faults
        rules.update(fault.rule for fault in (*reading.faults, *writing.faults))
    assert read >= 0.75 * len(SEEDS)
    assert written >= len(SEEDS) / 3
    assert {"type", "required", "code", "exact", "too-many", "also"} <= set(rules)


_names = st.sampled_from([*sorted(LENS.plan.native.names() | LENS.plan.shared.names()), "type", "value", "code", "x"])
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300)
@given(native=_anything, body=_anything)
def test_nothing_raises(native: Json, body: Json) -> None:
    LENS.read(native)
    LENS.write(body, native)


@settings(max_examples=100)
@given(random=st.randoms(use_true_random=True))
def test_an_element_keeps_what_has_no_home_when_rows_are_removed_added_and_reordered(random: Random) -> None:
    native = native_of(LENS, random, 0)
    for number, element in enumerate(filter(None, native.get("contact", {}).get("addresses") or ())):
        element["mark"] = number
    reading = LENS.read(native)
    assume(not reading.faults and len(reading.body.get("addresses") or ()) > 1)
    before = list(enumerate(reading.body["addresses"]))
    random.shuffle(before)
    kept = before[1:]
    for _, item in kept:
        item["lines"] = ["changed"] if random.random() < 0.5 else item.get("lines", ["new"])
    added = {"status": "high", "from": "1901-01-01"}
    writing = LENS.write({**reading.body, "addresses": [added, *(item for _, item in kept)]}, native)
    assert writing.faults == ()
    marks = [element.get("mark") for element in writing.native["contact"]["addresses"] if element is not None]
    keys = [(item.get("from"), item.get("status")) for _, item in before]
    assert marks[0] is None
    if len(set(keys)) == len(keys):
        assert marks[1:] == [number for number, _ in kept]


@settings(max_examples=150)
@given(random=st.randoms(use_true_random=True))
def test_every_table_that_is_taken_keeps_the_laws(random: Random) -> None:
    try:
        lens = compile_lens(table_of(random_table(random), "made by chance", LISTS))
    except Halt:
        reject()
    native, body, onto = native_of(lens, random, 0.002), body_of(lens, random, 0.002), native_of(lens, random, 0)
    assert get_put(lens, native) == []
    assert put_get(lens, body) == []
    assert lens.read(onto).faults or put_get(lens, body, onto) == []
    assert lens.read(onto).faults or homeless_survive(lens, body, onto) == []


def test_most_tables_made_by_chance_are_taken_and_tried() -> None:
    taken = read = written = 0
    for seed in range(150):
        random = Random(seed)  # noqa: S311 - cases for a test
        try:
            lens = compile_lens(table_of(random_table(random), "made by chance", LISTS))
        except Halt:
            continue
        native, body, onto = native_of(lens, random, 0.002), body_of(lens, random, 0.002), native_of(lens, random, 0)
        assert get_put(lens, native) == []
        assert lens.read(onto).faults or put_get(lens, body, onto) == []
        taken += 1
        read += not lens.read(native).faults
        written += not lens.write(body, onto).faults
    assert taken >= 100
    assert read >= 0.7 * taken
    assert written >= 0.7 * taken


@pytest.mark.parametrize("name", ["surname", "unknown", "otherIds", "contact", "words"])
def test_no_nesting_is_too_deep(name: str) -> None:
    deep: Json = "x"
    for _ in range(1000):
        deep = [{"a": deep}]
    native = {"surname": "Marsh", "ids": {"crn": "X1"}, name: deep, "mails": deep}
    LENS.read(native)
    LENS.write({"names": deep, "tags": deep, "identifiers": deep, "emails": deep, "addresses": deep}, native)


@settings(max_examples=60)
@given(native=dirty_natives(LENS, wrong=0))
def test_no_native_value_is_passed_over_and_every_path_leads_somewhere(native: Json) -> None:
    assert nothing_is_passed_over(LENS, native) == []
    for each in LENS.read(native).homeless:
        place = native
        for part in each.path.split("/")[1:]:
            place = place[int(part) if isinstance(place, list) else part.replace("~1", "/").replace("~0", "~")]
        assert has_value(place)


def test_the_laws_see_what_is_lost() -> None:
    lens = small('{native="a", shared="a"}, {native="b/c", shared="c"}')
    native = {"a": "A", "b": {"c": "C"}, "unknown": 1}
    read, write = lens._read, lens._write  # noqa: SLF001 - what is broken here, on purpose
    forgets = replace(lens, _write=lambda body, _held, at, found: write(body, {}, at, found))
    assert get_put(forgets, native) == ["written back, /unknown differs"]
    assert homeless_survive(forgets, {"a": "B"}, native) == ["/unknown has no home, and did not survive"]
    cuts = replace(lens, _write=lambda body, held, at, found: write({**body, "a": body["a"][:1]}, held, at, found))
    assert put_get(cuts, {"a": "AB", "c": "C"}) == ["written and read again, /a differs"]
    overlooks = replace(lens, _read=lambda held, at, _found: read(held, at, Found()))
    assert nothing_is_passed_over(overlooks, native) == ["/unknown is passed over"]
    assert nothing_is_passed_over(lens, native) == []
