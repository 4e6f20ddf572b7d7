"""A release becomes one OASys document, onto what OASys holds, and reads back whole with its rest."""

import copy

import orjson
import pytest

from adapters.client.native import Payload
from adapters.client.running.parts import PartsInMemory
from adapters.oasys import Oasys
from hub.domain.canonical import Json, canonical, digest
from hub.spec.lens.rest import complete
from hub.spec.registry import schemas_folder
from tests.builders.oasys import CRN, NUMBER, delivery, document, header, payload

SHARED = sorted((schemas_folder() / "assessment" / "1.0.0" / "valid").glob("*.json"))


def handed(system: Oasys, body: Json, native: Json | None = None) -> Json:
    """The document that a release becomes."""
    handing = system.hand_over(delivery(body), native)
    assert handing.faults == ()
    return handing.native


@pytest.fixture
def said(system: Oasys, everything: list[Payload]) -> Json:
    """The assessment that all invented payloads make together."""
    parts, body = PartsInMemory(), None
    for each in everything:
        for said in system.take(each, parts).said:
            body = said.body if said.body["reference"] == str(NUMBER) else body
    return body


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_every_shared_example_is_handed_over_and_reads_back_whole(system: Oasys, path: object) -> None:
    body = orjson.loads(path.read_bytes())  # type: ignore[attr-defined]
    handing = system.hand_over(delivery(body), None)

    assert handing.faults == ()
    again = complete(system.read_back("assessment", copy.deepcopy(handing.native)), handing.rest)
    assert digest(again) == digest(body)


def test_what_oasys_itself_said_needs_no_rest(system: Oasys, said: Json) -> None:
    handing = system.hand_over(delivery(said), None)

    assert (handing.rest, handing.carried, handing.faults) == ([], (), ())
    assert handing.address == f"assessments/{NUMBER}"
    native = handed(system, said)
    assert native["probNumber"] == CRN
    assert [each["assessmentPk"] for each in native["timeline"] + native["assessments"]] == [NUMBER] * 2


def test_risk_is_written_in_the_words_of_the_field_it_stands_in(system: Oasys, said: Json) -> None:
    (native,) = handed(system, said)["assessments"]

    assert native["riskKnownAdultCommunity"] == "Very High"
    assert "riskStaffCustody" not in native
    assert native["offender"] == {"riskToOthers": "V"}
    assert (native["OGP"]["ogpRisk"], native["ogpOvp"]["ogpRisk"]) == ("Medium", "M")
    assert native["acc"]["accOtherWeightedScore"] == native["weightedScores"]["accommodationWeightedScore"] == 0


def test_what_has_no_home_stays_in_the_document_that_is_held(system: Oasys, said: Json) -> None:
    first = handed(system, said)
    first["assessments"][0] |= {"superStatus": "COMPLETE", "offender": {"riskToOthers": "V", "offenderPk": 9}}
    first |= {"pnc": "79/163001B", "custodyInd": "N"}
    changed = {**said, "riskToOthers": "high"}

    second = handed(system, changed, first)

    assert second["assessments"][0]["offender"] == {"riskToOthers": "H", "offenderPk": 9}
    assert second["assessments"][0]["superStatus"] == "COMPLETE"
    assert (second["pnc"], second["custodyInd"]) == ("79/163001B", "N")
    assert first["assessments"][0]["offender"]["riskToOthers"] == "V"


def test_a_document_that_already_says_it_is_left_as_it_is(system: Oasys, said: Json) -> None:
    first = handed(system, said)

    assert canonical(handed(system, said, first)) == canonical(first)


def test_sections_and_objectives_removed_added_and_reordered_are_so_natively(system: Oasys, said: Json) -> None:
    first = handed(system, said)
    objectives = said["plan"]["objectives"]
    changed = {
        **said,
        "sections": said["sections"][1:],
        "plan": {**said["plan"], "objectives": [{"sequence": 2, "description": "Find work"}, *objectives]},
        "predictors": said["predictors"][::-1],
    }
    native, rest = handed(system, changed, first), system.hand_over(delivery(changed), first).rest

    written = native["assessments"][0]["sentencePlan"]["objectives"]
    assert [each["objectiveSequence"] for each in written] == [2, 1]
    assert canonical(complete(system.read_back("assessment", native), rest)) == canonical(changed)


def test_a_handed_over_document_is_taken_as_the_same_assessment(system: Oasys, said: Json) -> None:
    native = handed(system, said)
    (taken,) = system.take(payload(native), PartsInMemory()).said

    assert canonical(taken.body) == canonical(said)


def test_limited_access_is_handed_over_beside_the_assessment(system: Oasys, prison: Oasys, said: Json) -> None:
    for each, name in ((system, "probNumber"), (prison, "prisNumber")):
        native = handed(each, {**said, "limitedAccess": True})
        assert native["limitedAccessOffender"] is True
        assert native[name] == CRN


def test_an_answer_in_words_where_oasys_counts_goes_beside_and_what_cannot_be_left_out_is_a_fault(
    system: Oasys, said: Json
) -> None:
    words = {**said, "sections": [{"number": "1", "items": [{"number": "1.32", "text": "about fifteen"}]}]}
    handing = system.hand_over(delivery(words), None)
    assert (handing.faults, handing.carried) == ((), ("/sections/0/items/0/text",))
    assert canonical(complete(system.read_back("assessment", handing.native), handing.rest)) == canonical(words)

    nameless = {**said, "oasysNumber": "007"}
    refused = system.hand_over(delivery(nameless), None)
    assert refused.native is None
    assert {fault.path for fault in refused.faults} == {"/oasysNumber"}


def test_a_withdrawal_takes_the_document_away(system: Oasys) -> None:
    handing = system.hand_over(delivery(None, withdrawn=True), document(header()))

    assert (handing.native, handing.rest, handing.faults) == (None, [], ())
