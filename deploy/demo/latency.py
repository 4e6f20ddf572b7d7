"""How long a record takes from an agency's hand to the native stores: its own, and the other agency's.

Counted is every record's first submission and the first release of it that is applied afterwards: these belong
together for certain. The other agency counts where it knew the person by then. Both ends read the same clock, that
of this machine.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import orjson

from adapters.client.link import RecordName
from adapters.sandbox.agency import VERSION
from hub.spec.registry import Registry

_FIRST_SENT = """
    SELECT record_type, local_id, body, min(sent) FROM outgoing
    WHERE refused IS NULL AND NOT withdrawn AND sent IS NOT NULL GROUP BY record_type, local_id, reference"""
_FIRST_APPLIED = "SELECT person, record_type, key, local_ids, min(at) FROM applied GROUP BY person, record_type, key"


def latencies(stores: Mapping[str, Path], registry: Registry) -> list[float]:
    """Seconds from submission to applied, one for each new record and agency that got it."""
    applied = {agency: dict(_first_applied(store)) for agency, store in stores.items()}
    knows = {agency: _first_heard_of(first) for agency, first in applied.items()}
    found: list[float] = []
    for agency, store in stores.items():
        sent = _first_sent(agency, store, registry)
        for name, (local_ids, at) in applied[agency].items():
            moments = [sent[name.type, name.key, local] for local in local_ids if (name.type, name.key, local) in sent]
            if moments and min(moments) <= at:
                begun = min(moments)
                found.append(at - begun)
                others = (other for other in applied if other != agency and name in applied[other])
                arrivals = (applied[other][name][1] for other in others if knows[other][name.person] <= begun)
                found.extend(arrival - begun for arrival in arrivals if arrival >= begun)
    return found


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that this share of all stays at or below; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _first_sent(agency: str, store: Path, registry: Registry) -> dict[tuple[str, str, str], float]:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return {
            (record_type, registry.get(record_type, VERSION).key(agency, orjson.loads(body)), local_id): sent
            for record_type, local_id, body, sent in connection.execute(_FIRST_SENT)
        }


def _first_applied(store: Path) -> Iterator[tuple[RecordName, tuple[list[str], float]]]:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        for person, record_type, key, local_ids, at in connection.execute(_FIRST_APPLIED):
            yield RecordName(person, record_type, key), (orjson.loads(local_ids), at)


def _first_heard_of(first: Mapping[RecordName, tuple[list[str], float]]) -> dict[str, float]:
    """Person -> when the first release about them was applied."""
    found: dict[str, float] = {}
    for name, (_, at) in first.items():
        found[name.person] = min(at, found.get(name.person, at))
    return found
