"""Rows of the tables as the hub's parts know them, and the way back."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import RowMapping

from hub.domain.joining import Likely
from hub.domain.recognition import Claim
from hub.domain.rulings import Ruling, Settled
from hub.domain.submission import Order, micros
from hub.ports import (
    AssertionRow,
    AuditRow,
    LocalIdRow,
    PersonRow,
    RecordId,
    RecordRow,
    RulingOver,
    RulingRow,
    SettledRow,
    StandingLevel,
    StandingRow,
    VerdictRow,
)
from hub.store.times import from_micros


def audit_values(row: AuditRow) -> dict[str, Any]:
    """An entry of the log as its table keeps it."""
    return {name: getattr(row, name) for name in row.__slots__} | {"at": micros(row.at)}


def record_row(row: RowMapping) -> RecordRow:
    """The row of a shared record as the hub's parts know it."""
    return RecordRow(
        RecordId(row["person"], row["type"], row["key"]),
        row["rid"],
        row["revision"],
        row["digest"],
        row["content"],
        _paths(row["contested"]),
        from_micros(row["changed"]),
        ruled=_paths(row["ruled"]),
        under_review=tuple(row["under_review"].split("\n")) if row["under_review"] is not None else (),
    )


def _paths(kept: str) -> tuple[str, ...]:
    return tuple(kept.split("\n")) if kept else ()


def record_values(row: RecordRow) -> dict[str, Any]:
    """A shared record as its table keeps it."""
    return {
        **row.id._asdict(),
        "rid": row.rid,
        "revision": row.revision,
        "digest": row.digest,
        "content": row.content,
        "contested": "\n".join(row.contested),
        "ruled": "\n".join(row.ruled),
        "changed": micros(row.changed),
        "under_review": "\n".join(row.under_review) if row.under_review else None,
    }


def person_rows(
    locals_: Iterable[RowMapping],
    survivors: Mapping[str, str | None],
    parted_from: Mapping[str, str | None] = MappingProxyType({}),
) -> dict[str, PersonRow]:
    """Persons with all their local ids.

    survivors: each person's id, with whom it was merged into, if it was. parted_from: of which person they came out.
    """
    members: dict[str, list[tuple[str, str, bytes]]] = {id_: [] for id_ in survivors}
    restricted: set[str] = set()
    for row in locals_:
        members[row["person"]].append((row["agency"], row["key"], row["sealed"]))
        if row["restricted"]:
            restricted.add(row["person"])
    return {
        id_: PersonRow(id_, tuple(sorted(members[id_])), id_ in restricted, survivor, parted_from.get(id_))
        for id_, survivor in survivors.items()
    }


def local_row(row: RowMapping, claims: Iterable[Claim]) -> LocalIdRow:
    """The row of a local id as the hub's parts know it."""
    return LocalIdRow(
        row["key"],
        row["agency"],
        row["person"],
        row["sealed"],
        row["features"],
        frozenset(claims),
        restricted=row["restricted"],
    )


def local_values(row: LocalIdRow) -> dict[str, Any]:
    """A local id as its table keeps it."""
    return {
        "key": row.key,
        "agency": row.agency,
        "person": row.person,
        "sealed": row.sealed,
        "features": row.features,
        "restricted": row.restricted,
    }


def standing_row(row: RowMapping) -> StandingRow:
    """The row of a standing assertion, joined with its body, as the hub's parts know it."""
    return StandingRow(
        row["slot"],
        row["local"],
        row["agency"],
        row["type"],
        row["key"],
        row["rid"],
        Order(row["micros"], row["sequence"], row["id"]),
        withdrawn=row["withdrawn"],
        body=row["body"],
        since=row["since"],
    )


def standing_values(row: StandingRow) -> dict[str, Any]:
    """A standing assertion as its table keeps it; the body stands with the assertion."""
    return {
        "slot": row.slot,
        "local": row.local,
        "agency": row.agency,
        **row.order._asdict(),
        "type": row.record_type,
        "key": row.key,
        "rid": row.rid,
        "withdrawn": row.withdrawn,
        "since": row.since,
        **_level_values(row.level),
    }


def _level_values(level: StandingLevel | None) -> dict[str, Any]:
    if level is None:
        return dict.fromkeys(("level_subject", "level_path", "level_since", "level_review", "level_ends", "level_said"))
    review, ends = (None if day is None else day.isoformat() for day in (level.review, level.ends))
    return {
        "level_subject": level.subject,
        "level_path": level.path,
        "level_since": level.since,
        "level_review": review,
        "level_ends": ends,
        "level_said": level.level,
    }


def assertion_values(row: AssertionRow) -> dict[str, Any]:
    """A submission, once taken, as its table keeps it."""
    return {
        "agency": row.agency,
        **row.order._asdict(),
        "slot": row.slot,
        "local": row.local,
        "type": row.record_type,
        "key": row.key,
        "rid": row.rid,
        "version": row.version,
        "withdrawn": row.withdrawn,
        "received": micros(row.received),
        "digest": row.digest,
        "body": row.body,
        "traceparent": row.traceparent,
    }


def likely_values(found: Likely) -> list[dict[str, Any]]:
    """What likelihood says of two, as its table keeps it: from either side, once where both are the same."""
    sides = {found.pair, found.pair[::-1]}
    said = {"weight": found.weight, "link": found.link, "found_by": found.key.hex()}
    return [{"local": one, "other": other, **said} for one, other in sides]


def settled_values(row: SettledRow) -> dict[str, Any]:
    """That a description is right, as its table keeps it."""
    return {
        "local": row.local,
        **row.order._asdict(),
        "by": row.by,
        "at": micros(row.at),
        "reason": row.reason,
    }


def verdict_values(row: VerdictRow) -> list[dict[str, Any]]:
    """A decision as its table keeps it: from either side."""
    one, other, apart = row.verdict
    told = {"apart": apart, "by": row.by, "at": micros(row.at), "reason": row.reason}
    return [{"local": one, "other": other, **told}, {"local": other, "other": one, **told}]


def ruling_of(row: RowMapping) -> Ruling:
    """The ruling itself, from any of its rows."""
    settles = {local: Settled(digest, Order(*since)) for local, (digest, since) in orjson.loads(row["settles"]).items()}
    return Ruling(row["id"], row["path"], settles, row["stands"])


def ruling_values(row: RulingRow) -> list[dict[str, Any]]:
    """A ruling as its table keeps it: once for every local id that it names."""
    ruling = row.ruling
    settles = {local: [digest, list(since)] for local, (digest, since) in sorted(ruling.settles.items())}
    told = {
        "id": ruling.id,
        "rid": row.rid,
        "path": ruling.path,
        "settles": orjson.dumps(settles).decode(),
        "stands": ruling.stands,
        "by": row.by,
        "at": micros(row.at),
    }
    return [{"local": local, **told, "reason": row.reasons[local]} for local in settles]


def ruling_over_values(over: RulingOver) -> list[dict[str, Any]]:
    """What taking a ruling back changes in its rows, named so that no column has the name."""
    return [
        {"named": local, "ruling": over.id, "who": over.by, "when": micros(over.at), "why": reason}
        for local, reason in sorted(over.reasons.items())
    ]
