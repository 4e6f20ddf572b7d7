"""Keyed digests, the seam bodies go through, and wrapped keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import Halt
from hub.ports import Keys, Seal
from hub.trust.sealing import CompressingSeal, LookupKeys, MasterKey

KEYS: Keys = LookupKeys(b"k" * 32)
SEAL: Seal = CompressingSeal()


def test_a_keyed_digest_is_22_characters_that_stand_in_a_url() -> None:
    digest = KEYS.keyed("local", "probation", "X320741")

    assert len(digest) == 22
    assert set(digest) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_digest_of_one_thing_is_always_the_same_and_depends_on_the_key() -> None:
    assert KEYS.keyed("local", "a", "b") == LookupKeys(b"k" * 32).keyed("local", "a", "b")
    assert KEYS.keyed("local", "a", "b") != LookupKeys(b"j" * 32).keyed("local", "a", "b")


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (KEYS.keyed("kind", *one) == KEYS.keyed("kind", *other)) == (one == other)


def test_kinds_keep_digests_apart_and_so_does_content_from_parts() -> None:
    assert KEYS.keyed("local", "a") != KEYS.keyed("claim", "a")
    assert KEYS.keyed_bytes("local", b"a") != KEYS.keyed_bytes("claim", b"a")
    assert KEYS.keyed("local", "a") != KEYS.keyed_bytes("local", b"1:a")


@given(st.binary(max_size=5_000))
def test_what_was_sealed_opens_again(content: bytes) -> None:
    assert SEAL.open("person:1", SEAL.seal("person:1", content)) == content


def test_a_body_is_kept_compressed() -> None:
    body = b'{"item": "3.3", "answer": "no problems"},' * 80

    assert len(SEAL.seal("person:1", body)) < len(body) / 10


@pytest.mark.parametrize("damaged", [b"", b"\x07abc", b"\x01 not a frame"])
def test_what_was_not_sealed_stops_the_hub_and_names_the_owner(damaged: bytes) -> None:
    with pytest.raises(Halt, match="person:1"):
        SEAL.open("person:1", damaged)


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(SEAL.seal("person:1", bytes(range(256)) * 4))
    sealed[-1] ^= 1

    with pytest.raises(Halt, match="damaged"):
        SEAL.open("person:1", bytes(sealed))


def test_a_wrapped_key_opens_under_its_master_key_and_purpose_only() -> None:
    wrapped = MasterKey(b"m" * 32).wrap("signing key", b"secret")

    assert b"secret" not in wrapped
    assert MasterKey(b"m" * 32).unwrap("signing key", wrapped) == b"secret"
    with pytest.raises(Halt, match="HUB_KEY"):
        MasterKey(b"n" * 32).unwrap("signing key", wrapped)
    with pytest.raises(Halt, match="HUB_KEY"):
        MasterKey(b"m" * 32).unwrap("data key", wrapped)
    with pytest.raises(Halt, match="HUB_KEY"):
        MasterKey(b"m" * 32).unwrap("signing key", b"short")
