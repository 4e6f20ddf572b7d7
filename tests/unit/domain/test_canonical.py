"""What the hub writes is RFC 8785, byte for byte; what has no such form is refused where it enters."""

import hashlib
import json
from copy import deepcopy

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.canonical import DEEPEST, Json, canonical, digest, holds_more_than, marks, normalise, parse
from hub.domain.errors import Reason, Rejected

TEXTS = st.text(max_size=20)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
NUMBERS = st.integers(-(2**60), 2**60) | st.floats()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def has_canonical_form(value: Json) -> bool:
    if isinstance(value, dict):
        return all(has_canonical_form(item) for item in value.values())
    if isinstance(value, list):
        return all(has_canonical_form(item) for item in value)
    if isinstance(value, int | float):
        return value == 0 or (abs(value) <= 2**53 - 1 and (abs(value) >= 1e-5))
    return True


@given(VALUES)
@example({"b": [-0.0, 0.0, 50.0, 1e15], "a": {"\x7f": '\x00\x1f\x7f\u2028é😀\\"/'}})
@example([0.1, 1e-5, 123456789012345.6, 4.35, -2.5e-05, 2**53 - 1])
def test_what_is_taken_is_written_as_rfc_8785_has_it(value: Json) -> None:
    if has_canonical_form(value):
        assert canonical(normalise(deepcopy(value))) == rfc8785.dumps(value)
    else:
        with pytest.raises(Rejected):
            normalise(value)


@given(VALUES.filter(has_canonical_form))
def test_reading_what_was_written_gives_it_again(value: Json) -> None:
    written = rfc8785.dumps(value)

    assert canonical(parse(written)) == written


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (1e16, "number"),
        (2**53, "number"),
        (-(2**53), "number"),
        (9007199254740992.0, "number"),
        (2**64 - 1, "number"),
        (1e-6, "number"),
        (9.99e-6, "number"),
        (5e-324, "number"),
        (float("nan"), "number"),
        (float("inf"), "number"),
        (float("-inf"), "number"),
    ],
)
def test_a_number_that_readers_differ_on_is_refused_with_its_place(number: float, rule: str) -> None:
    with pytest.raises(Rejected) as caught:
        normalise({"a/b~c": [0, {"score": number}]})

    assert caught.value.reason is Reason.INVALID_BODY
    assert [(fault.path, fault.rule) for fault in caught.value.faults] == [("/a~1b~0c/1/score", rule)]
    assert str(number) not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"), [("50.0", "50"), ("-0.0", "0"), ("1e3", "1000"), ("0.00001", "0.00001"), ("1.50", "1.5")]
)
def test_a_number_has_one_written_form(given: str, kept: str) -> None:
    assert canonical(parse(given.encode())) == kept.encode()


def test_a_property_name_beyond_ascii_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        parse('{"names": {"prénom": "x"}}'.encode())

    assert [(fault.path, fault.rule) for fault in caught.value.faults] == [("/names", "key")]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("levels", [DEEPEST + 1, 300, 1_000, 100_000])
def test_nesting_without_end_is_refused_and_breaks_nothing(opening: str, levels: int) -> None:
    closing = "]" if opening == "[" else "}"

    with pytest.raises(Rejected) as caught:
        parse((opening * levels + "1" + closing * levels).encode())

    assert caught.value.reason in {Reason.INVALID_BODY, Reason.BAD_JSON}


def test_nesting_as_deep_as_allowed_is_kept() -> None:
    nested = ("[" * DEEPEST + "]" * DEEPEST).encode()

    assert canonical(parse(nested)) == nested


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"NaN",
        b"-Infinity",
        b"1e400",
        b'{"a":1,}',
        b"'a'",
        b"\xff",
        b'"\xc3"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
    ],
)
def test_what_is_not_json_in_utf8_is_refused_without_repeating_it(raw: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        parse(raw)

    assert caught.value.reason is Reason.BAD_JSON
    assert caught.value.detail.startswith("not JSON at line 1, column ")


@pytest.mark.parametrize("text", [b"\xff{}", b"\xef\xbb\xbf{}", '{"a": 1}'.encode("utf-16")])
def test_where_it_is_the_encoding_that_is_wrong_it_says_so(text: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        parse(text)

    assert caught.value.detail.endswith(": not UTF-8, or with a byte order mark")


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b'{"level":"high","level":"low"}', ""),
        (b'{"level" : "high", "level"\n:"low"}', ""),
        (b'{"level":"high","a":"\\u0022:","level":"low","b" :1}', ""),
        (b'{"level":"high","a":"\\"\\u003a","level":"low"}', ""),
        (b'{"level":"high","\\u006cevel":"low"}', ""),
        (b'{"a/b":[{"c":1},{"c":1,"c":{"d":2}}]}', "/a~1b/1"),
        (b'{"a":' + b"[" * 1_000 + b"]" * 1_000 + b',"a":1}', ""),
        (b'{"a":' + b"9" * 300 + b',"a":1,"b" :1}', ""),
    ],
)
def test_a_name_that_an_object_gives_twice_is_refused_with_the_place_of_the_object(raw: bytes, path: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse(raw)

    assert caught.value.reason is Reason.INVALID_BODY
    assert [(fault.path, fault.rule) for fault in caught.value.faults] == [(path, "unique-names")]


@given(VALUES.filter(has_canonical_form), st.sampled_from([(",", ":"), (", ", ": "), (",\n", "\t: ")]), st.booleans())
@example({"a": 'said ":', "b": ['" :', {"a": "\u0022\u003a"}]}, (",", ":"), True)
def test_what_gives_each_name_once_is_taken_however_it_is_written(
    value: Json, separators: tuple[str, str], ascii_only: bool
) -> None:
    written = json.dumps(value, separators=separators, ensure_ascii=ascii_only).encode()

    assert canonical(parse(written)) == canonical(normalise(value))


@given(
    st.dictionaries(KEYS, VALUES.filter(has_canonical_form), min_size=1, max_size=4),
    st.sampled_from([(",", ":"), (", ", ": "), (",", " :")]),
    st.data(),
)
def test_a_name_given_twice_is_found_wherever_it_stands(
    value: dict[str, Json], separators: tuple[str, str], data: st.DataObject
) -> None:
    pairs = [json.dumps({name: inner}, separators=separators)[1:-1] for name, inner in value.items()]
    again = data.draw(st.sampled_from(pairs))
    at = data.draw(st.integers(0, len(pairs)))

    with pytest.raises(Rejected):
        parse(("[{" + separators[0].join([*pairs[:at], again, *pairs[at:]]) + "}]").encode())


def test_a_digest_is_sha256_of_the_canonical_form() -> None:
    value = {"b": [1, None], "a": "é"}

    assert digest(value) == hashlib.sha256('{"a":"é","b":[1,null]}'.encode()).hexdigest()
    assert digest(orjson.loads(b'{"b":[1,null],"a":"\\u00e9"}')) == digest(value)


@pytest.mark.parametrize("value", [b"[]", b"{}", b"1", b"[[[[1]]]]", b'{"":1}'])
def test_a_document_of_so_many_values_that_others_would_wait_is_not_read(
    value: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orjson, "loads", lambda _: pytest.fail("it is read"))
    with pytest.raises(Rejected) as refusal:
        parse(b"[" + b",".join([value] * (1_048_576 // (len(value) + 1))) + b"]")

    assert refusal.value.reason is Reason.TOO_LARGE


def test_a_full_document_of_small_records_is_read() -> None:
    record = {"subject": "X100001", "data": {"identifiers": [{"scheme": "pnc", "value": "81/34U"}] * 50}}
    raw = orjson.dumps([record] * 600)

    assert len(raw) > 1_000_000
    assert parse(raw) == [record] * 600


@given(st.recursive(st.integers(0, 9) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_marks_are_at_least_as_many_as_values_and_counting_stops_in_time(value: Json) -> None:
    def inside(outer: Json) -> int:
        held = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
        return len(held) + sum(inside(each) for each in held)

    if isinstance(value, dict | list):
        assert marks(orjson.dumps(value)) >= inside(value)
        assert not holds_more_than(inside(value), value)
        assert inside(value) == 0 or holds_more_than(inside(value) - 1, value)
