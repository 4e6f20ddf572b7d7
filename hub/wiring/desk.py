"""The operators' desk on its real store: the same for the API and for commands."""

from collections.abc import Sequence
from uuid import uuid4

from hub.api.admin.desk import Desk
from hub.exchange.intake import Intake
from hub.exchange.letters import Letters
from hub.exchange.parked import Parkings
from hub.exchange.receipts import Receipt, Settlement, settle
from hub.exchange.replay import Replaying
from hub.ports import InputPositions
from hub.store.handling import HandlingStore
from hub.store.jobs import JobStore
from hub.store.letters import LetterStore
from hub.store.parked import ParkedStore
from hub.store.receipts import ReceiptStore
from hub.wiring.conflicts import ruling_on_conflicts
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on
from hub.wiring.resolving import resolving
from hub.wiring.spine import spine


def desk(base: Foundation, intake: Intake, inputs: InputPositions | None) -> Desk:
    """The desk. intake: through which dead letters are replayed. inputs: None without a broker."""
    letters, handling, jobs = LetterStore(base.engine), HandlingStore(base.engine), JobStore(base.engine)
    suspended = base.agencies.suspended
    return Desk(
        agencies=base.agencies,
        letters=Letters(letters, handling, base.seal, base.now),
        replaying=Replaying(letters, handling, jobs, intake, suspended, base.seal, base.now, str(uuid4())),
        outlook=outlook_on(base, inputs),
        resolving=resolving(base),
        ruling=ruling_on_conflicts(base),
    )


def desk_of_commands(base: Foundation) -> Desk:
    """The desk of whoever has the command line."""
    receipts = ReceiptStore(base.engine)

    async def note(agency: str, given: Sequence[Receipt]) -> list[Settlement]:
        return await settle(receipts, agency, given, base.now())

    parkings = Parkings(ParkedStore(base.engine), receipts, base.seal, base.now)
    intake = Intake(spine(base).share, note, parkings.park, base.settings.max_body_bytes)
    return desk(base, intake, None)
