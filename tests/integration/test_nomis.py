"""What the prison system's adapter says is taken by the hub, and a merge it tells joins the people it concerns."""

from datetime import timedelta
from itertools import count
from pathlib import Path

import orjson
import pytest

from adapters.client.native import Said
from adapters.client.running.parts import PartsInMemory
from adapters.nomis import Nomis, nomis
from hub.domain.outcome import Accepted
from hub.domain.submission import Submission
from hub.spec.registry import schemas_folder
from hub.store.tables import local_id
from tests.builders.hub import NOW, VERSION, Hub
from tests.builders.nomis import EXAMPLES, payload, published
from tests.builders.records import PROBATION, offender, said

_IDS = count(1)


@pytest.fixture(scope="module")
def system() -> Nomis:
    return nomis(schemas_folder())


def submission(each: Said) -> Submission:
    """As the adapter's process hands it over."""
    time = min(each.time, NOW)
    id_ = f"nomis-{next(_IDS)}"
    return Submission("prison", id_, each.record_type, VERSION, each.withdrawn, each.local_id, time, -1, each.body)


async def test_everything_the_adapter_says_of_any_payload_is_taken(hub: Hub, system: Nomis) -> None:
    parts, received = PartsInMemory(), NOW - timedelta(hours=1)
    submissions = [
        submission(each)
        for path in (*EXAMPLES, *published())
        for each in system.take(payload(_read(path), received=received), parts).said
    ]
    outcomes = await hub.share(*submissions)

    assert len(submissions) > 20
    assert [type(each) for each in outcomes] == [Accepted] * len(submissions)


def _read(path: Path) -> object:
    return orjson.loads(path.read_bytes())


async def test_whoever_names_a_number_removed_by_a_merge_is_the_survivor(hub: Hub, system: Nomis) -> None:
    parts, received = PartsInMemory(), NOW - timedelta(hours=1)
    example = next(path for path in EXAMPLES if path.stem == "offender-as-it-should-be")
    merged = next(path for path in EXAMPLES if path.stem == "event-merged")
    still = [{"scheme": "prison-number", "value": "A4099BT"}]
    await hub.take(said(*PROBATION, offender("Quill", "Rowan", identifiers=still), 1))

    for path in (example, merged):
        taken = system.take(payload(_read(path), received=received), parts)
        await hub.take(*(submission(each) for each in taken.said))

    assert len({row["person"] for row in await hub.rows(local_id)}) == 1
