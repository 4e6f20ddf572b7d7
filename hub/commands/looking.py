"""What commands share that look at people's data: how a person is named, and how pages are put together."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

import typer

from hub.api.admin.outlook import Outlook
from hub.domain.errors import Reason, Rejected

Limit = Annotated[int, typer.Option(help="so many at most", min=1, max=100_000)]
Agency = Annotated[str | None, typer.Option(help="an agency that is concerned")]
Person = Annotated[str | None, typer.Option(metavar="ID", help="the hub's id of a person")]
LocalId = Annotated[tuple[str, str] | None, typer.Option(metavar="AGENCY ID", help="a person by an agency's local id")]
Identifier = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="SCHEME NUMBER", help="a person by pnc, cro, crn or prison-number"),
]

Page: TypeAlias = Callable[[str | None, int], Awaitable[tuple[list[Any], str | None]]]
"""Reads a page: from a cursor, so many at most; the items, and the cursor to go on from."""

_AT_ONCE = 200


async def person_named(
    outlook: Outlook,
    operator: str,
    person: str | None,
    local_id: tuple[str, str] | None,
    identifier: tuple[str, str] | None,
) -> str | None:
    """The id of the person that is named in one of these ways; None where none is named.

    Raises:
        Rejected: named in several ways, nobody found, or several people found.
    """
    if sum(given is not None for given in (person, local_id, identifier)) > 1:
        raise Rejected(Reason.INVALID_BODY, "name the person in one way: --person, --local-id or --identifier")
    if local_id is not None:
        found = await outlook.people.by_local_id(*local_id, operator)
    elif identifier is not None:
        found = await outlook.people.by_identifier(*identifier, operator)
    else:
        return person
    if not found:
        raise Rejected(Reason.NOT_FOUND, "nobody is known by it")
    if len(found) > 1:
        names = ", ".join(each.person for each in found)
        raise Rejected(Reason.INVALID_BODY, f"it is said of several people; name one with --person: {names}")
    return found[0].person


async def gathered(page: Page, limit: int) -> list[Any]:
    """The items of as many pages as it takes; a page may be short and not the last."""
    items: list[Any] = []
    cursor: str | None = None
    while len(items) < limit:
        some, cursor = await page(cursor, min(_AT_ONCE, limit - len(items)))
        items += some
        if cursor is None:
            break
    return items
