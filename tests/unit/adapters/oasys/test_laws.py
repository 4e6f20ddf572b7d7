"""The laws of every table of OASys, on native objects as dirty as real ones; and the same of whole documents."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.client.running.parts import PartsInMemory
from adapters.oasys import oasys
from adapters.oasys.tables import ORDER, Table
from hub.domain.canonical import Json, canonical
from hub.spec.lens.laws import get_put, homeless_survive, put_get
from hub.spec.lens.rest import complete
from hub.spec.registry import schemas_folder
from tests.builders.lens import body_of, native_of
from tests.builders.oasys import EXAMPLES, delivery, document, header, payload
from tests.builders.valid_bodies import is_valid

SYSTEM = oasys(schemas_folder())
TABLES = SYSTEM.inbound.assembling.tables
SEEDS = range(25)


def dirty_fields(random: Random, wrong: float) -> dict[str, Json]:
    """Fields of one assessment, of a few of its tables together."""
    fields: dict[str, Json] = {}
    for table in random.sample(TABLES.all, random.randrange(1, 6)):
        fields |= native_of(table.lens, random, wrong)
    for name in ("assessmentPk", "timeline", *TABLES.all[0].fields):
        fields.pop(name, None)
    return fields


@pytest.mark.parametrize("table", TABLES.all, ids=ORDER)
def test_a_table_keeps_the_laws(table: Table) -> None:
    refused = Counter[str]()
    for seed in SEEDS:
        random = Random(seed)  # noqa: S311 - cases for a test
        native = native_of(table.lens, random, 0.002)
        body, onto = body_of(table.lens, random, 0.002), native_of(table.lens, random, 0)
        assert get_put(table.lens, native) == []
        refused["read"] += bool(table.lens.read(native).faults)
        if not table.lens.read(onto).faults:
            assert put_get(table.lens, body, onto) == []
            assert homeless_survive(table.lens, body, onto) == []
        assert put_get(table.lens, body) == []
        refused["written"] += bool(table.lens.write(body).faults)
    assert refused["read"] <= 0.4 * len(SEEDS)
    assert refused["written"] <= 0.6 * len(SEEDS)


def test_every_field_is_owned_by_one_table_and_every_table_is_loaded() -> None:
    there = {path.stem for path in EXAMPLES[0].parents[1].glob("*.toml")}
    assert {table.name for table in TABLES.all} == set(ORDER) == there - {"spellings", "questions"}
    assert set(TABLES.owners.values()) <= set(ORDER)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_arrives_is_said_validly_or_reported_and_nothing_raises(seed: int) -> None:
    random, parts = Random(seed), PartsInMemory()  # noqa: S311 - cases for a test
    for _ in range(4):
        given_fields = dirty_fields(random, 0.02)
        taken = SYSTEM.take(payload(document(header(random.randrange(1, 3)) | given_fields)), parts)
        assert all(is_valid("assessment", said.body) for said in taken.said)


def test_most_dirty_documents_are_taken_and_written_back() -> None:
    """Of 200 documents of random answers and scores two in five contradict nothing; what is said is handed over."""
    counted = Counter[str]()
    for seed in range(200):
        random = Random(seed)  # noqa: S311 - cases for a test
        taken = SYSTEM.take(payload(document(header() | dirty_fields(random, 0.001))), PartsInMemory())
        counted["whole"] += not taken.refused
        for said in taken.said:
            handing = SYSTEM.hand_over(delivery(said.body), None)
            counted["handed"] += not handing.faults
            if not handing.faults:
                again = complete(SYSTEM.read_back("assessment", handing.native), handing.rest)
                assert canonical(again) == canonical(said.body)
    assert counted["whole"] >= 80
    assert counted["handed"] >= 150


_NAMES = st.sampled_from(
    sorted(
        {"assessments", "Message", "eventType", "answers", "question", "answer", "objectives", "x/~"}
        | {"sections", "assessmentPk", "crn", "inputs", "status", *TABLES.owners}
    )
)
_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 99)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "3.4", "Low", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(
    documents=st.lists(_ANYTHING | st.fixed_dictionaries({"assessments": st.lists(_ANYTHING, max_size=2)}), max_size=3)
)
def test_nothing_raises_whatever_the_document(documents: list[Json]) -> None:
    parts = PartsInMemory()
    for each in documents:
        taken = SYSTEM.take(payload(each), parts)
        assert all(is_valid("assessment", said.body) for said in taken.said)
        assert taken.said or taken.refused or taken.waiting or taken.notices
