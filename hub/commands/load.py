"""`hub load`: the first filling, from files."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, Document, show_list
from hub.exchange.extract import STANDARD_INPUT
from hub.exchange.rejected_lines import rejected_file
from hub.ports import Position
from hub.wiring import adapting
from hub.wiring.foundation import Foundation
from hub.wiring.load_workers import working
from hub.wiring.loading import Load, System

_SOME_REJECTED, _INTERRUPTED = 1, 130
_COLUMNS = {
    "file": "file",
    "taken": "taken",
    "taken before": "takenBefore",
    "rejected": "rejected",
    "rejected lines": "rejectedLines",
}


def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="plain, .gz or .zst; - for standard input")],
    agency: Annotated[str | None, typer.Option(help="whose submissions they are")] = None,
    system: Annotated[
        str | None, typer.Option(help="files hold payloads of this system, such as nomis; taken through its adapter")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="processes; one a processor and one more unless told", min=1)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load files of submissions: a CloudEvent a line, as POST /v1/submissions takes them; or of native payloads.

    Broken off, the same command goes on where it was. Lines that were not taken are put aside in FILE.rejected.ndjson
    with their reasons; mended there, that file can be loaded. Exit status 1 if there are any.
    """
    native = adapting.system_of(system, adapting.settings(agency=agency)) if system else None
    if agency is None and native is None:
        raise typer.BadParameter("name the --agency, or the --system whose agency it is")
    whose = agency or (native.agency if native else "")
    try:
        reached = on_foundation(lambda base: _load(base, whose, native, files, workers))
    except KeyboardInterrupt:
        typer.echo("hub: broken off; the same command goes on from here", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    documents = [_document(path, position) for path, position in reached.items()]
    show_list("files", documents, _COLUMNS, as_json=as_json)
    if any(position.rejected for position in reached.values()):
        raise typer.Exit(_SOME_REJECTED)


async def _load(
    base: Foundation, agency: str, system: System | None, files: list[Path], count: int | None
) -> dict[Path, Position]:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    reached: dict[Path, Position] = {}
    with working(base.settings, count or _processes(base)) as workers, bar:
        work = Load(base, agency, operator(base), workers, system)
        for path in files:
            watch = _Watch(bar, path)
            is_file = path != STANDARD_INPUT
            reached[path] = await (work.file(path, watch.told) if is_file else work.standard_input(watch.told))
    for code_list, met in sorted(work.unlisted.items()):
        typer.echo(f"{met:,} codes that {code_list} does not have were kept raw", err=True)
    return reached


def _processes(base: Foundation) -> int:
    """SQLite takes one writer at a time."""
    return 1 if base.engine.dialect.name == "sqlite" else (os.cpu_count() or 1) + 1


class _Watch:
    """Moves one file's bar."""

    def __init__(self, bar: Progress, path: Path) -> None:
        self._bar = bar
        self._begun = time.monotonic()
        self._before: int | None = None
        total = path.stat().st_size if path != STANDARD_INPUT and path.is_file() else None
        self._task = bar.add_task(path.name, total=total, said="")

    def told(self, position: Position, consumed: int) -> None:
        """Called whenever a round is settled."""
        settled = position.taken + position.repeated + position.rejected
        if self._before is None:
            self._before, self._begun = settled, time.monotonic()
        rate = (settled - self._before) / max(time.monotonic() - self._begun, 0.001)
        said = f"{settled:,} lines, {rate:,.0f}/s, {position.rejected:,} rejected"
        self._bar.update(self._task, completed=consumed, said=said)


def _document(path: Path, position: Position) -> Document:
    return {
        "file": path.name,
        "taken": position.taken,
        "takenBefore": position.repeated,
        "rejected": position.rejected,
        "rejectedLines": rejected_file(path).name if position.rejected else None,
    }
