"""`hub serve` and `hub migrate`."""

from typing import Annotated

import structlog
import typer
import uvloop

from hub import log
from hub.commands.running import on_foundation
from hub.settings import load_settings, unknown_settings
from hub.store.migrations import upgrade
from hub.wiring.serving import Part, serve_hub

_log = structlog.get_logger(__name__)


def serve(
    only: Annotated[list[Part] | None, typer.Option(help="this part alone; may be given more than once")] = None,
) -> None:
    """Run the hub until it is told to stop (SIGTERM, Ctrl-C)."""
    log.configure()
    settings = load_settings()
    for name in unknown_settings():
        _log.warning("no_such_setting", detail=name)
    uvloop.run(serve_hub(settings, only or ()))


def migrate() -> None:
    """Bring the database up to this version; `hub serve` does so too."""
    on_foundation(lambda base: upgrade(base.engine))
