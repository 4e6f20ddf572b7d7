"""The revisions, as Alembic knows them; apart, for to import it takes a tenth of the time in which a hub starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from hub.domain.errors import Halt

_LOCK = 0x68756200
"""PostgreSQL's advisory lock under which one process at a time migrates; any number will do."""
_FOLDER = Path(__file__).parent


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the database up to a revision. Raises `Halt`: it is at one that this version does not know."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    settings = config(connection)
    _refuse_newer(connection, ScriptDirectory.from_config(settings))
    command.upgrade(settings, revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the database back to an earlier revision, "base" for none."""
    command.downgrade(config(connection), revision)


def config(connection: Connection) -> Config:
    """Alembic's configuration, running on a connection that is in a transaction."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(_FOLDER))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    return settings


def _refuse_newer(connection: Connection, revisions: ScriptDirectory) -> None:
    known = {script.revision for script in revisions.walk_revisions()}
    if not connection.dialect.has_table(connection, "alembic_version"):
        return
    for (at,) in connection.execute(text("SELECT version_num FROM alembic_version")):
        if at not in known:
            raise Halt("the database belongs to a newer version of the hub; run that one")
