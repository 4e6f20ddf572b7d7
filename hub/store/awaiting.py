"""By when a record must be applied, or seen, as deliveries and receipts change it: SQL for `held` and `sighting`.

A change that is overtaken before it is applied keeps its own deadline, so that changing a record does not put its
deadline off. Once that has been raised as an alert, `due` is empty until there is a newer delivery.
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, case, null
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from hub.store.tables import held, sighting


def still_due(new: ReadOnlyColumnCollection[str, Any]) -> dict[str, ColumnElement[Any]]:
    """What a new delivery makes of a record's deadline; new: its values.

    Who is told that a record is gone of which it never acknowledged anything is waited for no longer.
    """
    nothing_to_wait_for = and_(new.withdrawn, held.c.applied_number.is_(None))
    sooner = held.c.due <= new.due
    return {
        "due": case((nothing_to_wait_for, null()), (sooner, held.c.due), else_=new.due),
        "awaited": case((nothing_to_wait_for, new.number), (sooner, held.c.awaited), else_=new.number),
        "last_due": case((nothing_to_wait_for, null()), else_=new.due),
    }


def still_to_be_seen(new: ReadOnlyColumnCollection[str, Any]) -> dict[str, ColumnElement[Any]]:
    """The same for when it must have been seen."""
    sooner = sighting.c.due <= new.due
    return {
        "due": case((sooner, sighting.c.due), else_=new.due),
        "awaited": case((sooner, sighting.c.awaited), else_=new.number),
    }


def due_after(settled: BindParameter[int], table: Table = held) -> dict[str, ColumnElement[Any]]:
    """What a receipt makes of it. settled: the number that it is for. table: where it stands.

    Where the agency has still to apply something later, that is waited for, by its own deadline.
    """
    reached = table.c.awaited <= settled
    return {
        "due": case((table.c.number <= settled, null()), (reached, table.c.last_due), else_=table.c.due),
        "awaited": case((reached, table.c.number), else_=table.c.awaited),
    }
