"""Whatever operators do over their API they do by command line, and the other way round."""

import typer.main
from typer._click.core import Command, Context
from typer.core import TyperGroup

from hub.__main__ import commands
from tests.rest import api_document

ROUTES = {
    "GET /agencies": "agency list",
    "POST /agencies": "agency add",
    "GET /agencies/{name}": "agency show",
    "POST /agencies/{name}/suspend": "agency suspend",
    "POST /agencies/{name}/resume": "agency resume",
    "POST /agencies/{name}/secret": "agency secret",
    "POST /agencies/{name}/input/resume": "input resume",
    "POST /agencies/{agency}/republish": "republish",
    "GET /agencies/{agency}/parked": "parked list",
    "POST /agencies/{agency}/parked/{number}/retry": "parked retry",
    "GET /operators": "operator list",
    "POST /operators/{name}/suspend": "operator suspend",
    "GET /dead-letters": "dead-letter list",
    "GET /dead-letters/counts": "dead-letter count",
    "GET /dead-letters/{position}": "dead-letter show",
    "GET /dead-letters/{position}/message": "dead-letter message",
    "POST /dead-letters/{position}/mend": "dead-letter mend",
    "POST /dead-letters/{position}/replay": "dead-letter replay",
    "POST /dead-letters/{position}/discard": "dead-letter discard",
    "POST /dead-letter-replays": "dead-letter replay-many",
    "GET /dead-letter-replays/{job}": "dead-letter replays",
    "GET /deliveries": "deliveries",
    "GET /deliveries/{agency}": "deliveries",
    "GET /positions": "positions",
    "GET /alerts": "alerts list",
    "POST /alerts/{alert}/acknowledge": "alerts acknowledge",
    "POST /people/search": "people",
    "POST /people/match-again": "match again",
    "GET /people/{person}/receipts": "receipts",
    "GET /people/{person}/decisions": "decisions",
    "POST /people/decisions": "review people",
    "POST /people/decisions/{decision}/take-back": "review take-back",
    "GET /risk-reviews": "risk-review list",
    "GET /risk-reviews/{review}": "risk-review show",
    "POST /risk-reviews/{review}/close": "risk-review close",
    "GET /reviews": "reviews",
    "GET /reviews/{review}": "review show",
    "POST /reviews/{review}/decision": "review link",
    "GET /crowded-identifiers": "crowded-identifiers",
    "GET /conflicts": "conflict list",
    "GET /conflicts/{conflict}": "conflict show",
    "POST /conflicts/{conflict}/ruling": "conflict rule",
    "POST /conflicts/{conflict}/take-back": "conflict take-back",
    "GET /reconciliations": "reconciliations",
    "GET /reconciliations/{id}": "reconciliations",
    "GET /convergence": "convergence",
    "GET /audit": "audit",
    "GET /jobs": "jobs",
    "GET /jobs/{job}": "jobs",
}
"""Route of operators -> the command that does the same; enter both when you build one."""

ALONE = {
    # Whoever has the hub's keys, and nobody by a token that may be stolen.
    *("operator add", "operator secret", "operator resume", "keys new", "keys rotate", "migrate", "serve"),
    # Beside an agency's system, not at the hub's.
    *("adapter run", "adapter status", "adapter parked", "adapter retry", "adapter reconcile", "adapt", "conformance"),
    # Files of whoever runs them.
    *("load", "match evaluate", "match train"),
    # The other half of a route that has two.
    "review keep-apart",
}


def _named(command: Command, path: str = "") -> set[str]:
    if not isinstance(command, TyperGroup):
        return {path.strip()}
    context = Context(command)
    below = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name for each, inner in below.items() if inner for name in _named(inner, f"{path} {each}")}


def test_every_route_of_operators_has_its_command_and_every_command_its_route() -> None:
    document = api_document()["paths"]
    routes = {
        f"{method.upper()} {path.removeprefix('/v1/admin')}"
        for path, operations in document.items()
        if path.startswith("/v1/admin/")
        for method in operations
    }

    assert routes == set(ROUTES)
    assert _named(typer.main.get_command(commands)) == set(ROUTES.values()) | ALONE
