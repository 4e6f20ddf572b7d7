"""What the hub released: on its way to the native system, and held there."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from adapters.client.events import delivery_document, read_delivery
from adapters.client.link import Delivery, Parked, RecordName
from adapters.client.running.inbox import faults_of
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.rest import Rest

_TABLES = (
    """CREATE TABLE IF NOT EXISTS handover (
        person TEXT, record_type TEXT, key TEXT, number INTEGER NOT NULL, document BLOB NOT NULL, state TEXT NOT NULL,
        faults TEXT NOT NULL, untold INTEGER NOT NULL, PRIMARY KEY (person, record_type, key)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS handover_state ON handover (state, number)",
    """CREATE TABLE IF NOT EXISTS holding (
        person TEXT, record_type TEXT, key TEXT, number INTEGER NOT NULL, address TEXT NOT NULL, native BLOB,
        rest BLOB NOT NULL, release BLOB NOT NULL, receipt INTEGER NOT NULL, PRIMARY KEY (person, record_type, key))
        WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS holding_receipt ON holding (receipt, number)",
    "CREATE INDEX IF NOT EXISTS holding_address ON holding (address)",
    "CREATE TABLE IF NOT EXISTS known_as (local_id TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID",
)
_RECORD = "(person, record_type, key) = (?, ?, ?)"
_ON_ITS_WAY = "(state = 'waiting' OR untold = 1)"


@dataclass(frozen=True, slots=True)
class Holding:
    """A record as the native system really holds it, to the adapter's knowledge.

    address: where. native: in its form, None when it was withdrawn. rest: what of the release has no home there.
    release: the rest of the document that is digested, without the body.
    """

    record: RecordName
    number: int
    address: str
    native: Json | None
    rest: Rest
    release: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ParkedRelease:
    """A release that the native system does not hold. faults: JSON Pointers in its body."""

    number: int
    record: RecordName
    faults: tuple[Fault, ...]


class Releases:
    """The tables of releases: `handover` is to be done, `holding` was done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the tables if they are not there."""
        for statement in _TABLES:
            self._connection.execute(statement)

    def keep(self, deliveries: Iterable[Delivery]) -> None:
        """Keep deliveries to be handed over; of each record the newest, which supersedes one that is parked, too."""
        for each in deliveries:
            held = self.holding(each.record)
            if held is not None and held.number >= each.number:
                continue
            self._connection.execute(
                "INSERT INTO handover VALUES (?, ?, ?, ?, ?, 'waiting', '[]', 0) ON CONFLICT DO UPDATE SET"
                " number = excluded.number, document = excluded.document, state = 'waiting', faults = '[]', untold = 0"
                " WHERE excluded.number > number",
                (*each.record, each.number, orjson.dumps(delivery_document(each))),
            )
            if not each.withdrawn:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO known_as VALUES (?, ?)",
                    [(one, each.record.person) for one in each.local_ids],
                )

    def numbers(self) -> dict[RecordName, int]:
        """The last number kept of every record."""
        rows = self._connection.execute(
            "SELECT person, record_type, key, max(number) FROM (SELECT person, record_type, key, number FROM handover"
            " UNION ALL SELECT person, record_type, key, number FROM holding) GROUP BY person, record_type, key"
        )
        return {RecordName(*name): number for *name, number in rows}

    def persons_waiting(self, limit: int) -> list[str]:
        """Whose releases wait to be handed over, by the number of their first, of so many releases."""
        rows = self._connection.execute(
            "SELECT person FROM handover WHERE state = 'waiting' ORDER BY number LIMIT ?", (limit,)
        )
        return [*dict.fromkeys(person for (person,) in rows)]

    def next_of(self, person: str) -> Delivery | None:
        """The next release of a person to hand over."""
        row = self._connection.execute(
            "SELECT document FROM handover WHERE person = ? AND state = 'waiting' ORDER BY number LIMIT 1", (person,)
        ).fetchone()
        return None if row is None else read_delivery(orjson.loads(row[0]))

    def holding(self, record: RecordName) -> Holding | None:
        """A record as the native system holds it; None when it was never handed over."""
        row = self._connection.execute(f"SELECT * FROM holding WHERE {_RECORD}", tuple(record)).fetchone()  # noqa: S608
        return None if row is None else _holding(*row)

    def held_at(self, address: str) -> list[Holding]:
        """The records that are held at an address: more than one while two persons become one, or one two."""
        rows = self._connection.execute("SELECT * FROM holding WHERE address = ? AND native IS NOT NULL", (address,))
        return [_holding(*row) for row in rows.fetchall()]

    def all_held(self) -> Iterator[Holding]:
        """Every record that the native system holds."""
        rows = self._connection.execute("SELECT * FROM holding WHERE native IS NOT NULL")
        return (_holding(*row) for row in rows)

    def all_withdrawn(self) -> Iterator[Holding]:
        """Every record that the native system held, or might have, and holds no more."""
        rows = self._connection.execute("SELECT * FROM holding WHERE native IS NULL")
        return (_holding(*row) for row in rows)

    def holdings(self, after: RecordName, limit: int) -> list[Holding]:
        """The next records beyond a name that are held, or were withdrawn, by name."""
        rows = self._connection.execute(
            "SELECT * FROM holding WHERE (person, record_type, key) > (?, ?, ?)"
            " ORDER BY person, record_type, key LIMIT ?",
            (*after, limit),
        )
        return [_holding(*row) for row in rows.fetchall()]

    def on_their_way(self) -> list[Delivery]:
        """What is still to be handed over, or parked without the hub knowing."""
        rows = self._connection.execute(f"SELECT document FROM handover WHERE {_ON_ITS_WAY}")  # noqa: S608
        return [read_delivery(orjson.loads(document)) for (document,) in rows.fetchall()]

    def last_number(self, record: RecordName) -> int:
        """The number of the record's last delivery that is on its way or was applied; 0 before the first."""
        row = self._connection.execute(
            f"SELECT max(number) FROM (SELECT number FROM handover WHERE {_RECORD} AND {_ON_ITS_WAY}"  # noqa: S608
            f" UNION ALL SELECT number FROM holding WHERE {_RECORD})",
            (*record, *record),
        )
        return int(row.fetchone()[0] or 0)

    def read_up_to(self) -> int:
        """Every delivery up to this number was applied, or is parked and the hub knows; 0 before the first."""
        first, last = self._connection.execute(
            f"SELECT (SELECT min(number) FROM handover WHERE {_ON_ITS_WAY}),"  # noqa: S608
            " (SELECT max(number) FROM (SELECT number FROM handover UNION ALL SELECT number FROM holding))"
        ).fetchone()
        return int(last or 0) if first is None else int(first) - 1

    def persons(self) -> dict[str, str]:
        """The agency's own local ids -> the person whose they last were."""
        return dict(self._connection.execute("SELECT local_id, person FROM known_as").fetchall())

    def others_at(self, address: str, record: RecordName) -> bool:
        """Whether another record is held at an address: two persons became one, or one two."""
        rows = self._connection.execute(
            "SELECT 1 FROM holding WHERE address = ? AND native IS NOT NULL"
            " AND (person, record_type, key) <> (?, ?, ?)",
            (address, *record),
        )
        return rows.fetchone() is not None

    def applied(self, holding: Holding) -> None:
        """Note that the native system holds a release, or that nothing is held; its receipt is due."""
        name, number = tuple(holding.record), holding.number
        self._connection.execute(
            "INSERT OR REPLACE INTO holding VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
            (
                *name,
                number,
                holding.address,
                None if holding.native is None else orjson.dumps(holding.native),
                orjson.dumps(holding.rest),
                orjson.dumps(dict(holding.release)),
            ),
        )
        self._connection.execute(f"DELETE FROM handover WHERE {_RECORD} AND number <= ?", (*name, number))  # noqa: S608

    def park(self, delivery: Delivery, faults: Iterable[Fault]) -> None:
        """Note that the native system does not take a release, unless a newer one came meanwhile."""
        self._connection.execute(
            f"UPDATE handover SET state = 'parked', faults = ?, untold = 1 WHERE {_RECORD} AND number = ?",  # noqa: S608
            (orjson.dumps([*faults]).decode(), *delivery.record, delivery.number),
        )

    def parked(self) -> Iterator[ParkedRelease]:
        """What is parked, by number."""
        rows = self._connection.execute(
            "SELECT number, person, record_type, key, faults FROM handover WHERE state = 'parked' ORDER BY number"
        )
        return (
            ParkedRelease(number, RecordName(*name), faults_of(faults)) for number, *name, faults in rows.fetchall()
        )

    def untold(self, limit: int) -> list[Parked]:
        """What is parked and the hub does not know of."""
        rows = self._connection.execute(
            "SELECT number, faults FROM handover WHERE state = 'parked' AND untold = 1 ORDER BY number LIMIT ?",
            (limit,),
        )
        return [Parked(number, faults_of(faults)) for number, faults in rows.fetchall()]

    def told_hub(self, parked: Iterable[Parked]) -> None:
        """Note that the hub knows of what is parked."""
        self._connection.executemany(
            "UPDATE handover SET untold = 0 WHERE number = ?", [(each.number,) for each in parked]
        )

    def retry(self, number: int) -> bool:
        """Hand a parked release over again; whether it was parked."""
        changed = self._connection.execute(
            "UPDATE handover SET state = 'waiting' WHERE number = ? AND state = 'parked'", (number,)
        )
        return changed.rowcount > 0

    def due_receipts(self, limit: int) -> list[Holding]:
        """What is held and not yet said to be."""
        rows = self._connection.execute("SELECT * FROM holding WHERE receipt = 1 ORDER BY number LIMIT ?", (limit,))
        return [_holding(*row) for row in rows.fetchall()]

    def receipted(self, holdings: Iterable[Holding]) -> None:
        """Note that receipts are safe with the hub."""
        self._connection.executemany(
            f"UPDATE holding SET receipt = 0 WHERE {_RECORD} AND number = ?",  # noqa: S608
            [(*each.record, each.number) for each in holdings],
        )

    def count(self) -> dict[str, int]:
        """How many releases wait, are parked, lack a receipt; and the last number applied."""
        (waiting, parked), (last, receipts) = (
            self._connection.execute(statement).fetchone()
            for statement in (
                "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'parked')"
                " FROM handover",
                "SELECT coalesce(max(number), 0), coalesce(sum(receipt), 0) FROM holding",
            )
        )
        return {"waiting": waiting, "parked": parked, "receipts": receipts, "last": last}


def _holding(*row: Json) -> Holding:
    *name, number, address, native, rest, release, _ = row
    return Holding(
        RecordName(*name),
        number,
        address,
        None if native is None else orjson.loads(native),
        orjson.loads(rest),
        orjson.loads(release),
    )
