"""The keyed digests by which the store knows things: one formula for each, used by whoever looks one up."""

from hub.ports import Keys


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
