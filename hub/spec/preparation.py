"""What the hub computes into a body when it takes it, by the names a schema lists under `x-prepare`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from hub.domain.canonical import Json
from hub.domain.identifiers import parse

Preparation: TypeAlias = Callable[[Json, datetime], Json]
"""A valid body and the time of its submission -> the body the hub keeps; the given one is left as it is."""


def complete_identifiers(body: Json, at: datetime) -> Json:
    """Canonical form, verified and ambiguous of every identifier; what was sent there is overwritten."""
    identifiers = body.get("identifiers")
    if not identifiers:
        return body
    return {**body, "identifiers": [_completed(item, at.year) for item in identifiers]}


def _completed(item: Json, year: int) -> Json:
    identifier = parse(item["scheme"], item["value"], year)
    completed = {
        "scheme": identifier.scheme,
        "value": identifier.raw,
        "canonical": identifier.canonical,
        "verified": identifier.verified,
    }
    return completed | {"ambiguous": True} if identifier.ambiguous else completed


PREPARATIONS: Mapping[str, Preparation] = {"identifiers": complete_identifiers}
