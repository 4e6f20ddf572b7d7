"""The command `hub`."""

import sys

import typer

from hub.commands.tree import Commands
from hub.domain.errors import HubError, Rejected

commands = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@commands.callback()
def hub() -> None:
    """Probation and prison services keep their own systems; the hub makes them share one truth about a person."""


def main() -> None:
    """Run a command; what stands in its way is said in a sentence, with exit code 2."""
    try:
        commands()
    except HubError as error:
        typer.echo(f"hub: {error.detail if isinstance(error, Rejected) else error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
