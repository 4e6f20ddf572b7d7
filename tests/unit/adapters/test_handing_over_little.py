"""Shared records that say as little as they may, handed over to every system and read back."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson
import pytest

from adapters.client.trying import Remark, hand_over
from hub.domain.canonical import Json, canonical
from hub.spec.lens.rest import complete
from tests.builders.native_releases import released
from tests.builders.valid_bodies import examples, is_valid, registry
from tests.builders.variations import changed, places, without
from tests.unit.adapters.test_echo_of_the_field import HANDED, NUMBER, SYSTEMS

_TRIED = 20


def least(record_type: str, body: Json) -> Json:
    """A record without anything that it would be valid without."""
    while True:
        smaller = (without(body, place) for place, _ in places(body))
        found = next((each for each in smaller if is_valid(record_type, each)), None)
        if found is None:
            return body
        body = found


def little(record_type: str) -> Iterator[Json]:
    """The least records, and others of which one thing is absent or null."""
    yield from (least(record_type, body) for body in examples(record_type))
    fewer = [
        each
        for body in examples(record_type)
        for place, _ in places(body)
        for each in (without(body, place), changed(body, place, None))
    ]
    random = Random(record_type)  # noqa: S311 - cases for a test
    yield from [each for each in random.sample(fewer, min(_TRIED, len(fewer))) if is_valid(record_type, each)]


@pytest.mark.parametrize(("name", "record_type"), HANDED)
def test_what_is_absent_is_absent_natively_and_nothing_is_made_up(name: str, record_type: str) -> None:
    system, taken = SYSTEMS[name], 0
    for body in little(record_type):
        key = registry().newest(record_type).key("another", body)
        handing = system.hand_over(released(1, deepcopy(body), record_type, key, local_ids=(NUMBER[name],)), None)
        if handing.faults:
            continue
        again = complete(system.read_back(record_type, deepcopy(handing.native)), deepcopy(handing.rest))
        assert canonical(again) == canonical(body)
        taken += 1
    assert taken


@pytest.mark.parametrize(("name", "record_type"), HANDED)
def test_the_least_record_of_a_file_is_tried_without_a_hub(name: str, record_type: str, tmp_path: Path) -> None:
    file = tmp_path / "least.ndjson"
    bodies = [least(record_type, body) for body in examples(record_type)]
    envelope = {"specversion": "1.0", "source": "another", "type": f"{record_type}.submitted", "subject": NUMBER[name]}
    file.write_bytes(b"\n".join(orjson.dumps({**envelope, "data": body}) for body in bodies))
    given = [*hand_over(system := SYSTEMS[name], registry(), file, lambda: datetime(2026, 3, 1, tzinfo=UTC))]
    assert system.name == name
    assert [each for each in given if isinstance(each, Remark)] == []
    assert len(given) == len(bodies)
