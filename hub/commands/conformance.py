"""`hub conformance`: try an adapter, in any language, against every situation that has hurt a real hub."""

import asyncio
import sys
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from hub.wiring.conformance import Kit, Outcome, Result

_COLOURS = {Result.PASSED: "green", Result.FAILED: "red", Result.NOT_TRIED: "dim"}


def conformance(
    driver: Annotated[
        str, typer.Option(help="base address of your driver; adapters/conformance/README.md says what it is")
    ],
    agency: Annotated[str, typer.Option(help="the agency your adapter says it speaks for")] = "agency",
    port: Annotated[int, typer.Option(help="where the kit plays the hub, on 127.0.0.1; a free port unless told")] = 0,
    wait: Annotated[bool, typer.Option(help="wait for Enter before the first situation")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Play the hub to an adapter, in every situation that has hurt a real one, and say what passed."""
    kit = Kit(driver, agency, port)
    Console(stderr=True).print(
        f"Start your adapter with: hub {kit.address}, client id {kit.client_id}, client secret {kit.secret}",
        soft_wrap=True,
    )
    if wait:
        typer.prompt("Enter when it runs", default="", show_default=False, err=True)
    outcomes = asyncio.run(kit.run(_as_it_ends))
    if as_json:
        sys.stdout.buffer.write(
            orjson.dumps([{"situation": o.situation, "result": o.result, "why": o.why} for o in outcomes])
        )
    else:
        Console().print(_table(outcomes))
    if any(outcome.result is Result.FAILED for outcome in outcomes):
        raise typer.Exit(1)


def _as_it_ends(outcome: Outcome) -> None:
    typer.echo(f"{outcome.result}: {outcome.situation}", err=True)


def _table(outcomes: list[Outcome]) -> Table:
    table = Table("situation", "result", "why")
    for outcome in outcomes:
        table.add_row(outcome.situation, outcome.result, outcome.why, style=_COLOURS[outcome.result])
    return table
