"""A null among the objects of a native list says nothing: the others are taken, nothing is refused, and it is noted."""

from collections.abc import Iterator

import pytest

from hub.domain.canonical import Json, parse
from tests.builders.variations import Place, changed, places, pointer
from tests.unit.adapters.test_echo_of_the_field import SYSTEMS
from tests.unit.adapters.test_variations_of_the_field import files, take


def _lists(document: Json) -> Iterator[tuple[Place, list[Json]]]:
    for place, value in [((), document), *places(document)]:
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield place, value


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_null_among_the_objects_of_a_list_says_nothing(name: str) -> None:
    noted = 0
    for file in files(name):
        document = parse(file.read_bytes())
        document = document[:2] if isinstance(document, list) else document
        alone = take(SYSTEMS[name], document)
        for place, value in _lists(document):
            taken = take(SYSTEMS[name], changed(document, place, [*value, None]))
            assert [each.body for each in taken.said] == [each.body for each in alone.said], (file.name, place)
            assert taken.refused == alone.refused, (file.name, place)
            at = f"{pointer(place)}/{len(value)}"
            assert {each.path for each in taken.notices} - {each.path for each in alone.notices} <= {at}
            noted += (at, "null") in {(each.path, each.rule) for each in taken.notices}
    assert noted >= 2
