"""`hub jobs` and `hub republish`: work that takes longer than a command."""

from typing import Annotated

import typer

from hub.api.admin.documents import job_document
from hub.commands.looking import Limit
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list, show_one
from hub.domain.errors import Reason, Rejected
from hub.store.jobs import JobRow, JobState, JobStore
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

_COLUMNS = {
    "id": "id",
    "kind": "kind",
    "parameters": "parameters",
    "by": "by",
    "asked (UTC)": "asked",
    "state": "state",
    "done": "done",
    "failed": "failed",
    "of": "total",
    "why": "why",
}


def jobs(
    job: Annotated[str | None, typer.Argument(metavar="ID", help="this job alone")] = None,
    kind: Annotated[str | None, typer.Option(help="jobs of this kind only")] = None,
    state: Annotated[JobState | None, typer.Option(help="jobs in this state only")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show jobs and how far they are, the newest first."""
    if job is not None:
        show_one(job_document(on_foundation(lambda base: _one(base, job))), as_json=as_json)
        return
    found = on_foundation(lambda base: JobStore(base.engine).listed(limit, kind=kind, state=state))
    show_list("jobs", [job_document(each) for each in found], _COLUMNS, as_json=as_json)


def republish(name: Annotated[str, typer.Argument(metavar="AGENCY")], as_json: AsJson = False) -> None:
    """Have the relay fill an agency's topic again with all that the agency holds; `hub jobs` shows how far it is."""
    asked = on_foundation(lambda base: outlook_on(base, None).republishing.ask(name, operator(base)))
    show_one(job_document(asked), as_json=as_json)


async def _one(base: Foundation, job: str) -> JobRow:
    found = await JobStore(base.engine).read(job)
    if found is None:
        raise Rejected(Reason.NOT_FOUND, "there is no job of this id")
    return found
