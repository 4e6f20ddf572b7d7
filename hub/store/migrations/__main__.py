"""Writes a revision from what the tables say and the revisions so far do not: `python -m hub.store.migrations TEXT`."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hub.store.engine import open_engine, writing
from hub.store.migrations import upgrade
from hub.store.migrations.revisions import config


async def write_revision(message: str) -> None:
    """Compare with a database made by all revisions so far, and write the next one."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{Path(folder) / 'compare.db'}")
        await upgrade(engine)

        def compare(connection: Connection) -> None:
            settings = config(connection)
            number = len(list(ScriptDirectory.from_config(settings).walk_revisions())) + 1
            command.revision(settings, message, autogenerate=True, rev_id=f"{number:04}")

        async with writing(engine) as connection:
            await connection.run_sync(compare)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(write_revision(" ".join(sys.argv[1:])))
