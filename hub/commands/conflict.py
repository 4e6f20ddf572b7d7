"""`hub conflict ...`: where agencies differ that must not, and ruling on it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from hub.api.admin.conflict_documents import conflict_asked_document, conflict_document
from hub.commands.looking import Agency, Identifier, Limit, LocalId, Look, Named, Person, looked_at
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, print_json, show_list, show_one
from hub.domain.convergence import State
from hub.exchange.conflicts import Asked
from hub.wiring.conflicts import open_conflicts, ruling_on_conflicts
from hub.wiring.foundation import Foundation

commands = typer.Typer(no_args_is_help=True, help="Where agencies differ that must not, and ruling on it.")

_Conflict = Annotated[str, typer.Argument(metavar="CONFLICT", help="its id, as `hub conflict list` shows it")]
_Why = Annotated[str, typer.Option(help="for the audit and for the agencies concerned; name no person")]
_State = Annotated[State, typer.Option(help="open, ruled, or of one person's risk: levels")]
_Days = Annotated[int | None, typer.Option(help="differing for so many days at least", min=0, max=36_500)]
_Stands = Annotated[str, typer.Option(metavar="NAME", help="of what is to be shared, as `hub conflict show` names it")]
_Settles = Annotated[
    list[str], typer.Option(metavar="NAME", help="of everything that is said there; once for each, `--stands` as well")
]
_COLUMNS = {"person": "record.person", "type": "record.type", "key": "record.key", "differences": "differences"}


@commands.command(name="list")
def list_(
    person: Person = None,
    local_id: LocalId = None,
    identifier: Identifier = None,
    agency: Agency = None,
    state: _State = State.OPEN,
    days: _Days = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show where agencies differ: who, and since when, but not what they say."""
    before = None if days is None else datetime.now(UTC) - timedelta(days=days)

    async def page(look: Look, after: str | None, count: int) -> tuple[list[Any], str | None]:
        asked = Asked(look.person, agency, state, before)
        found = await look.outlook.conflicts.listed(look.operator, asked, after, count)
        return found.conflicts, found.next

    found = looked_at(Named(person, local_id, identifier), page, limit)
    show_list("conflicts", [conflict_document(each) for each in found], _COLUMNS, as_json=as_json)


@commands.command()
def show(conflict: _Conflict) -> None:
    """Show a conflict with all that is said there and was ruled on it, as JSON. The look is audited."""

    async def read(base: Foundation) -> dict[str, Any]:
        return conflict_asked_document(*await open_conflicts(base).read(operator(base), conflict))

    print_json(on_foundation(read))


@commands.command()
def rule(conflict: _Conflict, stands: _Stands, settles: _Settles, why: _Why, as_json: AsJson = False) -> None:
    """Rule what stands, while everybody goes on saying what they say now."""

    async def decide(base: Foundation) -> dict[str, Any]:
        return {"rulings": [await ruling_on_conflicts(base).rule(conflict, settles, stands, why, operator(base))]}

    show_one(on_foundation(decide), as_json=as_json)


@commands.command(name="take-back")
def take_back(conflict: _Conflict, why: _Why, as_json: AsJson = False) -> None:
    """Take every ruling on a place back; what the agencies say decides again."""

    async def decide(base: Foundation) -> dict[str, Any]:
        return {"rulings": await ruling_on_conflicts(base).take_back(conflict, why, operator(base))}

    show_one(on_foundation(decide), as_json=as_json)
