"""`hub keys ...`: the keys the hub is given by its environment."""

import typer

from hub.commands.running import on_foundation
from hub.settings import new_key
from hub.wiring.rotating import rotate_master_key

commands = typer.Typer(no_args_is_help=True, help="The keys the hub is given by its environment.")


@commands.command()
def new() -> None:
    """Print fresh keys, as the environment wants them."""
    typer.echo(f"HUB_KEY={new_key()}\nHUB_LOOKUP_KEY={new_key()}")


@commands.command()
def rotate() -> None:
    """Have what HUB_KEY wraps wrapped under HUB_NEW_KEY. Then start every process again, with that as its HUB_KEY.

    Processes that run go on; tokens they gave stay good until their end. HUB_LOOKUP_KEY can never be changed.
    """
    typer.echo(
        f"{on_foundation(rotate_master_key)} keys are wrapped under the new master key: it is HUB_KEY from now on"
    )
