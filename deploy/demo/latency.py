"""How long a record takes from an agency's hand into the systems: its own, and the other agency's.

Counted is every record that was announced and whose first release was handed over afterwards: these belong together
for certain. The other agency counts where it knew the person by then. All ends read the same clock, that of this
machine.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from deploy.demo.stage import Beside

_ENTERED = "SELECT position, entered FROM announcement WHERE taken IS NOT NULL"
_SAID = """
    SELECT inbox.source, outbox.record_type, outbox.key, outbox.local_id FROM outbox
    JOIN inbox ON inbox.position = outbox.payload WHERE NOT withdrawn AND outbox.state = 'sent'"""
_HELD = "SELECT person, record_type, key, address FROM holding WHERE native IS NOT NULL"
_KNOWN_AS = "SELECT local_id, person FROM known_as"
_FIRST_TOLD = "SELECT address, first FROM told WHERE system = ?"


class Name(NamedTuple):
    """A record by its person, type and key."""

    person: str
    type: str
    key: str


def latencies(adapters: Sequence[Beside], natives: Mapping[str, Path]) -> list[float]:
    """Seconds from entered to handed over, one for each record and agency that got it."""
    arrived = {agency: _arrived(agency, adapters, natives[agency]) for agency in natives}
    knows = {agency: _first_heard_of(names) for agency, names in arrived.items()}
    found: list[float] = []
    for agency, native in natives.items():
        for name, entered in _entered(agency, adapters, native).items():
            own = arrived[agency].get(name)
            if own is None or own < entered:
                continue
            found.append(own - entered)
            others = (other for other in natives if other != agency and name in arrived[other])
            moments = [arrived[other][name] for other in others if knows[other][name.person] <= entered]
            found.extend(moment - entered for moment in moments if moment >= entered)
    return found


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that this share of all stays at or below; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _first_heard_of(arrived: Mapping[Name, float]) -> dict[str, float]:
    """Person -> when the first record about them was handed over."""
    found: dict[str, float] = {}
    for name, moment in arrived.items():
        found[name.person] = min(moment, found.get(name.person, moment))
    return found


def _entered(agency: str, adapters: Sequence[Beside], native: Path) -> dict[Name, float]:
    """Record -> when its first announcement was entered."""
    with closing(_read(native)) as connection:
        entered = dict(connection.execute(_ENTERED).fetchall())
    found: dict[Name, float] = {}
    for beside in (each for each in adapters if each.agency == agency):
        with closing(_read(beside.store)) as connection:
            persons = dict(connection.execute(_KNOWN_AS).fetchall())
            for source, record_type, key, local_id in connection.execute(_SAID):
                position = _position(source)
                if position in entered and local_id in persons:
                    name = Name(persons[local_id], record_type, key)
                    found[name] = min(entered[position], found.get(name, entered[position]))
    return found


def _arrived(agency: str, adapters: Sequence[Beside], native: Path) -> dict[Name, float]:
    """Record -> when it was first handed over."""
    return {
        name: moment
        for beside in adapters
        if beside.agency == agency
        for name, moment in _first_handed_over(beside, native)
    }


def _first_handed_over(beside: Beside, native: Path) -> Iterator[tuple[Name, float]]:
    with closing(_read(native)) as connection:
        first = dict(connection.execute(_FIRST_TOLD, (beside.system,)).fetchall())
    with closing(_read(beside.store)) as connection:
        for person, record_type, key, address in connection.execute(_HELD):
            if address in first:
                yield Name(person, record_type, key), first[address]


def _position(source: str | None) -> int | None:
    """The announcement that a payload of the inbox was."""
    _, _, number = (source or "").rpartition("/")
    return int(number) if number.isdecimal() else None


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
