"""Whatever is made of one field of a payload, what is refused for it is refused at that field, by its native name.

HUB_REFUSALS says how many fields are tried of each system; all of them take a minute.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from hub.domain.canonical import Json, parse
from tests.builders.variations import Place, changed, pointer
from tests.unit.adapters.test_echo_of_the_field import SYSTEMS
from tests.unit.adapters.test_variations_of_the_field import files, take

TRIED = int(os.environ.get("HUB_REFUSALS", "70"))
WRONG: dict[str, Json] = {"too long": "x" * 30_000, "an object": {"an": "object"}, "a number": 2**63}
ELSEWHERE = {
    "/alertType": "/alertCode",  # only both together name a concern
    "/directionCode": "/movementType",  # nor is a movement of a known kind without either
    "/movementDate": "/movementTime",  # both are one time
    "/Message": "",  # what is no text of JSON is taken for a payload itself, of no kind that is known
    "/detailUrl": "/eventType",  # an event that neither says anything nor where to ask is of no kind that is known
}
"""The last name of the field that was made wrong -> what is told to be wrong then."""


def _fields(name: str) -> Iterator[tuple[Json, Place]]:
    """Fields of all payloads that say something, evenly of every file, each with its document."""
    sources = [document for file in files(name) if take(SYSTEMS[name], document := _short(file.read_bytes())).said]
    for number, document in enumerate(sources):
        leaves = [place for place, value in _leaves(document) if value not in (None, {}, [])]
        random = Random(f"{name} {number}")  # noqa: S311 - cases for a test
        yield from ((document, place) for place in random.sample(leaves, min(len(leaves), -(-TRIED // len(sources)))))


def _short(raw: bytes) -> Json:
    document = parse(raw)
    return document[:2] if isinstance(document, list) else document


def _refused(name: str, document: Json) -> set[tuple[str, str]]:
    return {(fault.path, fault.rule) for fault in take(SYSTEMS[name], document).refused}


def _is_elsewhere(place: str, path: str) -> bool:
    last = f"/{place.rpartition('/')[2]}"
    return last in ELSEWHERE and path == place.removesuffix(last) + ELSEWHERE[last]


def _leaves(value: Json, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    """All that holds nothing else, of every element of a list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for step, each in inner for leaf in _leaves(each, (*place, step))]
    yield from found or [(place, value)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_is_refused_for_one_field_is_refused_at_that_field(name: str) -> None:
    found: Counter[str] = Counter()
    for document, place in _fields(name):
        before, at = _refused(name, document), pointer(place)
        for what, wrong in WRONG.items():
            refused = {path for path, _ in _refused(name, changed(document, place, wrong)) - before}
            assert all(path == at or _is_elsewhere(at, path) for path in refused), (what, at, refused)
            found["refused" if refused else "taken"] += 1
    assert found["refused"] >= found["taken"] / 2


MADE = {
    "nomis": r"/identifiers/\d+/(scheme|value)|/direction",  # whose payload it is may be said by the way it came
    "delius": r"/(code|concern|label|reference|scheme|period/active|addresses/\d+/status|responsibleOfficers/\d+/role)",
    "oasys": r"/predictors/\d+/name|/sections/\d+/items/\d+/(number|part)",
}
"""What of a body no field says by itself: what names MAPPA, and what a selector of a table says."""


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_value_that_is_said_leads_to_a_field_that_says_it(name: str) -> None:
    for file in files(name):
        document = _short(file.read_bytes())
        fields = {pointer(place) for place, _ in _leaves(document)}
        for said in () if "Message" in document else take(SYSTEMS[name], document).said:
            for place, value in () if said.withdrawn else _leaves(said.body):
                at, origin = pointer(place), said.origin(pointer(place))
                is_nothing = value in (None, []) and origin is not None
                assert origin in fields or is_nothing or re.fullmatch(MADE[name], at), (file.name, at, origin)
