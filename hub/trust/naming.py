"""The keyed digests by which the store knows things: one formula for each, used by whoever looks one up."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable

from hub.domain.canonical import Json, canonical
from hub.ports import LONGER_BY, SHORTEST_FORM, Keys, Ladder

_TERM_LETTERS = 12


def local_key(keys: Keys, agency: str, local_id: str) -> str:
    """A local id of an agency."""
    return keys.keyed("local", agency, local_id)


def slot_key(keys: Keys, local: str, record_type: str, reference: str) -> str:
    """Where one agency's successive submissions on one thing replace each other; local: a local key."""
    return keys.keyed("slot", local, record_type, reference)


def record_key(keys: Keys, record_type: str, key: str) -> str:
    """A record's type and key, the `rid` of the tables."""
    return keys.keyed("rid", record_type, key)


def claim_digest(keys: Keys, scheme: str, canonical: str) -> str:
    """A strong identifier in its canonical form."""
    return keys.keyed("claim", scheme, canonical)


def ladder_digests(keys: Keys, rungs: Iterable[str]) -> Ladder:
    """A blocking key, from its shortest form to its longest."""
    ladder, digest = [], b""
    for rung in rungs:
        letters = keys.keyed("blocking", rung)
        digest += urlsafe_b64decode(letters + "==")[: LONGER_BY if digest else SHORTEST_FORM]
        ladder.append(digest)
    return tuple(ladder)


def said_digest(keys: Keys, local: str, path: str, value: Json) -> str:
    """What is said under a local key at a place of a record; two agencies that say the same have other digests."""
    return keys.keyed_bytes("said-at", canonical([local, path, value]))


def place_key(keys: Keys, path: str) -> str:
    """A place in a record, for names that tell nothing of what stands there."""
    return keys.keyed("place", path)


def opinion_digest(keys: Keys, rid: str, path: str, value: Json) -> str:
    """What is said at a place of a record, whoever says it: by it a ruling names what it settles."""
    return keys.keyed_bytes("opinion", canonical([rid, path, value]))


def term_digest(keys: Keys, field: str, value: str) -> str:
    """A value of a field that is compared, as the list of common values names it."""
    return keys.keyed("term", field, value)[:_TERM_LETTERS]
