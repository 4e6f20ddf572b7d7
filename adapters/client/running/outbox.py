"""What the agency said and says to the hub: each submission, its id made once, and what it last said of a record."""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from adapters.client.link import Event, Refusal
from adapters.client.native import Said
from adapters.client.running.inbox import faults_of
from hub.domain.canonical import Json, canonical
from hub.domain.errors import Fault

_TABLES = (
    """CREATE TABLE IF NOT EXISTS outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, payload INTEGER NOT NULL,
        record_type TEXT NOT NULL, version TEXT NOT NULL, local_id TEXT NOT NULL, reference TEXT NOT NULL,
        key TEXT NOT NULL, time TEXT NOT NULL, sequence INTEGER, body BLOB NOT NULL, withdrawn INTEGER NOT NULL,
        state TEXT NOT NULL, reason TEXT, faults TEXT NOT NULL DEFAULT '[]')""",
    "CREATE INDEX IF NOT EXISTS outbox_slot ON outbox (record_type, local_id, key, time, sequence, position)",
    "CREATE INDEX IF NOT EXISTS outbox_state ON outbox (state, position)",
    "CREATE INDEX IF NOT EXISTS outbox_payload ON outbox (payload)",
    "CREATE TABLE IF NOT EXISTS own (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
_COLUMNS = "id, record_type, version, local_id, time, body, withdrawn, sequence"
_STANDS = "state IN ('waiting', 'sent')"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an agency's word on a record stands. key, reference: as the specification makes them of the body."""

    record_type: str
    local_id: str
    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class LastSaid:
    """What the agency last said of a record. order: when its source recorded it, UTC, then the source's number."""

    order: tuple[str, int]
    key: str
    reference: str
    body: Json
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A submission that the hub did not take. payload: the place of what it was made of in the inbox."""

    id: str
    payload: int
    record_type: str
    local_id: str
    body: Json
    reason: str
    faults: tuple[Fault, ...]


class Outbox:
    """The table of submissions. States: waiting, sent, refused (by the hub), retried (refused, and said anew)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._prefix = ""

    def create(self) -> None:
        """Make the tables if they are not there, and the name all ids of this store begin with.

        It begins with the moment, so that ids of a store made later sort later: of two submissions recorded at one
        time, the hub takes the greater id for the later.
        """
        for statement in _TABLES:
            self._connection.execute(statement)
        moment = int(datetime.now(UTC).timestamp() * 1_000)
        self._connection.execute(
            "INSERT OR IGNORE INTO own VALUES ('prefix', ?)", (f"{moment:012x}-{secrets.token_hex(4)}",)
        )
        (self._prefix,) = self._connection.execute("SELECT value FROM own WHERE name = 'prefix'").fetchone()

    def say(self, said: Said, slot: Slot, version: str, payload: int) -> str:
        """Queue a submission; its id."""
        position = self._next()
        submission = f"{self._prefix}-{position:012d}"
        self._connection.execute(
            "INSERT INTO outbox (position, id, payload, record_type, version, local_id, reference, key, time, sequence,"
            " body, withdrawn, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
            (
                position,
                submission,
                payload,
                said.record_type,
                version,
                said.local_id,
                slot.reference,
                slot.key,
                moment_text(said.time),
                said.sequence,
                canonical(said.body),
                said.withdrawn,
            ),
        )
        return submission

    def last_said(self, record_type: str, local_id: str, *, key: str = "", reference: str = "") -> LastSaid | None:
        """What stands as the agency's word on the record of that key, or else of that reference.

        Refused submissions do not stand, nor does one recorded earlier than another.
        """
        column, value = ("key", key) if key else ("reference", reference)
        row = self._connection.execute(
            f"SELECT time, coalesce(sequence, -1), key, reference, body, withdrawn FROM outbox"  # noqa: S608 - one of two
            f" WHERE record_type = ? AND local_id = ? AND {column} = ? AND {_STANDS}"
            " ORDER BY time DESC, coalesce(sequence, -1) DESC, position DESC LIMIT 1",
            (record_type, local_id, value),
        ).fetchone()
        if row is None:
            return None
        time, sequence, found_key, found_reference, body, withdrawn = row
        return LastSaid((time, sequence), found_key, found_reference, orjson.loads(body), bool(withdrawn))

    def standing(self) -> Iterator[tuple[Slot, LastSaid]]:
        """Every record the agency asserts, as it last said it."""
        rows = self._connection.execute(
            "SELECT record_type, local_id, key, reference, time, coalesce(sequence, -1), body, withdrawn FROM ("  # noqa: S608
            "SELECT *, row_number() OVER (PARTITION BY record_type, local_id, reference"
            " ORDER BY time DESC, coalesce(sequence, -1) DESC, position DESC) AS age"
            f" FROM outbox WHERE {_STANDS}) WHERE age = 1 AND NOT withdrawn"
        )
        for record_type, local_id, key, reference, time, sequence, body, withdrawn in rows:
            said = LastSaid((time, sequence), key, reference, orjson.loads(body), bool(withdrawn))
            yield Slot(record_type, local_id, key, reference), said

    def waiting(self, limit: int) -> list[Event]:
        """The next submissions to send, in the order in which they were said."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE state = 'waiting' ORDER BY position LIMIT ?",  # noqa: S608 - constant
            (limit,),
        )
        return [_event(*row) for row in rows.fetchall()]

    def sent(self, submissions: Iterable[str]) -> None:
        """Note what is safe with the hub."""
        self._connection.executemany(
            "UPDATE outbox SET state = 'sent' WHERE id = ? AND state = 'waiting'", [(each,) for each in submissions]
        )

    def refused(self, refusal: Refusal) -> int | None:
        """Note that the hub refused a submission; the payload it was made of. None: this store knows of none such."""
        row = self._connection.execute(
            f"UPDATE outbox SET state = 'refused', reason = ?, faults = ? WHERE id = ? AND {_STANDS}"  # noqa: S608 - constant
            " RETURNING payload",
            (refusal.reason, orjson.dumps(refusal.faults).decode(), refusal.id),
        ).fetchone()
        return None if row is None else int(row[0])

    def all_refused(self) -> Iterator[RefusedRow]:
        """What the hub refused and was not tried again."""
        rows = self._connection.execute(
            "SELECT id, payload, record_type, local_id, body, reason, faults FROM outbox WHERE state = 'refused'"
            " ORDER BY position"
        )
        return (
            RefusedRow(submission, payload, record_type, local_id, orjson.loads(body), reason, faults_of(faults))
            for submission, payload, record_type, local_id, body, reason, faults in rows.fetchall()
        )

    def says(self, said: Said, slot: Slot, body: Json) -> bool:
        """Whether this very thing was said as recorded at this very time: a payload that came twice."""
        row = self._connection.execute(
            "SELECT 1 FROM outbox WHERE (record_type, local_id, key, time, coalesce(sequence, -1), body, withdrawn)"  # noqa: S608
            f" = (?, ?, ?, ?, ?, ?, ?) AND {_STANDS}",
            (
                said.record_type,
                said.local_id,
                slot.key,
                moment_text(said.time),
                -1 if said.sequence is None else said.sequence,
                canonical(body),
                said.withdrawn,
            ),
        ).fetchone()
        return row is not None

    def retried(self, payload: int) -> None:
        """Note that what was refused of a payload is said anew, under other ids."""
        self._connection.execute(
            "UPDATE outbox SET state = 'retried' WHERE payload = ? AND state = 'refused'", (payload,)
        )

    def count(self) -> dict[str, int]:
        """How many submissions are waiting, sent, refused, retried."""
        return dict(self._connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())

    def forget(self) -> None:
        """Forget what was said because of payloads that are forgotten, and something later stands for."""
        self._connection.execute(
            "DELETE FROM outbox AS old WHERE state IN ('sent', 'retried')"
            " AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.position = old.payload)"
            " AND (state = 'retried' OR EXISTS (SELECT 1 FROM outbox AS later WHERE later.record_type = old.record_type"
            " AND later.local_id = old.local_id AND later.key = old.key AND later.reference = old.reference"
            " AND later.state = 'sent' AND (later.time, coalesce(later.sequence, -1), later.position)"
            " > (old.time, coalesce(old.sequence, -1), old.position)))"
        )

    def _next(self) -> int:
        """Not reused after rows were forgotten."""
        found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return 1 if found is None else int(found[0]) + 1


def moment_text(moment: datetime) -> str:
    """A time so written that text sorts as times do: UTC, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _event(*row: Json) -> Event:
    submission, record_type, version, local_id, time, body, withdrawn, sequence = row
    moment = datetime.fromisoformat(time)
    return Event(
        submission, record_type, version, local_id, moment, orjson.loads(body), bool(withdrawn), sequence=sequence
    )
