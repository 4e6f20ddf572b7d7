"""`hub audit`: who did what with whose data."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.api.admin.audit_documents import entry_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Person, gathered, person_named
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list
from hub.ports import AuditRow
from hub.store.auditing import Sought
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_COLUMNS = {
    "at (UTC)": "at",
    "action": "action",
    "actor": "actor",
    "agency": "agency",
    "person": "person",
    "type": "type",
    "key": "key",
    "reference": "reference",
    "purpose": "purpose",
}


def audit(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    agency: Agency = None,
    since: Annotated[datetime | None, typer.Option(formats=_FORMATS, help="from this time on, UTC")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_FORMATS, help="before this time, UTC")] = None,
    action: Annotated[str | None, typer.Option(help="such as consultation or agency-suspended")] = None,
    actor: Annotated[str | None, typer.Option(help="the agency, the operator, or hub")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show who did what with whose data, the newest first; that you looked is audited, too."""
    sought = Sought(None, agency, _utc(since), _utc(until), action, actor)

    async def ask(base: Foundation) -> list[AuditRow]:
        outlook, who = outlook_on(base, None), operator(base)
        of = await person_named(outlook, who, person, local_id, identifier)

        async def page(after: str | None, count: int) -> tuple[list[Any], str | None]:
            found = await outlook.audit.search(who, of, sought, after, count)
            return found.entries, found.next

        return await gathered(page, limit)

    show_list("entries", [entry_document(each) for each in on_foundation(ask)], _COLUMNS, as_json=as_json)


def _utc(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=UTC)
