"""What commands share that look at people's data: how a person is named, and how pages are put together."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple, TypeAlias

import typer

from hub.api.admin.outlook import Outlook
from hub.commands.running import on_foundation, operator
from hub.domain.errors import Reason, Rejected
from hub.exchange.people import Known
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

Limit = Annotated[int, typer.Option(help="so many at most", min=1, max=100_000)]
Agency = Annotated[str | None, typer.Option(help="an agency that is concerned")]
Person = Annotated[str | None, typer.Option(metavar="ID", help="the hub's id of a person")]
LocalId = Annotated[tuple[str, str] | None, typer.Option(metavar="AGENCY ID", help="a person by an agency's local id")]
Identifier = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="SCHEME NUMBER", help="a person by pnc, cro, crn or prison-number"),
]

_AT_ONCE = 200


class Named(NamedTuple):
    """A person, named in one way or not at all."""

    person: str | None
    local_id: tuple[str, str] | None
    identifier: tuple[str, str] | None


class Look(NamedTuple):
    """Who looks at whom, on what. person: the hub's id, None for everybody."""

    outlook: Outlook
    operator: str
    person: str | None


Page: TypeAlias = Callable[[Look, str | None, int], Awaitable[tuple[list[Any], str | None]]]
"""Reads a page, from a cursor, so many at most: the items, and the cursor to go on from."""


def looked_at(named: Named, page: Page, limit: int) -> list[Any]:
    """The items of as many pages as it takes; a page may be short and not the last.

    Raises:
        Rejected: the person is named in several ways, is nobody, or may be several people.
    """

    async def ask(base: Foundation) -> list[Any]:
        outlook, who = outlook_on(base, None), operator(base)
        look = Look(outlook, who, await _person_named(outlook, who, named))
        items, cursor = await page(look, None, min(_AT_ONCE, limit))
        while cursor is not None and len(items) < limit:
            more, cursor = await page(look, cursor, min(_AT_ONCE, limit - len(items)))
            items += more
        return items

    return on_foundation(ask)


async def found_people(outlook: Outlook, who: str, named: Named) -> list[Known]:
    """Everybody of this local id or identifier. Raises `Rejected`: they are named in several ways."""
    if sum(given is not None for given in named) > 1:
        raise Rejected(Reason.INVALID_BODY, "name the person in one way: --person, --local-id or --identifier")
    if named.local_id is not None:
        return await outlook.people.by_local_id(*named.local_id, who)
    return await outlook.people.by_identifier(*named.identifier, who) if named.identifier is not None else []


async def _person_named(outlook: Outlook, who: str, named: Named) -> str | None:
    found = await found_people(outlook, who, named)
    if named.local_id is None and named.identifier is None:
        return named.person
    if not found:
        raise Rejected(Reason.NOT_FOUND, "nobody is known by it")
    if len(found) > 1:
        names = ", ".join(each.person for each in found)
        raise Rejected(Reason.INVALID_BODY, f"it is said of several people; name one with --person: {names}")
    return found[0].person
