"""What the operators' routes stand on; built by `hub.wiring`, kept in the app's state."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from hub.api.admin.outlook import Outlook
from hub.exchange.letters import Letters
from hub.exchange.replay import Replaying
from hub.exchange.resolve import Resolving
from hub.exchange.ruling import RulingOnConflicts
from hub.trust.agencies import Agencies


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything an operator works with, over the API and by command line."""

    agencies: Agencies
    outlook: Outlook
    letters: Letters
    replaying: Replaying
    resolving: Resolving
    ruling: RulingOnConflicts


def desk_of(request: Request) -> Desk:
    """The desk of the app that serves this request."""
    return cast(Desk, request.app.state.desk)
