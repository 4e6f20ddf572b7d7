from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.spec.registry import Registry, schemas_folder

REGISTRY = Registry.load(schemas_folder())


@pytest.mark.parametrize(
    ("record_type", "body", "key"),
    [
        ("offender", {"names": {"surname": "Tamm"}}, "-"),
        ("assessment", {"reference": "A/1", "oasysNumber": "96"}, "96"),
        ("assessment", {"reference": "A/1"}, "leeds/A%2F1"),
        ("assessment", {"reference": "A/1", "oasysNumber": None}, "leeds/A%2F1"),
        ("registration", {"scheme": "mappa", "code": "MAPP", "reference": "7"}, "mappa"),
        (
            "registration",
            {"scheme": "prison-alert", "type": "H", "code": "HA", "reference": "7"},
            "prison-alert/H/HA/leeds/7",
        ),
        (
            "registration",
            {"scheme": "probation-register", "code": "RHRH", "reference": "7"},
            "probation-register/RHRH/leeds/7",
        ),
        ("movement", {"booking": "A00112", "sequence": 3}, "leeds/A00112/3"),
    ],
)
def test_a_record_is_named_by_the_first_alternative_that_applies(record_type: str, body: Json, key: str) -> None:
    assert REGISTRY.newest(record_type).key("leeds", body) == key


def test_a_joint_registration_has_one_key_whoever_says_it() -> None:
    mappa = REGISTRY.newest("registration")
    said = [{"scheme": "mappa", "code": code, "reference": code} for code in ("MAPP", "P12")]
    assert mappa.key("leeds", said[0]) == mappa.key("prisons", said[1])


@pytest.mark.parametrize(
    ("record_type", "body", "reference"),
    [
        ("offender", {}, ""),
        ("assessment", {"reference": "A/1"}, "A%2F1"),
        ("movement", {"booking": "A 1", "sequence": 3}, "A%201/3"),
    ],
)
def test_a_record_and_its_withdrawal_have_one_reference(record_type: str, body: Json, reference: str) -> None:
    assert REGISTRY.newest(record_type).reference(body) == reference


_NAMED = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["prison-alert", "probation-register", "other"]),
        "code": st.sampled_from(["A", "A/A", "A-A"]),
        "reference": st.text("a/%-1", min_size=1, max_size=4),
    },
    optional={"type": st.sampled_from(["A", "A/A", "A-A"])},
)


@given(st.lists(st.tuples(st.sampled_from(["a", "a/a"]), _NAMED), min_size=2, max_size=6))
def test_two_records_named_differently_never_have_one_key(named: list[tuple[str, Json]]) -> None:
    spec = REGISTRY.newest("registration")
    keys = sorted((spec.key(agency, body), repr((agency, sorted(body.items())))) for agency, body in named)
    assert all(one[0] != other[0] or one[1] == other[1] for one, other in pairwise(keys))
