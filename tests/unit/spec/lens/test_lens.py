from pathlib import Path

import pytest

from hub.domain.canonical import Json
from hub.spec.lens.lens import load_lens
from hub.spec.lens.reading import Homeless, Unlisted
from tests.builders.lens_tables import LISTS, PERSON, lens_of, small


def test_a_lens_is_loaded_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "person.toml"
    file.write_text(PERSON)
    lens = load_lens(file, LISTS)
    assert (lens.system, lens.record_type, lens.version) == ("ward", "offender", "1.0.0")


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_what_a_blank_says_is_said_field_by_field(blank: Json) -> None:
    lens = small('{native="a", shared="a"}, {native="b", shared="b", blank="none"}')
    assert lens.read({"a": blank, "b": blank}).body == {"b": None}
    assert lens.read({}).body == {}
    refused = small('{native="a", shared="a", blank="refused"}').read({"a": blank})
    assert [(fault.path, fault.rule) for fault in refused.faults] == [("/a", "blank")]


def test_silence_is_written_as_the_blank_that_stands_there_or_leaves_the_column_out() -> None:
    lens = small('{native="a", shared="a"}, {native="b", shared="b", blank="none"}')
    assert lens.write({}, {}).native == {}
    assert lens.write({}, {"a": " ", "b": "x"}).native == {"a": " "}
    assert lens.write({}, {"a": "x", "b": ""}).native == {"a": None}
    assert lens.write({"b": None}, {"b": "x"}).native == {"b": None}


def test_null_that_a_blank_cannot_say_is_carried() -> None:
    writing = small('{native="a", shared="a"}').write({"a": None}, {"a": "x"})
    assert (writing.native, writing.carried, writing.faults) == ({"a": None}, ("/a",), ())


def test_a_required_field_is_missed_by_its_path() -> None:
    lens = small('{native="ids/crn", shared="crn", required=true}')
    natives: list[Json] = [{}, {"ids": {}}, {"ids": {"crn": " "}}]
    for native in natives:
        assert [(fault.path, fault.rule) for fault in lens.read(native).faults] == [("/ids/crn", "required")]
    assert [(fault.path, fault.rule) for fault in lens.write({}).faults] == [("/crn", "required")]


def test_a_code_keeps_its_native_spelling_until_it_changes() -> None:
    lens = small('{native="c", shared="c", codes="colours", label="words"}')
    held = {"c": "crimson", "words": "deep red"}
    assert lens.read(held).body == {"c": "red"}
    assert lens.write({"c": "red"}, held).native == held
    assert lens.write({"c": "green"}, held).native == {"c": "G", "words": "Green"}
    assert lens.write({}, held).native == {"c": None}
    assert lens.write({"c": "red"}).native == {"c": "R", "words": "Red"}


def test_an_unlisted_code_of_an_open_list_is_kept_raw_and_reported() -> None:
    lens = small('{native="c", shared="c", codes="colours"}')
    reading = lens.read({"c": "ZZ9"})
    assert reading.body == {"c": "ward:ZZ9"}
    assert reading.unlisted == (Unlisted("/c", "colours", "ZZ9"),)
    assert lens.write({"c": "ward:ZZ9"}).native == {"c": "ZZ9"}


def test_a_code_that_an_open_list_cannot_say_natively_is_carried() -> None:
    lens = small('{native="c", shared="c", codes="colours"}')
    for code in ("grey", "other:R", "ward:R"):
        writing = lens.write({"c": code}, {"c": "R"})
        assert (writing.native, writing.carried) == ({"c": None}, ("/c",))


def test_an_unlisted_code_of_a_closed_list_is_refused() -> None:
    lens = small('{native="c", shared="c", codes="levels"}')
    assert [(fault.path, fault.rule) for fault in lens.read({"c": "ZZ9"}).faults] == [("/c", "code")]
    assert [(fault.path, fault.rule) for fault in lens.write({"c": "unheard"}).faults] == [("/c", "code")]


def test_the_codes_may_be_another_systems() -> None:
    assert small('{native="c", shared="c", codes="colours", from="other"}').read({"c": "R"}).body == {"c": "red"}


@pytest.mark.parametrize(
    ("how", "native", "shared"),
    [
        ('as="text"', "  kept ", "  kept "),
        ('as="token"', "  X1 ", "X1"),
        ('as="integer"', -2, -2),
        ('as="integer", scale=7', 3, 21),
        ('as="digits"', "007", 7),
        ('as="numeral"', 490001467, "490001467"),
        ('as="number"', 1.5, 1.5),
        ('as="flag"', False, False),
        ('as="flag", yes=["Y", 1], no=["N", 0]', 1, True),
        ('as="date"', "1965-07-19", "1965-07-19"),
        ('as="date"', "19650719", "1965-07-19"),
        ('as="date"', "1965-07-19T00:00:00", "1965-07-19"),
        ('as="date", format="%d/%m/%Y"', "19/07/1965", "1965-07-19"),
        ('as="datetime"', "2024-07-01T10:00:00", "2024-07-01T10:00:00+01:00"),
        ('as="datetime"', "2024-12-01T10:00:00Z", "2024-12-01T10:00:00+00:00"),
        ('as="datetime", format="%d/%m/%Y %H:%M"', "01/12/2024 10:00", "2024-12-01T10:00:00+00:00"),
        ('table={ "Yes"="sound", "No"="poor" }', "No", "poor"),
        ('table={ 1="sound" }', 1, "sound"),
        ('split=", "', "a, b", ["a", "b"]),
    ],
)
def test_a_value_is_read_as_the_table_says_and_left_as_it_is_spelled(how: str, native: Json, shared: Json) -> None:
    lens = small(f'{{native="n", shared="s", {how}}}', 'zone="Europe/London"')
    reading = lens.read({"n": native})
    assert (reading.body, reading.faults) == ({"s": shared}, ())
    assert lens.write({"s": shared}, {"n": native}).native == {"n": native}
    assert lens.read(lens.write({"s": shared}).native).body == {"s": shared}


@pytest.mark.parametrize(
    ("how", "native", "rule"),
    [
        ("", 5, "type"),
        ("", {}, "type"),
        ('as="integer"', "5", "type"),
        ('as="integer"', True, "type"),
        ('as="integer"', 2**60, "number"),
        ('as="digits"', "5a", "digits"),
        ('as="digits"', "٣", "digits"),
        ('as="number"', 1e-9, "number"),
        ('as="flag"', "Yes", "flag"),
        ('as="flag"', 1, "flag"),
        ('as="date"', "2023-02-29", "date"),
        ('as="date"', "0001-01-01", "date"),
        ('as="date", format="%d/%m/%Y"', "2023-02-01", "date"),
        ('as="datetime"', "2024-03-31T01:30:00", "local-time"),
        ('as="datetime"', "2024-03-31", "datetime"),
        ('codes="colours"', [], "type"),
        ('split=", "', 5, "type"),
    ],
)
def test_what_cannot_be_read_is_refused_by_path_and_rule(how: str, native: Json, rule: str) -> None:
    reading = small(f'{{native="in/n", shared="s", {how}}}'.replace(", }", "}"), 'zone="Europe/London"').read(
        {"in": {"n": native}}
    )
    assert [(fault.path, fault.rule) for fault in reading.faults] == [("/in/n", rule)]


def test_a_local_time_that_comes_twice_is_the_first_and_is_noticed() -> None:
    lens = small('{native="n", shared="s", as="datetime"}', 'zone="Europe/London"')
    reading = lens.read({"n": "2024-10-27T01:30:00"})
    assert reading.body == {"s": "2024-10-27T01:30:00+01:00"}
    assert [(notice.path, notice.rule) for notice in reading.notices] == [("/n", "local-time")]
    assert [fault.rule for fault in lens.write({"s": "2024-10-27T01:30:00+00:00"}).faults] == ["exact"]


def test_a_local_time_without_a_zone_is_refused() -> None:
    lens = small('{native="n", shared="s", as="datetime"}')
    assert [fault.rule for fault in lens.read({"n": "2024-10-27T01:30:00"}).faults] == ["offset"]


def test_the_same_instant_is_no_change() -> None:
    lens = small('{native="n", shared="s", as="datetime"}', 'zone="Europe/London"')
    assert lens.write({"s": "2024-07-01T09:00:00Z"}, {"n": "2024-07-01T10:00"}).native == {"n": "2024-07-01T10:00"}


def test_a_day_that_replaces_a_time_is_written_as_a_time() -> None:
    lens = small('{native="n", shared="s", as="date"}')
    assert lens.write({"s": "2024-07-02"}, {"n": "2024-07-01T10:00:00"}).native == {"n": "2024-07-02T00:00:00"}
    assert lens.write({"s": "2024-07-02"}, {"n": "2024-07-01"}).native == {"n": "2024-07-02"}


def test_text_longer_than_the_column_is_refused_and_never_cut() -> None:
    lens = small('{native="n", shared="s", max=3}, {native=["a", "b"], shared="t", max=3}')
    assert [(fault.path, fault.rule) for fault in lens.write({"s": "four", "t": ["four"]}).faults] == [
        ("/s", "too-long"),
        ("/t", "too-long"),
    ]
    assert lens.write({"s": "four"}, {"n": "four"}).faults == ()


def test_columns_are_gathered_without_the_blank_ones() -> None:
    lens = small('{native=["a", "b", "more/*"], shared="all"}')
    assert lens.read({"a": "A", "b": " ", "more": ["", "C"]}).body == {"all": ["A", "C"]}
    assert lens.write({"all": ["A", "B", "C", "D"]}).native == {"a": "A", "b": "B", "more": ["C", "D"]}
    assert lens.write({"all": ["A"]}, {"a": "X", "b": "Y", "more": ["Z"]}).native == {"a": "A", "b": None, "more": []}


def test_more_values_than_columns_are_refused() -> None:
    lens = small('{native=["a", "b"], shared="all"}')
    assert [(fault.path, fault.rule) for fault in lens.write({"all": ["A", "B", "C"]}).faults] == [("/all", "too-many")]


def test_the_last_column_may_hold_the_rest_split() -> None:
    lens = small('{native=["first", "others"], shared="all", split=" "}')
    assert lens.read({"first": "Jo Ann", "others": "Ruth Mae"}).body == {"all": ["Jo Ann", "Ruth", "Mae"]}
    assert lens.write({"all": ["Jo", "Ruth", "Mae"]}).native == {"first": "Jo", "others": "Ruth Mae"}
    assert [fault.rule for fault in lens.write({"all": ["Jo", "Ruth Mae"]}).faults] == ["exact"]


def test_joined_columns_are_written_only_when_nothing_changed_or_into_the_first() -> None:
    lens = small('{native=["a", "b"], shared="t", join=" "}')
    assert lens.read({"a": "A", "b": "B"}).body == {"t": "A B"}
    assert lens.write({"t": "A B"}, {"a": "A", "b": "B"}).native == {"a": "A", "b": "B"}
    assert [fault.rule for fault in lens.write({"t": "C"}, {"a": "A", "b": "B"}).faults] == ["joined"]
    into = small('{native=["a", "b"], shared="t", join=" ", into="first"}')
    assert into.write({"t": "C D"}, {"a": "A", "b": "B"}).native == {"a": "C D", "b": None}


def test_an_element_is_found_by_its_key_and_made_with_it_on_both_sides() -> None:
    lens = small('{native="facts[type=7]/is", shared="sections[number=3]/is"}')
    native = {"facts": [{"type": "1", "is": "other"}, {"type": 7, "is": "this", "id": 9}]}
    assert lens.read(native).body == {"sections": [{"number": 3, "is": "this"}]}
    changed = lens.write({"sections": [{"number": 3, "is": "new"}]}, native).native
    assert changed == {"facts": [{"type": "1", "is": "other"}, {"type": 7, "is": "new", "id": 9}]}
    assert lens.write({"sections": [{"number": 3, "is": "new"}]}).native == {"facts": [{"type": 7, "is": "new"}]}
    quoted = small("""{native="facts[type='7']/is", shared="s"}""")
    assert quoted.write({"s": "x"}).native == {"facts": [{"type": "7", "is": "x"}]}


def test_a_second_reading_must_agree_with_what_was_written() -> None:
    lens = small(
        '{native="l", shared="level", codes="levels"}, {native="l", shared="high", table={H=true, L=false}, also=true}'
    )
    assert lens.read({"l": "H"}).body == {"level": "high", "high": True}
    assert lens.write({"level": "high", "high": True}).native == {"l": "H"}
    assert [(fault.path, fault.rule) for fault in lens.write({"level": "high", "high": False}).faults] == [
        ("/high", "also")
    ]


def test_every_value_without_a_home_is_named_and_blanks_are_not() -> None:
    lens = small('{native="a/b", shared="b"}, {native="a", none="theirs"}, {native="c", none="a display"}')
    native = {"a": {"b": "x", "d": [{"e": 1}]}, "c": 0, "x/y": {"z": False}, "q": None, "r": {"s": [" "]}}
    assert lens.read(native).homeless == (
        Homeless("/c", "a display"),
        Homeless("/x~1y", None),
        Homeless("/a/d", "theirs"),
    )


ADDRESSES = """
[[lists]]
native = "homes"
shared = "addresses"
key = ["from"]
fields = [{native="from", shared="from", as="date"}, {native="town", shared="town"}, {native="id", none="row"}]
"""


def test_elements_are_found_by_key_and_follow_the_order_of_the_shared_list() -> None:
    lens = small('{native="x", shared="x"}', lists=ADDRESSES)
    native = {"homes": [{"id": 1, "from": "2001-01-01", "town": "A"}, {"id": 2, "from": "2002-01-01", "town": "B"}]}
    one, two = lens.read(native).body["addresses"]
    body = {"addresses": [{**two, "town": "C"}, {"from": "2003-01-01"}, one]}
    assert lens.write(body, native).native == {
        "homes": [
            {"id": 2, "from": "2002-01-01", "town": "C"},
            {"from": "2003-01-01"},
            {"id": 1, "from": "2001-01-01", "town": "A"},
        ]
    }


def test_an_item_with_properties_of_others_is_still_the_element_it_was() -> None:
    lens = small('{native="x", shared="x"}', lists=ADDRESSES.replace('key = ["from"]', ""))
    native = {"homes": [{"id": 1, "from": "20010101"}]}
    assert lens.write({"addresses": [{"from": "2001-01-01", "county": "Kent"}]}, native).native == native


def test_an_empty_list_is_not_a_missing_one() -> None:
    lens = small('{native="x", shared="x"}', lists=ADDRESSES)
    assert lens.read({"homes": []}).body == {"addresses": []}
    assert lens.read({"homes": None}).body == {}
    assert lens.write({"addresses": []}, {"homes": [{"from": "2001-01-01"}]}).native == {"homes": []}
    assert lens.write({}, {"homes": [{"from": "2001-01-01"}]}).native == {"homes": None}


def test_a_list_takes_what_no_other_row_claims() -> None:
    lens = lens_of(PERSON)
    native = {
        "surname": "Marsh",
        "ids": {"crn": "X1"},
        "otherIds": [{"type": "crn", "value": "X2"}, {"type": "cro", "value": "C"}],
    }
    reading = lens.read(native)
    assert reading.body["identifiers"] == [{"scheme": "crn", "value": "X1"}, {"scheme": "cro", "value": "C"}]
    assert [each.path for each in reading.homeless] == ["/otherIds/0"]
    body = {**reading.body, "identifiers": [{"scheme": "cro", "value": "D"}, {"scheme": "crn", "value": "X3"}]}
    writing = lens.write(body, native)
    assert writing.native["ids"] == {"crn": "X3"}
    assert writing.native["otherIds"] == [{"type": "crn", "value": "X2"}, {"type": "cro", "value": "D"}]


def test_writing_does_not_change_what_it_is_given() -> None:
    lens = small('{native="a/b", shared="b"}', lists=ADDRESSES)
    native = {"a": {"b": "x"}, "homes": [{"from": "2001-01-01", "town": "A"}]}
    lens.write({"b": "y", "addresses": [{"from": "2001-01-01", "town": "B"}]}, native)
    assert native == {"a": {"b": "x"}, "homes": [{"from": "2001-01-01", "town": "A"}]}


@pytest.mark.parametrize("native", [None, [], 5, {"homes": [5]}, {"homes": {}}, {"homes": "x"}])
def test_a_wrong_type_is_a_fault(native: Json) -> None:
    assert [fault.rule for fault in small('{native="x", shared="x"}', lists=ADDRESSES).read(native).faults] == ["type"]


@pytest.mark.parametrize("keys", ["", "[kind=a]"])
def test_a_null_among_objects_says_nothing_is_noticed_and_stays(keys: str) -> None:
    lists = f'[[lists]]\nnative = "all{keys}"\nshared = "all"\nfields = [{{ native = "b", shared = "c" }}]'
    lens = small('{native="a", shared="a"}', lists=lists)
    native = {"all": [None, {"kind": "a", "b": "B"}, None]}
    reading = lens.read(native)
    assert (reading.body, reading.faults) == ({"all": [{"c": "B"}]}, ())
    assert [(each.path, each.rule) for each in reading.notices] == [("/all/0", "null"), ("/all/2", "null")]
    written = lens.write({"all": [{"c": "new"}]}, onto=native)
    assert lens.read(written.native).body == {"all": [{"c": "new"}]}
    assert lens.write({"all": [{"c": "B"}]}, onto=native).native == native


def test_elements_that_say_nothing_stay_and_an_item_that_cannot_be_said_is_carried() -> None:
    lens = small(
        '{native="x", shared="x"}', lists='[[lists]]\nnative="l"\nshared="m"\nfields=[{native="a", shared=""}]'
    )
    native = {"l": [{"a": "A"}, {"id": 1}]}
    assert lens.read(native).body == {"m": ["A"]}
    writing = lens.write({"m": [None]}, native)
    assert (writing.native, writing.carried, writing.faults) == ({"l": [{"id": 1}]}, ("/m/0", "/m"), ())


def test_the_order_of_properties_in_an_item_does_not_matter() -> None:
    lens = small('{native="x", shared="x"}', lists=ADDRESSES.replace('key = ["from"]', ""))
    native = {"homes": [{"id": 1, "from": "2001-01-01", "town": "A"}, {"id": 2, "from": "2002-01-01", "town": "B"}]}
    body = {"addresses": [{"town": "B", "from": "2002-01-01"}, {"town": "A", "from": "2001-01-01"}]}
    assert lens.write(body, native).native == {"homes": [native["homes"][1], native["homes"][0]]}


def test_a_list_without_a_home_covers_all_in_it_that_no_other_row_takes() -> None:
    lens = small('{native="a/l[k=1]/b", shared="b"}, {native="a", none="theirs"}')
    native = {"a": {"l": [{"k": 1, "b": "B", "c": "C"}, {"k": 2}], "d": 1}}
    assert {each.because for each in lens.read(native).homeless} == {"theirs"}
    assert {each.path for each in lens.read(native).homeless} == {"/a/l/0/c", "/a/l/1", "/a/d"}


def test_a_local_time_of_an_odd_old_offset_is_refused() -> None:
    lens = small('{native="n", shared="s", as="datetime"}', 'zone="Europe/Amsterdam"')
    assert [fault.rule for fault in lens.read({"n": "1930-01-01T10:00:00"}).faults] == ["datetime"]


@pytest.mark.parametrize("lists", ["", '[[lists]]\nnative="l"\nshared="facts"\nfields=[{native="b", shared="b"}]'])
def test_what_should_be_a_list_of_a_body_is_refused_once_and_null_is_carried(lists: str) -> None:
    lens = small('{native="a", shared="facts[k=1]/a"}', lists=lists)
    assert [(fault.path, fault.rule) for fault in lens.write({"facts": {}}).faults] == [("/facts", "type")]
    writing = lens.write({"facts": None})
    assert (writing.native, writing.carried, writing.faults) == ({}, ("/facts",), ())
