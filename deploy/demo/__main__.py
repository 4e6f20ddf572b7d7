"""`python -m deploy.demo`: plays the caseload through and says whether all agree."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapters.sandbox.caseload.caseload import caseload, limited_access
from deploy.demo.compare import Compared, Stores, compare, held_by_hub
from deploy.demo.convergence import measured_now
from deploy.demo.damage import AGENCY, damage_and_heal, show_healing
from deploy.demo.latency import latencies
from deploy.demo.report import Result, show, what_is_parked
from deploy.demo.stage import AGENCIES, Plan, Stage, planned, staged
from deploy.demo.watch import bars, watch
from deploy.servers.errors import ServerFailed, ServerMissing
from hub.wiring.adapting import settings, system_of


def main(
    people: Annotated[int, typer.Option(help="How many people the caseload has.", min=1)] = 2_000,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up until Ctrl-C.")] = False,
    full: Annotated[bool, typer.Option("--full", help="On a real PostgreSQL and a real Kafka.")] = False,
) -> None:
    """Let a pretend probation service and a pretend prison service share an invented caseload."""
    for each in (signal.SIGTERM, signal.SIGINT):  # a shell may have started it with SIGINT ignored
        signal.signal(each, _interrupt)
    try:
        raise typer.Exit(run(people, keep=keep, full=full))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def run(people: int, *, keep: bool, full: bool) -> int:
    """Play it and show the result; 0 only if all agree with the hub and nothing was lost."""
    folder = Path(tempfile.mkdtemp(prefix="hub-demo-"))
    try:
        good = _play(planned(people, full=full), folder, keep=keep)
    except (ServerFailed, ServerMissing) as error:
        return _failed(str(error), folder)
    except KeyboardInterrupt:
        shutil.rmtree(folder)
        raise
    if not good:
        return _failed("not all agree", folder)
    shutil.rmtree(folder)
    return 0


def _failed(why: str, folder: Path) -> int:
    text = f"The demo failed: {why}\nLogs and stores are in {folder}"
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    return 1


def _play(plan: Plan, folder: Path, *, keep: bool) -> bool:
    console = Console()
    on = "PostgreSQL and Kafka" if plan.full else "SQLite, without a broker"
    console.print(f"Starting a hub on {on}, a probation service and a prison service ...", soft_wrap=True)
    totals = Counter(change.agency for change in caseload(plan.people, plan.seed, plan.until))
    with staged(plan, folder) as stage:
        begun = time.monotonic()
        with bars() as progress:
            watch(stage, totals, progress)
        result = _result(plan, stage, totals, time.monotonic() - begun)
        show(result, console)
        healing = damage_and_heal(stage)
        show_healing(healing, console)
        healed = _compared(plan, stage, AGENCY)
        console.print(
            f"After it, of the prison's records {healed.agree:,} agree with the hub and {healed.differ:,} differ"
        )
        _look_further(stage, console, keep=keep)
        if keep:
            with suppress(KeyboardInterrupt):
                signal.pause()
    return result.good and healing.good and not healed.differ


def _result(plan: Plan, stage: Stage, totals: Mapping[str, int], took: float) -> Result:
    return Result(
        people=plan.people,
        compared={agency: _compared(plan, stage, agency) for agency in AGENCIES},
        entered=totals,
        parked=what_is_parked(stage.adapters),
        measured=asyncio.run(measured_now(stage)),
        seconds=latencies(stage.adapters, stage.natives),
        took=took,
    )


def _compared(plan: Plan, stage: Stage, agency: str) -> Compared:
    beside = [each for each in stage.adapters if each.agency == agency]
    systems = {each.system: system_of(each.system, settings(agency=agency)) for each in beside}
    by_hub = asyncio.run(held_by_hub(stage.hub, stage.credentials[agency]))
    with Stores(stage.natives[agency], {each.system: each.store for each in beside}, systems) as stores:
        return compare(agency, stores, by_hub, limited_access(plan.people, plan.seed, plan.until))


def _look_further(stage: Stage, console: Console, *, keep: bool) -> None:
    if not keep:
        console.print(
            "To look further: make demo KEEP=1 keeps the hub up and prints where its API is described.", soft_wrap=True
        )
        return
    prison = stage.credentials["prison"]
    console.print(f"The API, described: {stage.hub}/docs (OpenAPI: {stage.hub}/openapi.json)")
    console.print(f"The systems' documents, the adapters' stores (SQLite) and logs: {stage.folder}", soft_wrap=True)
    console.print("As the prison service, with a token that lasts an hour:")
    console.print(
        f"  curl -u {prison.client_id}:{prison.secret} -d grant_type=client_credentials {stage.hub}/oauth/token",
        soft_wrap=True,
    )
    console.print(f"  curl -H 'Authorization: Bearer TOKEN' '{stage.hub}/v1/feed?after=0&limit=1'", soft_wrap=True)
    console.print("Ctrl-C ends everything.")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    typer.run(main)
    sys.exit()
