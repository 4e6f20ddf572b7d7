"""`hub reviews` and `hub conflicts`: what somebody must look at."""

from typing import Any

from hub.api.admin.question_documents import conflict_document, review_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Person, gathered, person_named
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list
from hub.exchange.conflicts import Conflict
from hub.exchange.reviews import Review
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

_REVIEWS = {
    "since (UTC)": "since",
    "doubt": "doubt",
    "one": "one.agency",
    "local id": "one.localId",
    "other": "other.agency",
    "its local id": "other.localId",
}
_CONFLICTS = {
    "person": "record.person",
    "type": "record.type",
    "key": "record.key",
    "differences": "differences",
}


def reviews(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    agency: Agency = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show which local ids may be one person, and nobody could decide; the oldest first."""

    async def ask(base: Foundation) -> list[Review]:
        outlook, who = outlook_on(base, None), operator(base)
        of = await person_named(outlook, who, person, local_id, identifier)

        async def page(after: str | None, count: int) -> tuple[list[Any], str | None]:
            found = await outlook.reviews.listed(who, of, agency, after, count)
            return found.reviews, found.next

        return await gathered(page, limit)

    show_list("reviews", [review_document(each) for each in on_foundation(ask)], _REVIEWS, as_json=as_json)


def conflicts(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    agency: Agency = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show where agencies differ that must not: who, and since when."""

    async def ask(base: Foundation) -> list[Conflict]:
        outlook, who = outlook_on(base, None), operator(base)
        of = await person_named(outlook, who, person, local_id, identifier)

        async def page(after: str | None, count: int) -> tuple[list[Any], str | None]:
            found = await outlook.conflicts.listed(who, of, agency, after, count)
            return found.conflicts, found.next

        return await gathered(page, limit)

    show_list("conflicts", [conflict_document(each) for each in on_foundation(ask)], _CONFLICTS, as_json=as_json)
