"""The keyed digests by which the store knows blocking keys."""

from hub.trust.naming import ladder_digests
from hub.trust.sealing import LookupKeys

KEYS, OTHER_KEYS = LookupKeys(bytes(range(32))), LookupKeys(bytes(32))
RUNGS = ("names|S530|J500", "names|S530|J500|1970", "names|S530|J500|1970|ls1")


def test_each_form_of_a_blocking_key_begins_with_the_shorter_one() -> None:
    shortest, longer, longest = ladder_digests(KEYS, RUNGS)

    assert longer.startswith(shortest)
    assert longest.startswith(longer)
    assert [len(each) for each in (shortest, longer, longest)] == [7, 11, 15]


def test_a_blocking_key_is_the_same_for_everybody_who_has_it_and_another_under_another_key() -> None:
    assert ladder_digests(KEYS, RUNGS[:2]) == ladder_digests(KEYS, RUNGS)[:2]
    assert ladder_digests(KEYS, RUNGS)[0] != ladder_digests(OTHER_KEYS, RUNGS)[0]


def test_keys_that_differ_in_kind_or_in_the_longer_part_are_kept_apart() -> None:
    assert ladder_digests(KEYS, ["born|1970|0102"])[0] != ladder_digests(KEYS, ["name-year|1970|0102"])[0]
    assert ladder_digests(KEYS, RUNGS)[1] != ladder_digests(KEYS, (RUNGS[0], "names|S530|J500|1971"))[1]
