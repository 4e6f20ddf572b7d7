"""`hub audit`: who did what with whose data."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.api.admin.audit_documents import entry_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Look, Named, Person, looked_at
from hub.commands.showing import AsJson, show_list
from hub.store.auditing import Sought

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

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.audit.search(look.operator, look.person, sought, after, count)
        return found.entries, found.next

    found = looked_at(Named(person, local_id, identifier), page, limit)
    show_list("entries", [entry_document(each) for each in found], _COLUMNS, as_json=as_json)


def _utc(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=UTC)
