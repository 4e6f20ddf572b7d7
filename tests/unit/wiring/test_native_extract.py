"""Native extracts: said again exactly from wherever a load broke off; parts that became no record are told."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.client.link import Delivery
from adapters.client.native import Handing, Parts, Payload, Said, Taken
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.exchange import extract as extracts
from hub.exchange.extract import opened
from hub.ports import Position
from hub.spec.lens.reading import Homeless, Unlisted
from hub.wiring.load_rounds import Read
from hub.wiring.native_extract import Payloads, Source
from tests.builders.valid_bodies import registry

MADE = 1_700_000_000_000_000
"""When the extract was made, microseconds since 1970."""


class Halves:
    """A system that says a movement when it has both its halves, and else what it is told to."""

    name, agency, hands_over = "halves", "prison", frozenset[str]()

    def take(self, payload: Payload, parts: Parts) -> Taken:
        document = payload.document
        if "half" not in document:
            return Taken(
                refused=tuple(Fault(path, "required", "is required") for path in document.get("refused", ())),
                homeless=tuple(Homeless(path, because) for path, because in document.get("homeless", ())),
                unlisted=(Unlisted("/code", "movement-types", "ODD"),) if document.get("odd") else (),
            )
        parts.put(document["of"], document["half"], document)
        if len(parts.all(document["of"])) < 2:
            return Taken(waiting="the other half")
        body = {"booking": document["of"], "sequence": 1}
        return Taken((Said("movement", "A1234BC", payload.received, body),))

    def hand_over(self, delivery: Delivery, native: Json | None) -> Handing:
        raise NotImplementedError("an extract is only taken")

    def read_back(self, record_type: str, native: Json) -> Json:
        raise NotImplementedError("an extract is only taken")


def half(of: str, which: str) -> dict[str, Json]:
    return {"of": of, "half": which}


def read(path: Path, position: Position, unlisted: "Counter[str] | None" = None) -> list[Read]:
    counted = Counter[str]() if unlisted is None else unlisted
    payloads = Payloads(Halves(), "prison", registry(), Source("mark", {}), 10_000, counted)
    with opened(path, 10_000) as extract:
        return list(payloads.rounds(extract, position))


def written(path: Path, *documents: dict[str, Any] | bytes) -> Path:
    lines = [each if isinstance(each, bytes) else orjson.dumps(each) for each in documents]
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
def extract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(extracts, "_ROUND_LINES", 2)
    halves = [half("B1", "a"), half("B2", "a"), half("B3", "a"), half("B1", "b"), half("B2", "b"), half("B1", "a")]
    return written(tmp_path / "extract.ndjson", *halves)


def test_what_is_said_from_the_middle_on_is_what_was_said_from_the_beginning(extract: Path) -> None:
    whole = read(extract, Position(recorded=MADE))
    for settled, each in enumerate(whole, 1):
        position = Position(line=each.round.number, offset=each.round.offset, recorded=MADE)
        assert read(extract, position) == whole[settled:]
    assert len(whole) == 4


def test_what_is_said_has_an_id_of_its_place_and_the_time_of_the_extract(extract: Path) -> None:
    events = [orjson.loads(text or b"") for each in read(extract, Position(recorded=MADE)) for _, text in each.events]
    assert [(event["id"], event["data"]["booking"]) for event in events] == [
        ("mark-0000000004-000", "B1"),
        ("mark-0000000005-000", "B2"),
        ("mark-0000000006-000", "B1"),
    ]
    assert {datetime.fromisoformat(event["time"]) for event in events} == {datetime.fromtimestamp(MADE / 1e6, UTC)}


def test_parts_that_became_no_record_are_told_at_the_end(extract: Path) -> None:
    *_, last = read(extract, Position(recorded=MADE))
    assert [line.number for line in last.round.lines] == [3]
    assert (last.events, last.refused[0].reason, last.refused[0].detail) == ([], "waiting", "the other half")


def test_what_an_adapter_refuses_or_does_not_know_is_told_and_what_has_no_home_by_decision_is_not(
    tmp_path: Path,
) -> None:
    path = written(
        tmp_path / "extract.ndjson",
        {"refused": ["/a", "/b"]},
        {"homeless": [("/known", "is another agency's"), ("/odd", None)]},
        {"homeless": [("/known", "is another agency's")]},
        b"{",
        {"odd": True},
    )
    unlisted = Counter[str]()

    (only,) = read(path, Position(recorded=MADE), unlisted)

    faults = {place: [(each.path, each.rule) for each in told.faults] for place, told in only.refused.items()}
    assert faults == {0: [("/a", "required"), ("/b", "required")], 1: [("/odd", "unknown")], 3: []}
    assert unlisted == {"movement-types": 1}
