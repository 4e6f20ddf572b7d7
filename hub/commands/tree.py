"""Which command stands in which module; only that of the command that is run is imported, so that it starts at once."""

import gc
from importlib import import_module
from types import ModuleType

import typer.main
from typer._click.core import Command, Context  # typer's own copy of click has no public name
from typer.core import TyperGroup

_GROUPS = {
    "adapter": "adapter",
    "agency": "agency",
    "operator": "operators",
    "dead-letter": "replaying",
    "input": "inputs",
    "match": "match",
    "parked": "parked",
    "alerts": "alerts",
    "review": "review",
    "risk-review": "risk_review",
    "conflict": "conflict",
    "keys": "keys",
}
"""Name of a group -> the module that has its `commands`."""

_SINGLE = {
    "serve": "serve",
    "migrate": "serve",
    "adapt": "adapt",
    "conformance": "conformance",
    "load": "load",
    "deliveries": "deliveries",
    "positions": "deliveries",
    "receipts": "people",
    "convergence": "convergence",
    "reconciliations": "reconciliations",
    "republish": "jobs",
    "jobs": "jobs",
    "people": "people",
    "reviews": "questions",
    "crowded-identifiers": "questions",
    "decisions": "people",
    "audit": "audit",
}
"""Name of a command -> the module that has the function of this name."""


class Commands(TyperGroup):
    """The command `hub`, whose commands are found by name."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Their names, in the order in which the help shows them."""
        return [*_GROUPS, *_SINGLE]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - as above
        """The command of this name."""
        if cmd_name in _GROUPS:
            found: Command = typer.main.get_group(_module(_GROUPS[cmd_name]).commands)
        elif cmd_name in _SINGLE:
            alone = typer.Typer(add_completion=False)
            alone.command()(getattr(_module(_SINGLE[cmd_name]), cmd_name.replace("-", "_")))
            found = typer.main.get_command(alone)
        else:
            return None
        found.name = cmd_name
        return found


def _module(name: str) -> ModuleType:
    """Import a module of commands. What that makes stays: to look for garbage in it would take a third of the time."""
    gc.disable()
    try:
        return import_module(f"hub.commands.{name}")
    finally:
        gc.freeze()
        gc.enable()
