"""Where a system's parts are kept until they make a whole: in the store, or for a trial in memory."""

import sqlite3
from collections.abc import Mapping

import orjson

from adapters.client.native import Parts
from hub.domain.canonical import Json


class StoredParts:
    """Parts in the adapter's store. Implements `Parts`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the table if it is not there."""
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS part (about TEXT, part TEXT, document BLOB, PRIMARY KEY (about, part))"
            " WITHOUT ROWID"
        )

    def get(self, about: str, part: str) -> Json | None:
        """A part as it was put; None when there is none."""
        found = self._connection.execute(
            "SELECT document FROM part WHERE (about, part) = (?, ?)", (about, part)
        ).fetchone()
        return None if found is None else orjson.loads(found[0])

    def put(self, about: str, part: str, document: Json) -> None:
        """Keep a part, in place of an earlier one."""
        self._connection.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", (about, part, orjson.dumps(document)))

    def all(self, about: str) -> Mapping[str, Json]:
        """Every part of one thing, by its name."""
        rows = self._connection.execute("SELECT part, document FROM part WHERE about = ? ORDER BY part", (about,))
        return {part: orjson.loads(document) for part, document in rows}

    def remove(self, about: str) -> None:
        """Forget every part of one thing."""
        self._connection.execute("DELETE FROM part WHERE about = ?", (about,))


class PartsAside:
    """Parts as another has them; what is put or removed here changes nothing there. Implements `Parts`."""

    def __init__(self, held: Parts) -> None:
        self._held = held
        self._own: dict[str, dict[str, Json]] = {}

    def get(self, about: str, part: str) -> Json | None:
        """A part as it was put; None when there is none."""
        return self._of(about).get(part)

    def put(self, about: str, part: str, document: Json) -> None:
        """Keep a part, in place of an earlier one."""
        self._of(about)[part] = orjson.loads(orjson.dumps(document))

    def all(self, about: str) -> Mapping[str, Json]:
        """Every part of one thing, by its name."""
        return dict(sorted(self._of(about).items()))

    def remove(self, about: str) -> None:
        """Forget every part of one thing."""
        self._own[about] = {}

    def _of(self, about: str) -> dict[str, Json]:
        if about not in self._own:
            self._own[about] = dict(self._held.all(about))
        return self._own[about]


class PartsInMemory:
    """Parts for as long as the object lives. touched: what was asked for or put since it was last emptied."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, bytes]] = {}
        self.touched: set[str] = set()

    def get(self, about: str, part: str) -> Json | None:
        """A part as it was put; None when there is none."""
        self.touched.add(about)
        found = self._parts.get(about, {}).get(part)
        return None if found is None else orjson.loads(found)

    def put(self, about: str, part: str, document: Json) -> None:
        """Keep a part, in place of an earlier one."""
        self.touched.add(about)
        self._parts.setdefault(about, {})[part] = orjson.dumps(document)

    def all(self, about: str) -> Mapping[str, Json]:
        """Every part of one thing, by its name."""
        self.touched.add(about)
        return {part: orjson.loads(document) for part, document in sorted(self._parts.get(about, {}).items())}

    def remove(self, about: str) -> None:
        """Forget every part of one thing."""
        self.touched.add(about)
        self._parts.pop(about, None)
