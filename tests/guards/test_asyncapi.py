"""What is published about the topics is what the code does on them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator

from adapters.client.events import kafka_headers, parked_message, read_delivery, read_refusal, receipt_headers
from adapters.client.link import Event, Parked
from adapters.kafka.topics import TopicPlan, input_topic, output_topic, rejected_topic
from hub.domain.canonical import digest
from hub.domain.errors import Fault, Reason
from hub.exchange.dead_letters import DeadLetter, _notice
from hub.exchange.envelope import from_kafka
from hub.exchange.intake import RECEIPT
from hub.exchange.parked import FAULTS, LONGEST_DETAIL, read_parked
from hub.exchange.receipts import LIMIT, read_receipts
from hub.exchange.streams import published
from hub.ports import HeldId, HeldRow, PersonRow, Publication, RecordId
from hub.release import Release
from tests.builders.hub import NOW, SEAL

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "contracts/asyncapi.yaml").read_text("utf-8"))
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
PERSON = "0190a5c6-0000-7000-8000-000000000001"


def validate(schema: dict[str, Any], instance: object) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(instance)


def described(message: str) -> set[str]:
    """The headers a message is described with."""
    headers = MESSAGES[message]["headers"]
    if "$ref" in headers:
        headers = DOCUMENT["components"]["schemas"][headers["$ref"].rpartition("/")[2]]
    return set(headers["properties"])


def delivered(*, withdrawn: bool) -> list[Publication]:
    document = {"type": "offender", "key": "-", "withdrawn": True}
    if not withdrawn:
        document = {
            "type": "offender",
            "key": "-",
            "version": "1.0.0",
            "body": {},
            "marks": {"contested": [], "ruled": [], "underReview": []},
        }
    held = HeldId("prison", RecordId(PERSON, "offender", "-"))
    row = HeldRow(held, 12, digest(document), withdrawn, NOW, NOW)
    person = PersonRow(PERSON, (("prison", "k", SEAL.seal("local:k", b"A1234BC")),), restricted=False, survivor=None)
    return published(Release(document, row.digest, withdrawn, {}), row, person, SEAL)


@pytest.mark.parametrize(
    ("channel", "name"), [("in", input_topic), ("out", output_topic), ("rejected", rejected_topic)]
)
def test_topics_have_the_names_that_are_published(channel: str, name: Callable[[str], str]) -> None:
    assert DOCUMENT["channels"][channel]["address"] == name("{agency}")


def test_the_output_topic_is_made_as_it_is_published() -> None:
    _, output, _ = TopicPlan().topics_of("prison")
    told = DOCUMENT["channels"]["out"]["bindings"]["kafka"]
    assert told["partitions"] == output.num_partitions
    for setting, value in told["topicConfiguration"].items():
        assert output.topic_configs[setting] == (",".join(value) if isinstance(value, list) else str(value))


def test_submissions_carry_the_headers_that_are_published() -> None:
    event = Event("e-1", "offender", "1.0.0", "A1", datetime(2026, 3, 1, tzinfo=UTC), {}, sequence=1, traceparent="t")
    assert set(kafka_headers("prison", event)) == described("submission")
    validate(MESSAGES["submission"]["headers"], kafka_headers("prison", event))


def test_receipts_carry_the_headers_that_are_published() -> None:
    headers = receipt_headers("prison")
    assert set(headers) == described("receipts")
    assert headers["ce_type"].encode() == RECEIPT
    validate(MESSAGES["receipts"]["headers"], headers)
    told = MESSAGES["receipts"]["payload"]["properties"]
    assert told["receipts"]["maxItems"] == told["parked"]["maxItems"] == LIMIT
    assert told["parked"]["items"]["properties"]["faults"]["maxItems"] == FAULTS


def test_what_is_parked_is_said_as_it_is_published() -> None:
    fault = Fault("/names/0/surname", "maxLength", "x" * (LONGEST_DETAIL + 1))
    said = parked_message([Parked(12, (fault,) * (FAULTS + 1))])
    validate(MESSAGES["receipts"]["payload"], said)
    assert [each.number for each in read_parked(said)] == [12]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_deliveries_are_as_published(withdrawn: bool) -> None:
    release, *tombstones = delivered(withdrawn=withdrawn)
    for message, published_as in [(release, "delivery"), *((each, "tombstone") for each in tombstones)]:
        assert set(message.headers) == described(published_as)
        validate(MESSAGES[published_as]["headers"], dict(message.headers))
        validate(MESSAGES[published_as]["payload"], orjson.loads(message.value or b"null"))
        validate(MESSAGES[published_as]["bindings"]["kafka"]["key"], message.key)
    assert [each.value for each in tombstones] == ([None] if withdrawn else [])


def test_notices_are_as_published() -> None:
    fault = Fault("/sex", "enum", "is not on the agreed list")
    letter = DeadLetter("hub.in.prison/0/1/2", "prison", NOW, Reason.UNKNOWN_CODE.value, "no", (fault,), {}, b"")
    notice = _notice(letter)
    assert set(notice.headers) == described("rejection")
    validate(MESSAGES["rejection"]["payload"], orjson.loads(notice.value or b""))


@pytest.mark.parametrize(
    ("message", "example"),
    [
        pytest.param(message, example, id=name)
        for name, message in MESSAGES.items()
        for example in message.get("examples", ())
    ],
)
def test_examples_are_what_they_are_examples_of(message: dict[str, Any], example: dict[str, Any]) -> None:
    validate(message["headers"], example["headers"])
    validate(message["payload"], example["payload"])


@pytest.mark.parametrize("name", ["submission", "submissionStructured"])
def test_the_hub_reads_the_examples_of_submissions(name: str) -> None:
    (example,) = MESSAGES[name]["examples"]
    headers = {header: value.encode() for header, value in example["headers"].items()}
    submission = from_kafka("prison", headers, orjson.dumps(example["payload"]))
    assert submission.local_id == "A1234BC"


def test_both_ends_read_the_examples_of_receipts_deliveries_and_rejections() -> None:
    (receipts,), (delivery, merged), (rejection,) = (
        MESSAGES[name]["examples"] for name in ("receipts", "delivery", "rejection")
    )
    assert [receipt.number for receipt in read_receipts(receipts["payload"])] == [12]
    assert [parked.number for parked in read_parked(receipts["payload"])] == [13]
    read = read_delivery(delivery["payload"])
    assert (read.record.person, read.digest) == (PERSON, digest(read.release))
    gone = read_delivery(merged["payload"])
    assert (gone.withdrawn, gone.digest) == (True, digest(gone.release))
    assert gone.moved_to not in (None, gone.record.person)
    assert Reason(read_refusal(rejection["payload"]).reason) is Reason.UNKNOWN_CODE
