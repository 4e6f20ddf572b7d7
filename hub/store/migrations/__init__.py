"""Brings a database to the tables of this version, and back, with Alembic.

A change to `hub.store.tables` needs a revision: `python -m hub.store.migrations "what changed"` writes one, from the
difference between the tables and all revisions so far, for its author to read and complete.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.errors import Halt
from hub.store.engine import writing

_LOCK = 0x68756200
"""PostgreSQL's advisory lock under which one process at a time migrates; any number will do."""
_FOLDER = Path(__file__).parent


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction; processes that start together take turns.

    Raises:
        Halt: the database is at a revision this version does not know: it is newer than the hub.
        Unavailable: it does not answer.
    """
    async with writing(engine) as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Take the database back to an earlier revision, "base" for none. Raises as `upgrade`."""
    async with writing(engine) as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), revision))


def config(connection: Connection) -> Config:
    """Alembic's configuration, running on a connection that is in a transaction."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(_FOLDER))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    return settings


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    settings = config(connection)
    _refuse_newer(connection, ScriptDirectory.from_config(settings))
    command.upgrade(settings, revision)


def _refuse_newer(connection: Connection, revisions: ScriptDirectory) -> None:
    known = {script.revision for script in revisions.walk_revisions()}
    if not connection.dialect.has_table(connection, "alembic_version"):
        return
    for (at,) in connection.execute(text("SELECT version_num FROM alembic_version")):
        if at not in known:
            raise Halt("the database belongs to a newer version of the hub; run that one")
