"""`hub adapter ...`: an adapter beside its agency's system."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from hub import log
from hub.commands.showing import AsJson, show_list, show_one
from hub.wiring import adapting

commands = typer.Typer(
    no_args_is_help=True,
    help="An adapter beside its agency's system. Its settings are ADAPTER_...; it needs nothing of the hub's.",
)

_System = Annotated[str, typer.Argument(metavar="SYSTEM", help="such as nomis, delius, oasys")]
_PARKED = {"id": "id", "what": "what", "refused by": "refusedBy", "faults": "faults"}


@commands.command()
def run(
    system: _System,
    from_folder: Annotated[Path | None, typer.Option(help="where the native system puts payloads as files")] = None,
    hook: Annotated[int | None, typer.Option(metavar="PORT", help="where it posts them, on 127.0.0.1")] = None,
    from_topic: Annotated[str | None, typer.Option(help="the Kafka topic in which it writes them")] = None,
    native: Annotated[str | None, typer.Option(metavar="URL", help="where records are put over HTTP")] = None,
    to_folder: Annotated[Path | None, typer.Option(help="where records are put as files")] = None,
) -> None:
    """Run it until it is told to stop (SIGTERM, Ctrl-C).

    The hub is reached over Kafka (ADAPTER_KAFKA_BOOTSTRAP) or REST (ADAPTER_HUB, ADAPTER_CLIENT_ID,
    ADAPTER_CLIENT_SECRET); all that must not be lost lies in ADAPTER_STORE.
    """
    log.configure()
    told = adapting.settings(
        from_folder=from_folder, hook_port=hook, from_topic=from_topic, native=native, to_folder=to_folder
    )
    uvloop.run(adapting.run(system, told))


@commands.command()
def status(system: _System, as_json: AsJson = False) -> None:
    """Show what waits, what is parked, and the last number applied."""
    show_one(adapting.look(system, adapting.settings()), as_json=as_json)


@commands.command()
def parked(system: _System, as_json: AsJson = False) -> None:
    """Show what was refused, each way: by the adapter, the hub or the native system; paths and rules, never values."""
    show_list("parked", adapting.parked(system, adapting.settings()), _PARKED, as_json=as_json)


@commands.command()
def reconcile(
    system: _System,
    native: Annotated[str | None, typer.Option(metavar="URL", help="where records are held over HTTP")] = None,
    to_folder: Annotated[Path | None, typer.Option(help="where records are held as files")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare what the native system really holds with what the hub delivered; what differs is delivered again.

    The hub is asked over HTTP (ADAPTER_HUB, ADAPTER_CLIENT_ID, ADAPTER_CLIENT_SECRET), also where there is a broker.
    """
    log.configure()
    told = adapting.settings(native=native, to_folder=to_folder)
    show_one(uvloop.run(adapting.reconciled(system, told)), as_json=as_json)


@commands.command()
def retry(
    system: _System,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="as `parked` shows them; else all")] = None,
) -> None:
    """Have what is parked tried again; a running adapter does so at once."""
    typer.echo(f"{adapting.retry(system, adapting.settings(), ids or ())} tried again")
