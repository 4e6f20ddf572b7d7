"""Brings a database to the tables of this version, and back, with Alembic.

A change to `hub.store.tables` needs a revision: `python -m hub.store.migrations "what changed"` writes one, from the
difference between the tables and all revisions so far, for its author to read and complete.
"""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.store.engine import reading, writing

_VERSIONS = Path(__file__).parent / "versions"


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database up to this version, in one transaction; processes that start together take turns.

    Raises:
        Halt: the database is at a revision this version does not know: it is newer than the hub.
        Unavailable: it does not answer.
    """
    async with reading(engine) as connection:
        if await connection.run_sync(_is_at_newest):
            return
    from hub.store.migrations import revisions  # noqa: PLC0415 - imports Alembic, which few starts need

    async with writing(engine) as connection:
        await connection.run_sync(revisions.upgrade, "head")


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Take the database back to an earlier revision, "base" for none. Raises as `upgrade`."""
    from hub.store.migrations import revisions  # noqa: PLC0415 - as above

    async with writing(engine) as connection:
        await connection.run_sync(revisions.downgrade, revision)


def newest() -> str:
    """The last revision: the name of each file begins with its number."""
    return max(file.name[1:5] for file in _VERSIONS.glob("r*.py"))


def _is_at_newest(connection: Connection) -> bool:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return False
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [newest()]
