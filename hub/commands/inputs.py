"""`hub input ...`: what agencies send over Kafka and the hub could not take."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.commands.running import on_foundation, operator
from hub.store.dead_letters import DeadLetterStore

commands = typer.Typer(no_args_is_help=True, help="What agencies send over Kafka.")

_Name = Annotated[str, typer.Argument(metavar="AGENCY")]


@commands.command()
def rejected(name: _Name, limit: Annotated[int, typer.Option(help="so many at most", min=1)] = 50) -> None:
    """Show the messages of an agency that were not taken, and why; never what they said."""
    table = Table("position", "at (UTC)", "reason", "detail")
    for row in on_foundation(lambda base: DeadLetterStore(base.engine).listed(name, limit, None)):
        table.add_row(row.position, f"{row.at:%Y-%m-%d %H:%M:%S}", row.reason, row.detail)
    Console().print(table)


@commands.command()
def resume(name: _Name) -> None:
    """Let an agency's input go on that was paused because it sent nothing but rubbish."""
    on_foundation(lambda base: base.agencies.resume_input(name, operator(base)))
