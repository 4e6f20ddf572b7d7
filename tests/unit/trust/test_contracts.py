"""Contracts state everything; what is unknown stops the hub with file and key."""

from pathlib import Path

import pytest

from hub.domain.contract import Delivery, Kind, People
from hub.domain.errors import Halt
from hub.spec.registry import Registry, schemas_folder
from hub.trust.contracts import contract_digest, load_contracts

SHIPPED = Path(__file__).parents[3] / "contracts"

COURT = """
agency = "court"
kind = "court"
delivery = "feed"
people = "all"
limited_access = true
[asserts]
offender = ["1.0.0"]
[receives.offender]
version = "1.0.0"
fields = ["names", "dateOfBirth"]
basis = "Crime and Disorder Act 1998 s.115"
purpose = "Knowing who stands before the court"
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(schemas_folder())


def written(folder: Path, text: str, name: str = "court.toml") -> Path:
    (folder / name).write_text(text)
    return folder


def test_the_contracts_that_ship_are_read(registry: Registry) -> None:
    contracts = load_contracts(SHIPPED, registry)

    prison, probation = contracts["prison"], contracts["probation"]
    assert (prison.kind, prison.delivery, prison.people) == (Kind.PRISON, Delivery.STREAM, People.KNOWN)
    assert (probation.kind, probation.delivery) == (Kind.PROBATION, Delivery.FEED)
    assert set(prison.asserts) == {"offender", "assessment", "registration", "movement"}
    assert set(prison.receives) == {*prison.asserts, "notice"}
    assert set(probation.asserts) == {"offender", "assessment", "registration"}


def test_every_disclosure_of_a_shipped_contract_has_basis_purpose_and_deadline(registry: Registry) -> None:
    for contract in load_contracts(SHIPPED, registry).values():
        for receives in contract.receives.values():
            assert "Act" in receives.basis
            assert len(receives.purpose) > 30
            assert receives.deadline


def test_a_contract_says_what_its_file_says(registry: Registry, tmp_path: Path) -> None:
    court = load_contracts(written(tmp_path, COURT), registry)["court"]

    assert court.limited_access
    assert court.people is People.ALL
    assert court.asserts == {"offender": frozenset({"1.0.0"})}
    assert court.receives["offender"].fields == frozenset({"names", "dateOfBirth"})
    assert court.receives["offender"].deadline is None


def test_an_asterisk_means_every_field(registry: Registry, tmp_path: Path) -> None:
    text = COURT.replace('["names", "dateOfBirth"]', '"*"')

    assert load_contracts(written(tmp_path, text), registry)["court"].receives["offender"].fields is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('fields = ["names", "dateOfBirth"]\n', "", r"court.toml: receives.offender.fields: field required"),
        ('["names", "dateOfBirth"]', '"all"', r"court.toml: receives.offender.fields: "),
        (
            '[receives.offender]\nversion = "1.0.0"\nfields = ["names", "dateOfBirth"]',
            '[receives.movement]\nversion = "1.0.0"\nfields = ["booking", "direction", "type"]',
            r"receives.movement.fields: leaves out what the schema requires: .*sequence",
        ),
        ('"dateOfBirth"]', '"shoeSize"]', r"receives.offender.fields: the schema has no shoeSize"),
        ("[receives.offender]", "[receives.verdict]", r"receives.verdict: the specification has no verdict 1.0.0"),
        ('version = "1.0.0"', 'version = "9.0.0"', r"receives.offender: the specification has no offender 9.0.0"),
        ('offender = ["1.0.0"]', 'offender = ["0.1.0"]', r"asserts.offender: the specification has no offender 0.1.0"),
        ('offender = ["1.0.0"]', "offender = []", r"court.toml: asserts.offender: "),
        ('basis = "Crime and Disorder Act 1998 s.115"\n', "", r"receives.offender.basis: field required"),
        ("limited_access = true", 'limited_access = "no"', r"court.toml: limited_access: "),
        ("limited_access = true", "limitedaccess = true", r"court.toml: limited_?access: "),
        ('kind = "court"', 'kind = "tribunal"', r"court.toml: kind: "),
        ('agency = "court"', 'agency = "prison"', r"court.toml: agency: must be the file's name"),
        ('agency = "court"', "agency = ", r"court.toml is not TOML"),
    ],
)
def test_a_contract_that_is_not_right_stops_the_hub_with_file_and_key(
    registry: Registry, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in COURT
    with pytest.raises(Halt, match=said):
        load_contracts(written(tmp_path, COURT.replace(old, new)), registry)


def test_the_digest_of_a_contract_follows_its_meaning_not_its_layout(registry: Registry, tmp_path: Path) -> None:
    def digest(text: str) -> str:
        return contract_digest(load_contracts(written(tmp_path, text), registry)["court"])

    assert digest(COURT) == digest("# a comment\n" + COURT.replace('"names", "dateOfBirth"', '"dateOfBirth", "names"'))
    assert digest(COURT) != digest(COURT.replace(', "dateOfBirth"', ""))
    assert digest(COURT) != digest(COURT + "deadline = 60\n")


def test_no_agency_may_give_notice(registry: Registry, tmp_path: Path) -> None:
    written(tmp_path, COURT.replace("[asserts]\n", '[asserts]\nnotice = ["1.0.0"]\n'))

    with pytest.raises(Halt, match=r"court.toml: asserts.notice: the hub alone gives notice"):
        load_contracts(tmp_path, registry)
