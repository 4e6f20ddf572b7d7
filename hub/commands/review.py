"""`hub review ...`: deciding who is one person."""

from typing import Annotated, Any

import typer

from hub.api.admin.question_documents import asked_document, ruled_document
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, print_json, show_one
from hub.exchange.resolve import Choice
from hub.exchange.reviews import pair_of_review
from hub.exchange.verdicts import pair_of_decision
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on
from hub.wiring.resolving import resolving

commands = typer.Typer(no_args_is_help=True, help="Deciding who is one person; `hub reviews` lists what is open.")

_Review = Annotated[str, typer.Argument(metavar="REVIEW", help="its id, as `hub reviews` shows it")]
_Side = Annotated[tuple[str, str], typer.Option(metavar="AGENCY ID", help="an agency's local id")]
_Why = Annotated[str, typer.Option(help="for the audit; name no person")]
_Standing = Annotated[str, typer.Argument(metavar="DECISION", help="its id, as `hub decisions` shows it")]
_Decision = Annotated[Choice, typer.Argument(metavar="DECISION", help="link, keep-apart or take-back")]


@commands.command()
def show(review: _Review) -> None:
    """Show a review with both sides, and what speaks for and against, as JSON. The look is audited."""

    async def read(base: Foundation) -> dict[str, Any]:
        return asked_document(await outlook_on(base, None).reviews.read(operator(base), review))

    print_json(on_foundation(read))


@commands.command()
def link(review: _Review, why: _Why, as_json: AsJson = False) -> None:
    """Decide that the two of a review are one person."""
    _decide(review, Choice.LINK, why, as_json=as_json)


@commands.command(name="keep-apart")
def keep_apart(review: _Review, why: _Why, as_json: AsJson = False) -> None:
    """Decide that the two of a review are not one person, whatever else is said."""
    _decide(review, Choice.KEEP_APART, why, as_json=as_json)


@commands.command()
def people(decision: _Decision, one: _Side, other: _Side, why: _Why, as_json: AsJson = False) -> None:
    """Decide on any two local ids, or take back what was decided of them."""

    async def rule(base: Foundation) -> dict[str, Any]:
        return ruled_document(await resolving(base).rule(one, other, decision, why, operator(base)))

    show_one(on_foundation(rule), as_json=as_json)


@commands.command(name="take-back")
def take_back(decision: _Standing, why: _Why, as_json: AsJson = False) -> None:
    """Take back what was decided of two; what the agencies say decides again."""

    async def rule(base: Foundation) -> dict[str, Any]:
        pair = pair_of_decision(decision)
        return ruled_document(await resolving(base).rule_pair(*pair, Choice.TAKE_BACK, why, operator(base)))

    show_one(on_foundation(rule), as_json=as_json)


def _decide(review: str, choice: Choice, why: str, *, as_json: bool) -> None:
    async def rule(base: Foundation) -> dict[str, Any]:
        await outlook_on(base, None).reviews.check_open(review)
        return ruled_document(await resolving(base).rule_pair(*pair_of_review(review), choice, why, operator(base)))

    show_one(on_foundation(rule), as_json=as_json)
