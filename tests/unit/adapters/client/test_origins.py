"""A place of a body that was put together of several native objects leads to the one that says it."""

import pytest

from adapters.client.origins import Source, at_native_places, native_place, said_at
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from tests.builders.lens_tables import small

_IDS = '\n[[lists]]\nnative = "ids"\nshared = "identifiers"\nfields = [{ native = "v", shared = "value" }]'
LENS = small('{native="name", shared="surname"}, {native="born", shared="dateOfBirth"}', lists=_IDS)
FIRST: Json = {"name": "Marsh", "ids": [{"v": "A"}, {"v": "B"}]}
SECOND: Json = {"name": "Okafor", "ids": [{"v": "B"}, {"v": "C"}]}
BODY: Json = {
    "surname": "Okafor",
    "identifiers": [{"value": "own"}, {"value": "A"}, {"value": "B"}, {"value": "C"}, {"value": "told before"}],
}


def source(native: Json, at: str) -> Source:
    return Source(lambda: LENS.origins(native), lambda place: at + place)


SOURCES = [said_at({"identifiers": [{"value": "own"}]}, "/number"), source(FIRST, "/1"), source(SECOND, "/2")]


@pytest.mark.parametrize(
    ("place", "native"),
    [
        ("/surname", "/2/name"),
        ("/identifiers/0/value", "/number"),
        ("/identifiers/1/value", "/1/ids/0/v"),
        ("/identifiers/2/value", "/2/ids/0/v"),
        ("/identifiers/3", "/2/ids/1"),
        ("/identifiers/4/value", None),
        ("/identifiers/9/value", None),
        ("/dateOfBirth", "/2/born"),
        ("/dateOfBirth/unheardOf", "/2/born"),
        ("/identifiers/3/unheardOf", "/2/ids/1"),
        ("/unheardOf", "/2"),
        ("", "/2"),
    ],
)
def test_the_last_source_that_says_what_stands_there_counts(place: str, native: str | None) -> None:
    assert native_place(BODY, place, SOURCES) == native


def test_items_that_several_objects_describe_are_known_by_what_names_them() -> None:
    whole = {"identifiers": [{"value": "A", "kind": "old"}, {"value": "A", "kind": "new"}]}
    twice = [source({"ids": [{"v": "A"}, {"v": "A"}]}, "")]
    assert native_place(whole, "/identifiers/1/value", twice, {"identifiers": ("value",)}) == "/ids/1/v"
    assert native_place(whole, "/identifiers/1/value", twice) is None


def test_a_value_that_a_later_object_replaced_is_not_blamed_on_the_earlier() -> None:
    assert native_place({"surname": "Okafor"}, "/surname", [source(SECOND, "/2"), source(FIRST, "/1")]) == "/2/name"


def test_a_fault_in_what_was_told_before_says_so_and_stands_at_the_whole() -> None:
    faults = [Fault("/identifiers/4/value", "maxLength", "is long"), Fault("/surname", "maxLength", "is long")]
    assert list(at_native_places(faults, BODY, SOURCES, whole="/2")) == [
        Fault("/2", "maxLength", "does not fit what was told before: is long"),
        Fault("/2/name", "maxLength", "is long"),
    ]
