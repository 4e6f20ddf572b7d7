"""`hub risk-review ...`: levels of risk that somebody must look at again."""

from typing import Annotated, Any

import typer

from hub.api.admin.risk_review_documents import risk_review_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Look, Named, Person, looked_at
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list, show_one
from hub.store.risk_reviews import RiskReviewState
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

commands = typer.Typer(no_args_is_help=True, help="Levels of risk that somebody must look at again.")

_State = Annotated[RiskReviewState | None, typer.Option(help="reviews in this state only")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="of the review")]
_Reason = Annotated[str, typer.Option(help="why, for the audit; name no person", prompt=True)]
_COLUMNS = {
    "id": "id",
    "asked": "agency",
    "author": "author",
    "cause": "cause",
    "type": "record.type",
    "person": "record.person",
    "deadline (UTC)": "deadline",
    "state": "state",
}


@commands.command(name="list")
def list_(
    state: _State = RiskReviewState.OPEN,
    agency: Agency = None,
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show reviews, the first opened first; those that are open, unless told."""

    async def page(look: Look, after: str | None, limit: int) -> tuple[list[Any], str | None]:
        found = await look.outlook.risk_reviews.listed(look.operator, state, agency, look.person, after, limit)
        return [risk_review_document(each) for each in found.reviews], found.last

    show_list("reviews", looked_at(Named(person, local_id, identifier), page, limit), _COLUMNS, as_json=as_json)


@commands.command()
def show(review: _Id, as_json: AsJson = False) -> None:
    """Show a review, open or closed."""

    async def read(base: Foundation) -> dict[str, Any]:
        return risk_review_document(await outlook_on(base, None).risk_reviews.read(operator(base), review))

    show_one(on_foundation(read), as_json=as_json)


@commands.command()
def close(review: _Id, reason: _Reason, as_json: AsJson = False) -> None:
    """Close a review without the level being said anew; the level stays as it is."""

    async def shut(base: Foundation) -> dict[str, Any]:
        return risk_review_document(await outlook_on(base, None).risk_reviews.close(operator(base), review, reason))

    show_one(on_foundation(shut), as_json=as_json)
