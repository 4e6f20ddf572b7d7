"""`hub agency ...`: who may speak to the hub."""

from typing import Annotated

import typer

from hub.api.admin.documents import agency_document, credentials_document
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, print_json, show_list, show_one
from hub.trust.agencies import Credentials, Scope

commands = typer.Typer(no_args_is_help=True, help="Agencies and their credentials.")

_Name = Annotated[str, typer.Argument(metavar="AGENCY", help="the name in its contract, contracts/AGENCY.toml")]
_AS_AGENCIES = (Scope.SUBMIT, Scope.READ)
_COLUMNS = {
    "agency": "name",
    "client id": "clientId",
    "scopes": "scopes",
    "added (UTC)": "added",
    "suspended": "suspended",
    "input paused (UTC)": "input.paused",
}


@commands.command()
def add(
    name: _Name,
    scope: Annotated[list[Scope] | None, typer.Option(help="what it may do; submit and read unless told")] = None,
    as_json: AsJson = False,
) -> None:
    """Register an agency and print its credentials; the secret is shown this once."""
    if Scope.ADMIN in (scope or ()):
        raise typer.BadParameter("who administers is an operator: `hub operator add`")
    made = on_foundation(lambda base: base.agencies.add(name, scope or _AS_AGENCIES, operator(base)))
    show_credentials(made, as_json=as_json)


@commands.command()
def secret(name: _Name, as_json: AsJson = False) -> None:
    """Give an agency a new secret; the old one ends at once."""
    made = on_foundation(lambda base: base.agencies.new_secret(name, operator(base)))
    show_credentials(made, as_json=as_json)


@commands.command()
def suspend(name: _Name) -> None:
    """Let an agency's tokens end within seconds, give it no new ones, and leave what it sends over Kafka waiting."""
    on_foundation(lambda base: base.agencies.suspend(name, operator(base)))


@commands.command()
def resume(name: _Name) -> None:
    """Lift a suspension."""
    on_foundation(lambda base: base.agencies.resume(name, operator(base)))


@commands.command()
def show(name: _Name, as_json: AsJson = False) -> None:
    """Show one agency."""
    show_one(agency_document(on_foundation(lambda base: base.agencies.one(name))), as_json=as_json)


@commands.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """Show every registered agency."""
    rows = on_foundation(lambda base: base.agencies.all())
    show_list("agencies", [agency_document(row) for row in rows], _COLUMNS, as_json=as_json)


def show_credentials(credentials: Credentials, *, as_json: bool) -> None:
    """Print credentials, in the form the environment of a client wants them, or as JSON."""
    if as_json:
        print_json(credentials_document(credentials))
    else:
        typer.echo(f"client_id={credentials.client_id}\nclient_secret={credentials.secret}")
