"""Word of what is parked reaches the hub however an adapter puts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.client.events import parked_message
from adapters.client.link import Parked
from hub.domain.errors import Fault
from hub.exchange.parked import read_parked

TEXT = st.text(max_size=1_200)


def told(*faults: Fault) -> tuple[Fault, ...]:
    """As the hub reads it."""
    ((_, read),) = read_parked(parked_message([Parked(1, faults)]))
    return read


def test_what_is_put_as_it_must_be_is_told_as_it_is() -> None:
    fault = Fault("/names/0/surname", "maxLength", "holds at most 35 characters")
    assert told(fault, fault) == (fault, fault)


@pytest.mark.parametrize(
    ("path", "rule", "expected"),
    [
        ("names[0]", "maxLength", ("", "maxLength")),
        ("/" * 1_001, "maxLength", ("", "maxLength")),
        ("/a", "has no home", ("/a", "has-no-home")),
        ("/a", "", ("/a", "refused")),
        ("/a", "--", ("/a", "refused")),
        ("/a", "x" * 101, ("/a", "x" * 100)),
    ],
)
def test_a_place_or_a_rule_put_otherwise_is_brought_into_form(path: str, rule: str, expected: tuple[str, str]) -> None:
    (read,) = told(Fault(path, rule, ""))
    assert (read.path, read.rule) == expected


def test_what_is_parked_for_no_reason_is_told_all_the_same() -> None:
    assert told() == (Fault("", "refused", ""),)


@given(st.lists(st.builds(Fault, TEXT, TEXT, TEXT), max_size=30))
def test_the_hub_reads_whatever_an_adapter_parks(faults: list[Fault]) -> None:
    assert len(told(*faults)) == min(max(len(faults), 1), 20)
