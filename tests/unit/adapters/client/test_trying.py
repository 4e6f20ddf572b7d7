from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapters.client.events import delivery_document
from adapters.client.native import Payload
from adapters.client.running.parts import PartsInMemory
from adapters.client.trying import Remark, Trial, hand_over
from hub.domain.canonical import Json
from tests.builders.native_releases import released, withdrawn
from tests.builders.toy_system import ToySystem
from tests.builders.valid_bodies import registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARCHER = {"kind": "person", "id": "A1", "surname": "Archer"}


def now() -> datetime:
    return NOW


def tried(folder: Path, *documents: Json, about: Mapping[str, str] | None = None) -> Trial:
    trial = Trial(ToySystem(), "prison", registry(), now, about or {})
    for number, document in enumerate(documents):
        file = folder / f"{number}.json"
        file.write_bytes(document if isinstance(document, bytes) else orjson.dumps(document))
        trial.take(file)
    return trial


def said(trial: Trial) -> list[Json]:
    return [each["data"] for each in trial.submissions()]


def lost(trial: Trial) -> list[str]:
    return [each.says for each in trial.all_remarks() if each.lost]


def test_a_payload_becomes_a_cloud_event(tmp_path: Path) -> None:
    (event,) = tried(tmp_path, ARCHER).submissions()
    assert event["type"] == "offender.submitted"
    assert (event["source"], event["subject"], event["dataschema"]) == ("prison", "A1", "offender/1.0.0")
    assert event["data"] == {"names": {"surname": "Archer"}}


def test_parts_become_one_record_in_any_order(tmp_path: Path) -> None:
    half = {"kind": "half", "id": "A1", "born": "1980-02-29"}
    whole = {"names": {"surname": "Archer"}, "dateOfBirth": "1980-02-29"}
    assert said(tried(tmp_path, half, ARCHER)) == [whole]
    trial = tried(tmp_path, half, ARCHER, {**ARCHER, "sex": "F"})
    assert said(trial) == [{**whole, "sex": "female"}]
    assert lost(trial) == []


def test_a_part_that_never_becomes_a_record_is_not_taken(tmp_path: Path) -> None:
    trial = tried(tmp_path, {"kind": "half", "id": "A2"}, ARCHER)
    assert lost(trial) == ["waiting: a surname"]


def test_every_refusal_is_said_with_its_path_and_rule(tmp_path: Path) -> None:
    trial = tried(tmp_path, {"kind": "person", "id": "A1"}, b"{", {**ARCHER, "born": "no day"})
    assert said(trial) == []
    first, second, third = lost(trial)
    assert first == "refused /surname (required): is required"
    assert second.startswith("refused the whole (bad-json)")
    assert third.startswith("refused /dateOfBirth (")
    assert "no day" not in third


def test_a_field_that_the_table_does_not_know_is_not_taken(tmp_path: Path) -> None:
    trial = tried(tmp_path, {**ARCHER, "screen": "blue"})
    assert len(said(trial)) == 1
    assert lost(trial) == ["unknown /screen: the table does not know this field"]


def test_what_has_no_home_by_decision_and_codes_kept_raw_are_taken(tmp_path: Path) -> None:
    alert = {"kind": "alert", "person": "A1", "ref": "homeless", "code": "RHRH", "from": "2026-01-05"}
    trial = tried(tmp_path, alert, {**ARCHER, "nation": "XX"})
    assert lost(trial) == []
    assert [each.says.split()[0] for each in trial.all_remarks()] == ["no", "unlisted"]


def test_lines_are_payloads_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "two.ndjson"
    file.write_bytes(b"\n".join(orjson.dumps({**ARCHER, "id": name}) for name in ("A1", "A2")))
    trial = Trial(ToySystem(), "prison", registry(), now, {})
    trial.take(file)
    assert [each["subject"] for each in trial.submissions()] == ["A1", "A2"]


def test_what_is_known_besides_goes_with_every_payload(tmp_path: Path) -> None:
    seen: list[Mapping[str, str]] = []

    class Listening(ToySystem):
        def take(self, payload: Payload, parts: PartsInMemory) -> object:  # type: ignore[override]
            seen.append(payload.about)
            return super().take(payload, parts)

    trial = Trial(Listening(), "prison", registry(), now, {"crn": "X1"})  # type: ignore[arg-type]
    file = tmp_path / "a,pk=7.json"
    file.write_bytes(orjson.dumps(ARCHER))
    trial.take(file)
    assert seen == [{"file": "a,pk=7.json", "pk": "7", "crn": "X1"}]


def given(folder: Path, document: Json) -> list[dict[str, Json] | Remark]:
    file = folder / "out.json"
    file.write_bytes(orjson.dumps(document))
    return [*hand_over(ToySystem(), registry(), file, now)]


def test_a_delivery_becomes_a_native_record(tmp_path: Path) -> None:
    native = {"address": "people/A1", "native": {**ARCHER}, "carried": []}
    delivery = delivery_document(released(7, {"names": {"surname": "Archer"}}))
    assert given(tmp_path, delivery) == [native]
    assert given(tmp_path, {"deliveries": [delivery, delivery], "next": 9}) == [native, native]


def test_a_withdrawal_becomes_none(tmp_path: Path) -> None:
    (gone,) = given(tmp_path, delivery_document(withdrawn(7)))
    assert isinstance(gone, dict)
    assert gone["native"] is None


def test_a_submission_as_it_is_printed_becomes_a_native_record(tmp_path: Path) -> None:
    (event,) = tried(tmp_path, ARCHER).submissions()
    (native,) = given(tmp_path, event)
    assert native == {"address": "people/A1", "native": {**ARCHER}, "carried": []}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"a": 1}, "refused the whole (kind)"),
        (delivery_document(released(7, {"names": {"surname": "unsayable"}})), "refused /notes (too-long)"),
        (delivery_document(released(7, {}, "movement", "m")), "movement: toy takes no releases"),
    ],
)
def test_what_has_no_native_form_is_said(tmp_path: Path, document: Json, said: str) -> None:
    (remark,) = given(tmp_path, document)
    assert isinstance(remark, Remark)
    assert remark.lost
    assert remark.says.startswith(said)
