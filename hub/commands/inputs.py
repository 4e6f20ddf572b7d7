"""`hub input ...`: the ways in over Kafka; what could not be taken there is `hub dead-letter ...`."""

from typing import Annotated

import typer

from hub.commands.running import on_foundation, operator

commands = typer.Typer(no_args_is_help=True, help="What agencies send over Kafka.")

_Name = Annotated[str, typer.Argument(metavar="AGENCY")]


@commands.command()
def resume(name: _Name) -> None:
    """Let an agency's input go on that was paused because it sent nothing but rubbish."""
    on_foundation(lambda base: base.agencies.resume_input(name, operator(base)))
