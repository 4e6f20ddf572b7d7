"""A database that cannot be the hub's is not asked again and again: the operator is told what to set."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from hub.domain.errors import Halt
from hub.store.engine import open_engine, reading


async def _refused(url: str) -> str:
    engine = open_engine(url)
    with pytest.raises(Halt) as refusal:
        async with reading(engine):
            pass
    await engine.dispose()
    return str(refusal.value)


@pytest.mark.servers
@pytest.mark.parametrize("wrong", [{"database": "no-such-database"}, {"username": "no-such-user"}])
async def test_a_wrong_name_of_database_or_user_is_the_operators_to_mend(
    empty_postgres_url: str, wrong: dict[str, str]
) -> None:
    url = make_url(empty_postgres_url).set(**wrong).render_as_string(hide_password=False)  # type: ignore[arg-type]  # two texts
    assert "set HUB_DATABASE_URL" in await _refused(url)


async def test_a_file_that_is_no_database_is_the_operators_to_mend(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    file.write_bytes(b"no database at all " * 100)
    assert "set HUB_DATABASE_URL" in await _refused(f"sqlite+aiosqlite:///{file}")
