"""The command `hub`."""

import sys
from typing import Annotated

import typer
import uvloop

from hub import log
from hub.commands import (
    adapter,
    agency,
    alerts,
    conflict,
    dead_letter,
    inputs,
    match,
    operators,
    parked,
    review,
    risk_review,
)
from hub.commands.adapt import adapt
from hub.commands.audit import audit
from hub.commands.conformance import conformance
from hub.commands.convergence import convergence
from hub.commands.deliveries import deliveries, positions
from hub.commands.jobs import jobs, republish
from hub.commands.load import load
from hub.commands.people import decisions, people, receipts
from hub.commands.questions import crowded_identifiers, reviews
from hub.commands.reconciliations import reconciliations
from hub.commands.replaying import replay_many, replays
from hub.commands.running import on_foundation
from hub.domain.errors import HubError, Rejected
from hub.settings import load_settings, new_key
from hub.store.migrations import upgrade
from hub.wiring.rotating import rotate_master_key
from hub.wiring.serving import Part, serve_hub

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(no_args_is_help=True, help="The keys the hub is given by its environment.")
commands.add_typer(adapter.commands, name="adapter")
commands.add_typer(agency.commands, name="agency")
commands.add_typer(operators.commands, name="operator")
commands.add_typer(dead_letter.commands, name="dead-letter")
commands.add_typer(inputs.commands, name="input")
commands.add_typer(match.commands, name="match")
commands.add_typer(parked.commands, name="parked")
commands.add_typer(alerts.commands, name="alerts")
commands.add_typer(review.commands, name="review")
commands.add_typer(risk_review.commands, name="risk-review")
commands.add_typer(conflict.commands, name="conflict")
commands.add_typer(keys, name="keys")
commands.command()(adapt)
commands.command()(conformance)
commands.command()(load)
for look in (
    *(deliveries, positions, receipts, convergence, reconciliations, republish, jobs),
    *(people, reviews, crowded_identifiers, decisions, audit),
):
    commands.command()(look)
for replaying in (replay_many, replays):
    dead_letter.commands.command()(replaying)


@commands.callback()
def hub() -> None:
    """Probation and prison services keep their own systems; the hub makes them share one truth about a person."""


@commands.command()
def serve(
    only: Annotated[list[Part] | None, typer.Option(help="this part alone; may be given more than once")] = None,
) -> None:
    """Run the hub until it is told to stop (SIGTERM, Ctrl-C)."""
    log.configure()
    uvloop.run(serve_hub(load_settings(), only or ()))


@commands.command()
def migrate() -> None:
    """Bring the database up to this version; `hub serve` does so too."""
    on_foundation(lambda base: upgrade(base.engine))


@keys.command()
def new() -> None:
    """Print fresh keys, as the environment wants them."""
    typer.echo(f"HUB_KEY={new_key()}\nHUB_LOOKUP_KEY={new_key()}")


@keys.command()
def rotate() -> None:
    """Have what HUB_KEY wraps wrapped under HUB_NEW_KEY. Then start every process again, with that as its HUB_KEY.

    Processes that run go on; tokens they gave stay good until their end. HUB_LOOKUP_KEY can never be changed.
    """
    typer.echo(
        f"{on_foundation(rotate_master_key)} keys are wrapped under the new master key: it is HUB_KEY from now on"
    )


def main() -> None:
    """Run a command; what stands in its way is said in a sentence, with exit code 2."""
    try:
        commands()
    except HubError as error:
        typer.echo(f"hub: {error.detail if isinstance(error, Rejected) else error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
