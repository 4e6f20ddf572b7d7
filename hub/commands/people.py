"""`hub people`, `hub decisions` and `hub receipts`: who somebody is, what was decided of them, who has applied what."""

from typing import Any

import typer

from hub.api.admin.delivery_documents import release_held_document
from hub.api.admin.question_documents import decided_document, known_document
from hub.commands.looking import Identifier, Limit, LocalId, Look, Named, Person, found_people, looked_at
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list
from hub.domain.errors import Reason, Rejected
from hub.exchange.people import Known
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

_PEOPLE = {"person": "person", "merged into them": "merged", "known to": "agencies"}
_DECISIONS = {
    "decision": "decision",
    "one": "one.agency",
    "local id": "one.localId",
    "other": "other.agency",
    "its local id": "other.localId",
    "by": "by",
    "at (UTC)": "at",
    "why": "why",
    "id": "id",
}
_RECEIPTS = {
    "agency": "agency",
    "type": "record.type",
    "key": "record.key",
    "number": "number",
    "delivered (UTC)": "delivered",
    "applied": "applied",
    "late (s)": "late",
}


def people(local_id: LocalId = None, identifier: Identifier = None, as_json: AsJson = False) -> None:
    """Find people by an agency's local id or by an identifier. The look is audited."""
    if local_id is None and identifier is None:
        raise typer.BadParameter("say whom: --local-id or --identifier")

    async def find(base: Foundation) -> list[Known]:
        return await found_people(outlook_on(base, None), operator(base), Named(None, local_id, identifier))

    show_list("people", [known_document(each) for each in on_foundation(find)], _PEOPLE, as_json=as_json)


def decisions(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was decided of a person and holds, the newest first; `hub review take-back` takes one back."""

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.decisions.of_person(look.operator, _person(look), after, count)
        return found.decisions, found.next

    found = looked_at(Named(person, local_id, identifier), page, limit)
    show_list("decisions", [decided_document(each) for each in found], _DECISIONS, as_json=as_json)


def receipts(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what every agency was last released of a person, what it has applied, and how late."""

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.punctuality.of_person(look.operator, _person(look), after, count)
        return [release_held_document(each, found.at) for each in found.held], found.next

    found = looked_at(Named(person, local_id, identifier), page, limit)
    show_list("releases", found, _RECEIPTS, as_json=as_json)


def _person(look: Look) -> str:
    if look.person is None:
        raise Rejected(Reason.INVALID_BODY, "say of whom: --person, --local-id or --identifier")
    return look.person
