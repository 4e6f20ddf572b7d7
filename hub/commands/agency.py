"""`hub agency ...`: who may speak to the hub."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.commands.running import on_foundation
from hub.store.agencies import AgencyRow
from hub.trust.agencies import Credentials, Scope

commands = typer.Typer(no_args_is_help=True, help="Agencies and their credentials.")

_Name = Annotated[str, typer.Argument(metavar="AGENCY", help="the name in its contract, contracts/AGENCY.toml")]
_AS_AGENCIES = (Scope.SUBMIT, Scope.READ)


@commands.command()
def add(
    name: _Name,
    scope: Annotated[list[Scope] | None, typer.Option(help="what it may do; submit and read unless told")] = None,
) -> None:
    """Register an agency and print its credentials; the secret is shown this once."""
    _show(on_foundation(lambda base: base.agencies.add(name, scope or _AS_AGENCIES)))


@commands.command()
def secret(name: _Name) -> None:
    """Give an agency a new secret; the old one ends at once."""
    _show(on_foundation(lambda base: base.agencies.new_secret(name)))


@commands.command()
def suspend(name: _Name) -> None:
    """Let an agency's tokens end within seconds, give it no new ones, and leave what it sends over Kafka waiting."""
    on_foundation(lambda base: base.agencies.suspend(name))


@commands.command()
def resume(name: _Name) -> None:
    """Lift a suspension."""
    on_foundation(lambda base: base.agencies.resume(name))


@commands.command(name="list")
def list_() -> None:
    """Show every registered agency."""
    table = Table("agency", "client id", "scopes", "added (UTC)", "state")
    for row in on_foundation(lambda base: base.agencies.all()):
        table.add_row(row.name, row.client_id, " ".join(sorted(row.scopes)), f"{row.added:%Y-%m-%d %H:%M}", _state(row))
    Console().print(table)


def _state(row: AgencyRow) -> str:
    if row.suspended:
        return "suspended"
    return "input paused" if row.input_paused else "active"


def _show(credentials: Credentials) -> None:
    typer.echo(f"client_id={credentials.client_id}\nclient_secret={credentials.secret}")
