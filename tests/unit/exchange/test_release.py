"""A release is the shared record as one agency may see it; its digest covers that and nothing else."""

from dataclasses import replace

import orjson
import pytest

from hub.domain.canonical import Json, canonical, digest
from hub.domain.contract import Contract, People
from hub.ports import HeldId, HeldRow, PersonRow, RecordId, RecordRow
from hub.release import render, wrap
from tests.builders.hub import NOW, SEAL, contract

OFFENDER = RecordId("p1", "offender", "-")
BODY = {"names": {"surname": "Okafor"}, "sex": "male", "dateOfBirth": "1981-06-14"}
SOURCES = {"/names": ["prison"], "/sex": ["probation"], "/dateOfBirth": ["prison", "probation"]}
LOCALS = (
    ("prison", "k1", SEAL.seal("local:k1", b"A1234BC")),
    ("prison", "k0", SEAL.seal("local:k0", b"A9999ZZ")),
    ("probation", "k2", SEAL.seal("local:k2", b"X320741")),
)


def record(
    body: Json = BODY,
    *,
    id_: RecordId = OFFENDER,
    contested: tuple[str, ...] = (),
    ruled: tuple[str, ...] = (),
    sources: dict[str, list[str]] | None = None,
) -> RecordRow:
    content = {"body": body, "contested": contested, "ruled": ruled, "sources": SOURCES if sources is None else sources}
    return RecordRow(
        id_, "rid", 1, "-", SEAL.seal(f"person:{id_.person}", canonical(content)), contested, NOW, ruled=ruled
    )


def person(*, restricted: bool = False, survivor: str | None = None) -> PersonRow:
    return PersonRow("p1", () if survivor else LOCALS, restricted, survivor)


def only(*fields: str) -> Contract:
    return contract("prison", fields={"offender": frozenset(fields), "movement": frozenset(fields)})


def test_a_release_is_type_key_version_body_and_marks() -> None:
    release = render(contract("prison"), OFFENDER, record(contested=("/sex",)), person(), SEAL)

    assert release.document == {
        "type": "offender",
        "key": "-",
        "version": "1.0.0",
        "body": BODY,
        "marks": {"contested": ["/sex"], "ruled": [], "underReview": []},
    }
    assert release.digest == digest(release.document)
    assert not release.withdrawn
    assert not release.withheld


def test_what_the_contract_does_not_name_is_not_there_nor_its_marks_nor_its_sources() -> None:
    release = render(only("names"), OFFENDER, record(contested=("/dateOfBirth", "/sex")), person(), SEAL)

    assert release.document["body"] == {"names": BODY["names"]}
    assert release.document["marks"] == {"contested": [], "ruled": [], "underReview": []}
    assert release.sources == {"/names": ["prison"]}


def test_a_mark_within_a_property_goes_with_it() -> None:
    marked = record(contested=("/limitedAccess/exclusion",))

    seen = render(only("limitedAccess"), OFFENDER, marked, person(), SEAL)
    unseen = render(only("names"), OFFENDER, marked, person(), SEAL)

    assert seen.document["marks"] == {"contested": ["/limitedAccess/exclusion"], "ruled": [], "underReview": []}
    assert unseen.document["marks"] == {"contested": [], "ruled": [], "underReview": []}


def test_the_source_of_a_record_taken_whole_is_named_whatever_part_is_seen() -> None:
    movement = RecordId("p1", "movement", "prison/B1/1")
    whole = record({"booking": "B1", "comment": "x"}, id_=movement, sources={"": ["prison"]})

    assert render(only("booking"), movement, whole, person(), SEAL).sources == {"": ["prison"]}


def test_a_mark_alone_is_a_change_but_a_source_or_a_person_is_none() -> None:
    plain = render(contract("prison"), OFFENDER, record(), person(), SEAL)
    marked = render(contract("prison"), OFFENDER, record(contested=("/sex",)), person(), SEAL)
    elsewhere = RecordId("p2", "offender", "-")
    moved = render(contract("prison"), elsewhere, record(id_=elsewhere, sources={}), person(), SEAL)

    assert marked.digest != plain.digest
    assert moved.digest == plain.digest


@pytest.mark.parametrize(
    ("to", "what", "whose"),
    [
        (contract("prison"), None, person()),
        (contract("prison"), record(), None),
        (contract("prison"), RecordRow(OFFENDER, "rid", 2, "-", None, (), NOW), person()),
        (contract("court"), record(), person()),
        (replace(contract("prison"), receives={}), record(), person()),
    ],
    ids=["no record", "no person", "withdrawn", "person not known to the agency", "type not in the contract"],
)
def test_what_is_not_there_or_not_permitted_is_released_as_withdrawn(
    to: Contract, what: RecordRow | None, whose: PersonRow | None
) -> None:
    release = render(to, OFFENDER, what, whose, SEAL)

    assert release.withdrawn
    assert not release.withheld
    assert release.document == {"type": "offender", "key": "-", "withdrawn": True}


def test_by_which_local_ids_the_agency_knows_the_person_is_noted_beside_the_digest() -> None:
    fewer = replace(person(), locals=LOCALS[1:])
    turned = replace(person(), locals=LOCALS[::-1])

    one, other, same = (
        render(contract("prison"), OFFENDER, record(), each, SEAL) for each in (person(), fewer, turned)
    )

    assert one.digest == other.digest == same.digest
    assert one.known_as == same.known_as != other.known_as


def test_an_agency_that_receives_everybody_needs_no_local_id() -> None:
    assert not render(contract("court", people=People.ALL), OFFENDER, record(), person(), SEAL).withdrawn


def test_limited_access_withholds_from_whoever_has_no_rights_for_it() -> None:
    without = render(contract("prison"), OFFENDER, record(), person(restricted=True), SEAL)
    with_rights = render(contract("prison", limited_access=True), OFFENDER, record(), person(restricted=True), SEAL)

    assert without.withdrawn
    assert without.withheld
    assert with_rights.document["body"] == BODY


def held(number: int = 12) -> HeldRow:
    return HeldRow(HeldId("prison", OFFENDER), number, "digest", False, NOW, NOW)


def test_a_delivery_carries_outside_the_digest_number_person_own_local_ids_and_sources() -> None:
    release = render(contract("prison"), OFFENDER, record(), person(), SEAL)

    assert orjson.loads(wrap(release, held(), person(), SEAL)) == {
        "number": 12,
        "digest": release.digest,
        "person": "p1",
        "localIds": ["A1234BC", "A9999ZZ"],
        "sources": SOURCES,
        "movedTo": None,
        "event": None,
        "release": release.document,
    }


def test_the_delivery_of_a_removed_person_names_the_survivor() -> None:
    gone = person(survivor="p0")
    release = render(contract("prison"), OFFENDER, None, gone, SEAL)

    delivery = orjson.loads(wrap(release, held(), gone, SEAL))

    assert (delivery["movedTo"], delivery["localIds"], delivery["sources"]) == ("p0", [], {})
    assert delivery["event"] == {"type": "person.merged", "survivor": "p0", "removed": "p1"}


def test_every_delivery_of_a_person_who_came_out_of_a_split_names_who_went_on_and_the_merge_that_ends_it() -> None:
    parted, merged_again = replace(person(), parted_from="p0"), replace(person(survivor="p2"), parted_from="p0")
    release = render(contract("prison"), OFFENDER, record(), parted, SEAL)

    told = [orjson.loads(wrap(release, held(), each, SEAL))["event"] for each in (parted, merged_again)]

    assert told == [
        {"type": "person.split", "survivor": "p0", "removed": "p1"},
        {"type": "person.merged", "survivor": "p2", "removed": "p1"},
    ]


def test_a_delivery_about_nobody_names_nobody() -> None:
    delivery = orjson.loads(wrap(render(contract("prison"), OFFENDER, None, None, SEAL), held(), None, SEAL))

    assert (delivery["movedTo"], delivery["localIds"]) == (None, [])


@pytest.mark.parametrize("said", [True, False])
def test_a_record_that_itself_says_limited_access_goes_only_to_whoever_has_rights_for_it(*, said: bool) -> None:
    assessment = RecordId("p1", "assessment", "prison/1")
    row = record({"reference": "1", "limitedAccess": said}, id_=assessment, sources={"": ["prison"]})

    without, with_rights = contract("prison"), contract("prison", limited_access=True)

    assert render(without, assessment, row, person(), SEAL).withheld is said
    assert not render(with_rights, assessment, row, person(), SEAL).withheld
