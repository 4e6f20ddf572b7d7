"""The laws of the tables, on generated objects as dirty as real ones."""

import copy
from collections import Counter
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.delius.tables import Tables
from hub.domain.canonical import Json
from hub.spec.lens.laws import get_put, homeless_survive, put_get
from hub.spec.lens.lens import Lens
from hub.spec.registry import schemas_folder
from tests.builders.lens import body_of, native_of

TABLES = Tables.load(schemas_folder())
NAMES = sorted(TABLES.lenses)
WRITTEN = ("offender", "registration", "mappa_listed", "told", "mappa", "contact")
_MANY = 300


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(random=st.randoms(use_true_random=True))
def test_writing_back_what_was_read_changes_nothing(name: str, random: Random) -> None:
    lens = TABLES.lenses[name]
    assert get_put(lens, native_of(lens, random, 0.002)) == []


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(random=st.randoms(use_true_random=True), has_held=st.booleans())
def test_what_was_written_reads_back_the_same_and_what_has_no_home_stays(
    name: str, random: Random, has_held: bool
) -> None:
    lens = TABLES.lenses[name]
    held = native_of(lens, random, 0) if has_held else None
    assume(held is None or not lens.read(held).faults)
    body = body_of(lens, random, 0.002)
    assert put_get(lens, body, held) == []
    assert held is None or homeless_survive(lens, body, held) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_laws_are_not_kept_by_refusing(name: str) -> None:
    """Nearly all dirty objects are read; of the bodies that the system is told, most are written."""
    lens, rules = TABLES.lenses[name], Counter[str]()
    read = written = 0
    for seed in range(_MANY):
        random = Random(seed)  # noqa: S311 - cases for a test
        reading = lens.read(native_of(lens, random, 0.0005))
        writing = lens.write(body_of(lens, random, 0), native_of(lens, random, 0))
        read += not reading.faults
        written += not writing.faults
        rules.update(fault.rule for fault in writing.faults)
    assert read >= 0.8 * _MANY
    assert written >= (0.5 if name in WRITTEN else 0) * _MANY, rules


@settings(max_examples=60)
@given(random=st.randoms(use_true_random=True))
def test_addresses_keep_what_has_no_home_when_rows_are_removed_added_and_reordered(random: Random) -> None:
    lens = TABLES.lenses["offender"]
    rows = [
        {"id": number, "from": f"20{number:02}-01-01", "postcode": f"LS{number} 1AA", "status": {"code": "M"}}
        for number in range(random.randrange(2, 9))
    ]
    native = {"otherIds": {"crn": "X320741"}, "contactDetails": {"addresses": rows, "allowSMS": True}}
    body = lens.read(native).body
    addresses = body["addresses"]
    random.shuffle(addresses)
    gone = addresses.pop()
    addresses[0]["town"] = "Leeds"
    added = {"status": "proposed", "lines": ["2 Mill Lane"], "from": "2040-01-01"}
    addresses.insert(random.randrange(len(addresses) + 1), added)
    written = lens.write(_said(body, lens), native)
    assert written.faults == ()
    ids = {row["from"]: row.get("id") for row in written.native["contactDetails"]["addresses"]}
    assert ids == {row["from"]: row["id"] for row in rows if row["from"] != gone["from"]} | {"2040-01-01": None}
    assert list(ids) == [address["from"] for address in addresses]
    assert written.native["contactDetails"]["allowSMS"] is True


def _said(body: Json, lens: Lens) -> Json:
    """The body without a status that the system has no code for: an address may come without."""
    body = copy.deepcopy(body)
    for address in body["addresses"]:
        if lens.write({"addresses": [address]}).carried:
            del address["status"]
    return body


def test_every_identifier_of_the_search_has_a_scheme() -> None:
    read = TABLES.lenses["offender"].read
    names = ("crn", "pncNumber", "croNumber", "niNumber", "nomsNumber", "mostRecentPrisonerNumber", "immigrationNumber")
    for name in (*names, "previousCrn"):
        (said,) = read({"otherIds": {name: "A1"}}).body["identifiers"]
        assert said["value"] == "A1"


@pytest.mark.parametrize(
    ("code", "concern", "level"),
    [
        ("RVHR", "serious-harm", "very-high"),
        ("RHRH", "serious-harm", "high"),
        ("RMRH", "serious-harm", "medium"),
        ("RLRH", "serious-harm", "low"),
        ("RCCO", "children", None),
        ("RCPR", "children", None),
        ("RCHD", "children", None),
        ("REG15", "known-adult", None),
        ("REG16", "prisoners", None),
        ("REG17", "public", None),
        ("AV2S", "staff", None),
        ("ALSH", "self-harm", None),
        ("RVLN", "vulnerable", None),
        ("ARSO", "sexual-offending", None),
        ("AVIS", "visor", None),
        ("WEAP", "weapons", None),
        ("INLL", "life-sentence", None),
        ("XNEW", "delius:XNEW", None),
    ],
)
def test_a_register_says_its_concern_and_only_risk_of_serious_harm_a_level(
    code: str, concern: str, level: str | None
) -> None:
    body = (
        TABLES.lenses["registration"].read(TABLES.explained({"type": {"code": code}, "registrationId": "1"}, code)).body
    )
    assert (body["scheme"], body["concern"], body.get("riskLevel")) == ("probation-register", concern, level)


@pytest.mark.parametrize("native", [{"level": 0, "category": 0}, {"level": "M0", "category": "X9"}])
def test_a_level_to_be_determined_is_no_level_and_not_ordinary(native: Json) -> None:
    assert TABLES.lenses["mappa"].read(native).body["mappa"] == {"category": "0", "level": "0"}
