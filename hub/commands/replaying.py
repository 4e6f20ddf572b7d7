"""`hub dead-letter replay-many` and `replays`: many replayed by filter, with a progress bar; what came of it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from hub.api.admin.dead_letter_documents import replay_document
from hub.api.admin.documents import job_document
from hub.commands.dead_letter import Agency, Because, Since, Until, commands
from hub.commands.looking import Limit
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, print_json, show_list
from hub.exchange.replay import MOST
from hub.store.jobs import UNFINISHED, JobRow
from hub.store.letter_rows import Handling, LetterFilter
from hub.wiring.desk import desk_of_commands
from hub.wiring.foundation import Foundation

_SOME_FAILED = 1
_PAGE = 500
_COLUMNS = {"position": "position", "version": "version", "outcome": "outcome", "reason": "reason", "detail": "detail"}


@commands.command()
def replay_many(
    agency: Agency = None,
    reason: Because = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="so many at most, the oldest first", min=1, max=MOST)] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Replay those that wait and match, once each. Exit status 1 if any is refused again.

    Broken off, the hub's own process goes on with it.
    """
    if (agency, reason, since, until) == (None, None, None, None):
        raise typer.BadParameter("say which: --agency, --reason, --since or --until")
    which = LetterFilter(agency, reason and reason.value, None, since, until)
    job, done = on_foundation(lambda base: _replayed(base, which, limit))
    _show(job, done, as_json=as_json)
    if job.failed or job.why:
        raise typer.Exit(_SOME_FAILED)


@commands.command()
def replays(
    job: Annotated[str, typer.Argument(metavar="JOB", help="its id, as `hub jobs` shows it")],
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what came of a job that replays many, letter by letter."""

    async def read(base: Foundation) -> tuple[JobRow, list[Handling]]:
        replaying = desk_of_commands(base).replaying
        return await replaying.job(job), await replaying.outcomes(job, limit, "")

    row, done = on_foundation(read)
    _show(row, done, as_json=as_json)


def _show(job: JobRow, done: Sequence[Handling], *, as_json: bool) -> None:
    replays = [replay_document(each) for each in done]
    if as_json:
        print_json({"job": job_document(job), "replays": replays})
    else:
        show_list("replays", replays, _COLUMNS, as_json=False)


async def _replayed(base: Foundation, which: LetterFilter, limit: int) -> tuple[JobRow, list[Handling]]:
    replaying = desk_of_commands(base).replaying
    job = await replaying.ask(which, limit, operator(base))
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("replaying", total=job.total)
        try:
            while job.state in UNFINISHED:
                await replaying.finish_some(job.id)
                job = await replaying.job(job.id)
                bar.update(task, completed=job.done + job.failed)
        finally:
            await replaying.give_back()
    done: list[Handling] = []
    while page := await replaying.outcomes(job.id, _PAGE, done[-1].position if done else ""):
        done += page
    return job, done
