"""Payloads of every kind, varied as the field varies them: taken or refused by the field, never lost, never softened.

HUB_VARIATIONS says how many are tried of each system; all of them take minutes.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import orjson
import pytest

from adapters.client.native import Payload, System, Taken
from adapters.client.running.parts import PartsInMemory
from hub.domain.canonical import Json, canonical, parse
from hub.domain.errors import Rejected
from hub.spec.lens.found import has_value
from tests.builders.valid_bodies import registry
from tests.builders.variations import LONG, NEW, Variation, pointer, variations, without
from tests.unit.adapters.test_echo_of_the_field import SYSTEMS

TRIED = int(os.environ.get("HUB_VARIATIONS", "90"))
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ABOUT = {
    "nomis": {"offenderNo": "A1234BC"},
    "delius": {"crn": "X320741"},
    "oasys": {"crn": "X320741", "assessmentPk": "77"},
}
_ROOT = Path(__file__).parents[3]
_FIXTURES = _ROOT.parent / "shared" / "fixtures"
_OF_THE_FIELD = {
    "nomis": ("prison-api/*.json", "assessment-summary/pris*.json"),
    "delius": ("delius-search/*.json", "assessment-summary/probation-search-*.json"),
    "oasys": ("oasys/*.json", "assessment-summary/A*.json"),
}
_OF_THE_WAY = {"Type", "MessageId", "TopicArn", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"}
_OF_THE_WAY |= {"UnsubscribeURL", "MessageAttributes", "pageable", "sort", "addressUsages"}
"""How a payload travelled, and uses of an address of which one is its status."""
_SHAPES = {"as a list of one", "a text", "with a number", "one alone", "a new field"}
"""What must not pass unseen: the wrong shape where something was said, and what no table knows."""


def files(name: str) -> list[Path]:
    """The examples of a system's adapter, and the payloads of the field that lie beside the project."""
    return [
        *sorted((_ROOT / "adapters" / name / "examples").glob("*.json")),
        *(file for pattern in _OF_THE_FIELD[name] for file in sorted(_FIXTURES.glob(pattern))),
    ]


def tried(name: str) -> Iterator[tuple[Json, Variation]]:
    """As many variations as are to be tried, evenly of every file, each with the document it is of."""
    sources = files(name)
    for number, file in enumerate(sources):
        document = parse(file.read_bytes())
        document = document[:2] if isinstance(document, list) else document
        of_file = [*variations(document)]
        random = Random(f"{name} {number}")  # noqa: S311 - cases for a test
        for each in random.sample(of_file, min(len(of_file), -(-TRIED // len(sources)))):
            try:
                yield document, each._replace(document=parse(orjson.dumps(each.document)))
            except Rejected:
                continue  # no JSON that gets as far as an adapter


def take(system: System, document: Json) -> Taken:
    return system.take(Payload(document, AT, ABOUT[system.name]), PartsInMemory())


def levels(taken: Taken) -> int:
    """How often anything said is a low risk."""
    return sum(canonical(_risks(said.body)).count(b'"low"') for said in taken.said)


def _risks(body: Json) -> Json:
    """A body without what custody calls low: the security category of a prisoner."""
    return {name: value for name, value in body.items() if name not in {"custody", "custodyAssessments"}}


def shown(taken: Taken) -> Json:
    """All that somebody can see of what came of a payload."""
    said = [(each.record_type, each.local_id, each.body, each.withdrawn) for each in taken.said]
    return said, {*taken.refused}, {*taken.homeless}, {*taken.unlisted}, {*taken.notices}, taken.waiting


def told(taken: Taken, place: str) -> bool:
    """Whether it is told that a place, or what it lies in, is not taken; or all of the payload waits or is kept."""
    found = [*(each.path for each in taken.refused), *(each.path for each in taken.homeless)]
    kept = not taken.said and bool(taken.waiting or taken.refused)
    return kept or any(f"{place}/".startswith(f"{each}/") for each in found)


@pytest.mark.parametrize("name", SYSTEMS)
def test_whatever_the_field_makes_of_a_payload_it_is_said_validly_or_refused_by_the_field(name: str) -> None:
    for _, each in tried(name):
        taken = take(SYSTEMS[name], each.document)
        for said in taken.said:
            spec = registry().newest(said.record_type)
            (spec.check_withdrawal if said.withdrawn else spec.check)(said.body)
        assert any(shown(taken)) or each.name in {"empty", "null", "all null"}, each[:2]
        assert LONG not in str([*taken.refused, *taken.notices]), each[:2]


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_variation_makes_a_risk_low_or_cuts_a_text(name: str) -> None:
    for document, each in tried(name):
        taken = take(SYSTEMS[name], each.document)
        if each.name not in {"small letters", "capitals"}:
            assert levels(taken) <= levels(take(SYSTEMS[name], document)), each[:2]
        text = b"".join(canonical(said.body) for said in taken.said).decode()
        assert text.count("viktigt:") == text.count("sista"), each[:2]


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_new_field_and_no_wrong_shape_passes_unseen(name: str) -> None:
    for document, each in tried(name):
        if each.name not in _SHAPES or _OF_THE_WAY & {*map(str, each.place)} or not has_value(_at(each)):
            continue
        before = document if each.place[-1] == NEW else without(document, each.place)
        taken = take(SYSTEMS[name], each.document)
        assert told(taken, pointer(each.place)) or shown(taken) != shown(take(SYSTEMS[name], before)), each[:2]


def _at(variation: Variation) -> Json:
    value = variation.document
    for step in variation.place:
        value = value[step]
    return value


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_list_of_payloads_and_a_message_that_carries_one_say_what_it_says(name: str) -> None:
    for file in files(name):
        document = parse(file.read_bytes())
        if not isinstance(document, dict):
            continue
        wrapped: list[Json] = [[document]]
        if name != "oasys" and "Message" not in document and "content" not in document:
            wrapped.append({"Type": "Notification", "Message": orjson.dumps(document).decode()})
        for each in wrapped:
            alone, within = take(SYSTEMS[name], document), take(SYSTEMS[name], each)
            assert [said.body for said in within.said] == [said.body for said in alone.said], file.name
            assert [fault.rule for fault in within.refused] == [fault.rule for fault in alone.refused], file.name
