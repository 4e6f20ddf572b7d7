"""Whatever comes, nothing raises, nothing is said that the hub would refuse, and nothing is passed over in silence."""

import copy
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.client.native import Taken
from hub.domain.canonical import Json
from hub.spec.registry import Registry, schemas_folder
from tests.builders.lens import WRONG
from tests.unit.adapters.delius.conftest import Desk
from tests.unit.adapters.delius.test_outbound import SYSTEM

_FOLDER = schemas_folder().parent / "adapters/delius/examples"
_EXAMPLES = [orjson.loads(file.read_bytes()) for file in sorted(_FOLDER.glob("*.json"))]
_REGISTRY = Registry.load(schemas_folder())
_JUNK: tuple[Json, ...] = (None, "", " ", "x" * 40_000, "\x00", -1, 0, False, "{{crn}}", *WRONG)
_names = st.sampled_from(
    [
        *("crn", "otherIds", "name", "type", "code", "eventType", "registrations", "content", "hits", "matches"),
        *("Message", "offender", "registrationId", "mappa", "registerFlags", "surname", "offenderId", "crns"),
        *("additionalInformation", "personReference", "identifiers", "offenderManagers", "previousSurname"),
    ]
)
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=20,
)


def _places(document: Json, path: tuple[Json, ...] = ()) -> list[tuple[Json, ...]]:
    if not isinstance(document, dict | list):
        return [path]
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    return [path, *(place for name, value in inner for place in _places(value, (*path, name)))]


def _at(document: Json, path: tuple[Json, ...]) -> Json:
    for name in path:
        document = document[name]
    return document


def _spoilt(document: Json, random: Random, times: int) -> Json:
    """The document with some values replaced by what does not belong there, or taken away."""
    document = copy.deepcopy(document)
    for _ in range(times):
        path = random.choice(_places(document))
        place = _at(document, path[:-1])
        if path and isinstance(place, dict) and random.random() < 0.3:
            del place[path[-1]]
        elif path:
            place[path[-1]] = copy.deepcopy(random.choice(_JUNK))
    return document


def _must_hold(taken: Taken) -> None:
    for said in taken.said:
        spec = _REGISTRY.get(said.record_type, "1.0.0")
        (spec.check_withdrawal if said.withdrawn else spec.check)(said.body)
        assert said.local_id == said.local_id.strip() != ""


@settings(max_examples=300, deadline=None)
@given(random=st.randoms(use_true_random=True))
def test_spoilt_payloads_are_refused_by_field_or_taken_and_nothing_raises(random: Random) -> None:
    desk = Desk(SYSTEM)
    for _ in range(3):
        _must_hold(desk.take(_spoilt(random.choice(_EXAMPLES), random, random.randrange(1, 6))))


@settings(max_examples=200, deadline=None)
@given(document=_anything)
def test_so_is_any_other_json(document: Json) -> None:
    _must_hold(Desk(SYSTEM).take(document))


@pytest.mark.parametrize("document", _EXAMPLES, ids=lambda document: ",".join(list(document)[:3]))
def test_a_field_that_no_table_knows_is_named_wherever_it_stands(document: Json) -> None:
    marked = copy.deepcopy(document)
    places = [path for path in _places(document) if isinstance(_at(document, path), dict)]
    for path in places:
        _at(marked, path)["unheardOf"] = "a value"
    taken = Desk(SYSTEM).take(marked)
    if taken.refused and not taken.said:
        return
    homeless, refused = [each.path for each in taken.homeless], [fault.path for fault in taken.refused]
    for path in places:
        at = "".join(f"/{name}" for name in path)
        named = any(f"{at}/unheardOf" == each or at.startswith(each) for each in homeless)
        assert named or any(each.startswith(at) or at.startswith(each) for each in refused), at


@pytest.mark.parametrize("seed", range(40))
def test_what_is_told_of_a_payload_carries_no_value_of_it(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - cases for a test
    private = b"Ravenscroft-Hathersage"
    written = orjson.dumps(_spoilt(random.choice(_EXAMPLES), random, 3))
    for value in (b"Okafor", b"RHRH", b"X320741", b"2026-02-08"):
        written = written.replace(value, private)
    taken = Desk(SYSTEM).take(orjson.loads(written))
    assert private.decode() not in str([*taken.refused, *taken.homeless, *taken.notices, taken.waiting])
