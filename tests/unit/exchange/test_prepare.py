"""What can be said of a submission before the store is asked."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canonical import Json, normalise
from hub.domain.errors import Rejected
from hub.domain.recognition import Claim, Features
from hub.exchange.prepare import Prepared, Preparing, features
from hub.trust.naming import claim_digest, local_key
from tests.builders.hub import KEYS, NOW, SEAL, contract
from tests.builders.records import MISTYPED_PNC, PNC, PRISON, PROBATION, assessment, movement, offender, said, withdrawn
from tests.builders.valid_bodies import registry, valid_bodies

CONTRACTS = {each.agency: each for each in (contract("prison"), contract("probation"), contract("court"))}


@pytest.fixture(scope="module")
def prepare() -> Callable[..., Prepared]:
    preparing = Preparing(registry(), CONTRACTS, KEYS, SEAL)
    return lambda submission: preparing.prepare(submission, NOW)


def claim(scheme: str, canonical: str, *, verified: bool = True) -> Claim:
    return Claim(claim_digest(KEYS, scheme, canonical), verified)


Prepare = Callable[..., Prepared]

# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agency", "local_id", "own"),
    [
        (*PRISON, {claim("prison-number", "A1234BC")}),
        (*PROBATION, {claim("crn", "X320741")}),
        ("probation", "x320741 ", {claim("crn", "X320741")}),
        ("probation", "case 7", set()),
        ("court", "X320741", set()),
    ],
)
def test_a_local_id_is_a_number_where_it_has_the_form_of_its_agencys(
    prepare: Prepare, agency: str, local_id: str, own: set[Claim]
) -> None:
    assert prepare(said(agency, local_id, assessment(), 1)).own == own


def test_an_offender_record_claims_its_strong_numbers_and_its_own(prepare: Prepare) -> None:
    numbers = [
        {"scheme": "pnc", "value": PNC},
        {"scheme": "pnc", "value": "1981/0000034U"},
        {"scheme": "cro", "value": "not a number"},
        {"scheme": "ni-number", "value": "AB123456C"},
        {"scheme": "prison-number", "value": "a1234bc"},
    ]

    spoken = prepare(said(*PRISON, offender(identifiers=numbers), 1)).spoken

    assert spoken is not None
    assert spoken.claims == {claim("pnc", "1981/0000034U"), claim("prison-number", "A1234BC")}


def test_a_number_with_a_wrong_check_letter_is_claimed_but_not_verified(prepare: Prepare) -> None:
    spoken = prepare(said(*PRISON, offender(pnc=MISTYPED_PNC), 1)).spoken

    assert spoken is not None
    assert claim("pnc", "1981/0000034X", verified=False) in spoken.claims


@pytest.mark.parametrize(
    ("given_up", "scheme", "number"),
    [
        ("merged-prison-number", "prison-number", "A7777AA"),
        ("former-prison-number", "prison-number", "A7777AA"),
        ("duplicate-prison-number", "prison-number", "A7777AA"),
        ("merged-crn", "crn", "X777777"),
        ("previous-crn", "crn", "X777777"),
        ("duplicate-crn", "crn", "X777777"),
    ],
)
def test_a_number_removed_by_a_merge_is_claimed_by_the_survivor(
    prepare: Prepare, given_up: str, scheme: str, number: str
) -> None:
    body = offender(identifiers=[{"scheme": given_up, "value": number}])

    spoken = prepare(said(*PRISON, body, 1)).spoken

    assert spoken is not None
    own_merge = (
        {Claim(local_key(KEYS, "prison", number), verified=True)} if given_up == "merged-prison-number" else set()
    )
    assert spoken.claims == {claim("prison-number", "A1234BC"), claim(scheme, number), *own_merge}


def test_a_number_that_another_kind_of_agency_merged_is_no_local_id_of_ones_own(prepare: Prepare) -> None:
    body = offender(identifiers=[{"scheme": "merged-prison-number", "value": "A7777AA"}])

    spoken = prepare(said(*PROBATION, body, 1)).spoken

    assert spoken is not None
    assert Claim(local_key(KEYS, "probation", "A7777AA"), verified=True) not in spoken.claims


@pytest.mark.parametrize("value", ["none", "A 7777 AA", "24/7777A", ""])
def test_a_removed_number_that_has_not_its_form_is_no_claim(prepare: Prepare, value: str) -> None:
    body = offender(identifiers=[{"scheme": "merged-prison-number", "value": value or "?"}])

    spoken = prepare(said(*PRISON, body, 1)).spoken

    assert spoken is not None
    assert spoken.claims == {claim("prison-number", "A1234BC")}


def test_a_withdrawn_offender_record_leaves_its_own_number_and_no_features(prepare: Prepare) -> None:
    spoken = prepare(withdrawn(*PRISON, offender(pnc=PNC), 1)).spoken

    assert spoken is not None
    assert spoken.claims == {claim("prison-number", "A1234BC")}
    assert spoken.features is None


def test_only_an_offender_record_says_who_the_person_is(prepare: Prepare) -> None:
    assert prepare(said(*PRISON, movement(), 1)).spoken is None


# --- features -----------------------------------------------------------------------------------------------


def test_all_names_and_dates_of_birth_a_person_goes_by_are_compared() -> None:
    body = offender(
        formerNames=[{"surname": "Adeyemi", "forenames": ["Daniel", "Chidi"]}],
        aliases=[{"name": {"forenames": ["Danny"]}, "dateOfBirth": "1982-06-14"}, {"name": {"surname": "O'Kafor"}}],
    )

    assert features(body) == Features(
        frozenset({("okafor", "daniel"), ("adeyemi", "daniel"), ("", "danny"), ("okafor", "")}),
        frozenset({"1981-06-14", "1982-06-14"}),
    )


def test_a_name_of_nothing_but_signs_is_no_name() -> None:
    body = {"names": {"surname": "-"}, "formerNames": None, "aliases": None, "dateOfBirth": None}

    assert features(body) == Features()


@pytest.mark.parametrize(
    ("limited", "restricted"),
    [
        (None, False),
        ({"exclusion": False, "restriction": False}, False),
        ({"exclusion": True, "restriction": False}, True),
        ({"exclusion": False, "restriction": True}, True),
    ],
)
def test_an_exclusion_or_a_restriction_limits_access(prepare: Prepare, limited: Json, *, restricted: bool) -> None:
    more = {} if limited is None else {"limitedAccess": limited}

    spoken = prepare(said(*PRISON, offender(**more), 1)).spoken

    assert spoken is not None
    assert spoken.restricted is restricted


# --- digests ------------------------------------------------------------------------------------------------


def test_the_same_said_again_has_the_same_digest_whatever_the_order_of_its_properties(prepare: Prepare) -> None:
    body = offender(sex="male")
    turned = dict(reversed(body.items()))

    assert prepare(said(*PRISON, body, 1)).digest == prepare(said(*PRISON, turned, 9)).digest


def test_the_same_sent_again_in_another_year_has_the_same_digest_though_its_number_is_read_otherwise(
    prepare: Prepare,
) -> None:
    sent = said(*PROBATION, offender(pnc="26/34U"), 1)
    now, before = prepare(sent), prepare(replace(sent, time=sent.time.replace(year=sent.time.year - 1)))

    assert now.body != before.body
    assert now.digest == before.digest


def test_another_local_id_body_or_withdrawal_has_another_digest(prepare: Prepare) -> None:
    submissions = [
        said(*PRISON, movement(), 1),
        said(*PRISON, movement(2), 1),
        said("prison", "A9999ZZ", movement(), 1),
        withdrawn(*PRISON, movement(), 1),
    ]

    assert len({prepare(each).digest for each in submissions}) == 4


def test_what_is_given_is_left_as_it_is(prepare: Prepare) -> None:
    body = offender(pnc=PNC)
    before = deepcopy(body)

    prepare(said(*PRISON, body, 1))

    assert body == before


# --- whatever is sent ---------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0.5, 9) | st.text(max_size=5) | st.just("2026-02-30"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["number", "x"]), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def mangled(draw: st.DrawFn, record_type: str) -> Json:
    """A valid body with some place in it replaced by anything."""
    body = deepcopy(draw(valid_bodies(record_type)))
    node: Json = {"": body}
    key: Json = ""
    while isinstance(node[key], dict | list) and node[key] and draw(st.integers(0, 3)):
        node = node[key]
        key = draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
    if key == "":
        return draw(VALUES)
    node[key] = draw(VALUES)
    return body


@pytest.mark.parametrize("record_type", ["assessment", "movement", "offender", "registration"])
@given(st.data())
def test_whatever_stands_in_a_body_it_is_taken_or_refused_and_breaks_nothing(
    prepare: Prepare, record_type: str, data: st.DataObject
) -> None:
    try:
        body = normalise(data.draw(mangled(record_type)))
        prepare(replace(said(*PRISON, {}, 1), record_type=record_type, body=body))
    except Rejected as rejection:
        faults = rejection.faults
    else:
        return
    assert faults
