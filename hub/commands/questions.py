"""`hub reviews` and `hub crowded-identifiers`: what somebody must look at."""

from typing import Any

from hub.api.admin.question_documents import crowded_document, review_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Look, Named, Person, looked_at
from hub.commands.showing import AsJson, show_list

_REVIEWS = {
    "since (UTC)": "since",
    "doubt": "doubt",
    "one": "one.agency",
    "local id": "one.localId",
    "other": "other.agency",
    "its local id": "other.localId",
    "review": "id",
}
_CROWDED = {
    "since (UTC)": "since",
    "scheme": "scheme",
    "number": "value",
    "local ids": "holders",
    "such as": "for.agency",
    "its local id": "for.localId",
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

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.reviews.listed(look.operator, look.person, agency, after, count)
        return found.reviews, found.next

    found = looked_at(Named(person, local_id, identifier), page, limit)
    show_list("reviews", [review_document(each) for each in found], _REVIEWS, as_json=as_json)


def crowded_identifiers(limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show numbers that more local ids hold than one person can have, and that therefore identify nobody."""

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.crowded.listed(look.operator, after, count)
        return found.identifiers, found.next

    found = looked_at(Named(None, None, None), page, limit)
    show_list("identifiers", [crowded_document(each) for each in found], _CROWDED, as_json=as_json)
