"""`hub operator ...`: who may administer the hub over its API."""

from typing import Annotated

import typer

from hub.api.admin.documents import operator_document
from hub.commands.agency import show_credentials
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list
from hub.trust.agencies import AS_OPERATORS, Role

commands = typer.Typer(no_args_is_help=True, help="Operators and their credentials.")

_Name = Annotated[
    str,
    typer.Argument(metavar="OPERATOR", help="as the audit shall name them; `sub` in the tokens of an external issuer"),
]
_COLUMNS = {"operator": "name", "client id": "clientId", "added (UTC)": "added", "suspended": "suspended"}


@commands.command()
def add(name: _Name, as_json: AsJson = False) -> None:
    """Register an operator and print the credentials; the secret is shown this once."""
    made = on_foundation(lambda base: base.agencies.add(name, AS_OPERATORS, operator(base)))
    show_credentials(made, as_json=as_json)


@commands.command()
def secret(name: _Name, as_json: AsJson = False) -> None:
    """Give an operator a new secret; the old one ends at once."""
    made = on_foundation(lambda base: base.agencies.new_secret(name, operator(base), Role.OPERATOR))
    show_credentials(made, as_json=as_json)


@commands.command()
def suspend(name: _Name) -> None:
    """Let an operator's tokens end within seconds and give them no new ones."""
    on_foundation(lambda base: base.agencies.suspend(name, operator(base), Role.OPERATOR))


@commands.command()
def resume(name: _Name) -> None:
    """Lift a suspension."""
    on_foundation(lambda base: base.agencies.resume(name, operator(base), Role.OPERATOR))


@commands.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """Show every registered operator."""
    rows = on_foundation(lambda base: base.agencies.all(Role.OPERATOR))
    show_list("operators", [operator_document(row) for row in rows], _COLUMNS, as_json=as_json)
