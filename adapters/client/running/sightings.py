"""That somebody of the agency's staff has seen what was handed over, until the hub has been told."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.client.link import RecordName
from adapters.client.running.releases import Releases
from hub.domain.seen import Seen

_TABLE = """CREATE TABLE IF NOT EXISTS sighting (
    person TEXT, record_type TEXT, key TEXT, number INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (person, record_type, key)) WITHOUT ROWID"""


class Noted(StrEnum):
    """What became of the word that something was seen."""

    KEPT = "kept"
    NOT_HELD = "not-held"
    """Nothing was handed over there under this number, or not yet, or it was withdrawn."""
    OVERTAKEN = "overtaken"
    """Something newer has been handed over there since; that is to be seen anew."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Who has seen a delivery of a record, and when."""

    record: RecordName
    number: int
    seen: Seen


class Sightings:
    """The table. It names staff, so nothing stays in it once the hub has been told."""

    def __init__(self, connection: sqlite3.Connection, releases: Releases) -> None:
        self._connection = connection
        self._releases = releases

    def create(self) -> None:
        """Make the table if it is not there."""
        self._connection.execute(_TABLE)

    def note(self, address: Iterable[str], number: int, seen: Seen) -> Noted:
        """Keep that what was handed over at an address under a number was seen; of several words the first.

        address: in all spellings it may have.
        """
        held = [each for one in dict.fromkeys(address) for each in self._releases.held_at(one) if each.number >= number]
        for each in held:
            if each.number == number:
                self._connection.execute(
                    "INSERT INTO sighting VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " number = excluded.number, by = excluded.by, at = excluded.at WHERE excluded.number > number",
                    (*each.record, number, seen.by, seen.at.isoformat()),
                )
                return Noted.KEPT
        return Noted.OVERTAKEN if held else Noted.NOT_HELD

    def due(self, limit: int) -> list[Sighting]:
        """What the hub is to be told."""
        rows = self._connection.execute("SELECT * FROM sighting ORDER BY number LIMIT ?", (limit,)).fetchall()
        return [
            Sighting(RecordName(*name), number, Seen(by, datetime.fromisoformat(at))) for *name, number, by, at in rows
        ]

    def count(self) -> int:
        """How many the hub is to be told of."""
        return int(self._connection.execute("SELECT count(*) FROM sighting").fetchone()[0])

    def told(self, sightings: Iterable[Sighting]) -> None:
        """The hub knows of these, or they are overtaken."""
        self._connection.executemany(
            "DELETE FROM sighting WHERE (person, record_type, key, number) = (?, ?, ?, ?)",
            [(*each.record, each.number) for each in sightings],
        )
