"""Joining local ids: link after link, but never across a pair that is kept apart."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.joining import Joining, pair_of

KEYS = "abcdef"
PAIRS = st.lists(st.sampled_from(list(combinations(KEYS, 2))), max_size=8)


@given(PAIRS, PAIRS)
def test_whoever_is_kept_apart_is_never_in_one_component(
    links: list[tuple[str, str]], apart: list[tuple[str, str]]
) -> None:
    joining = Joining(KEYS, apart)
    for link in links:
        joining.join(*link)

    components = joining.components()
    assert sorted(key for component in components for key in component) == list(KEYS)
    assert not [pair for pair in apart for component in components if set(pair) <= set(component)]


@given(PAIRS, PAIRS)
def test_a_link_is_left_out_only_where_it_would_join_two_kept_apart(
    links: list[tuple[str, str]], apart: list[tuple[str, str]]
) -> None:
    joining = Joining(KEYS, apart)
    left_out = [link for link in links if not joining.join(*link)]

    whose = {key: set(component) for component in joining.components() for key in component}
    for one, other in links:
        across = any(set(pair) <= whose[one] | whose[other] for pair in apart)
        assert whose[one] == whose[other] if (one, other) not in left_out else across


def test_a_pair_is_named_in_order() -> None:
    assert pair_of("b", "a") == pair_of("a", "b") == ("a", "b")
