"""`hub republish`: an operator has an agency's topic filled again."""

from hub.domain.contract import Delivery
from hub.domain.errors import Reason, Rejected
from hub.store.relaying import SqlRelayStore
from hub.wiring.foundation import Foundation


async def republish(base: Foundation, agency: str) -> None:
    """Ask the active relay, in whatever process that is.

    Raises:
        Rejected: the agency has no contract, or reads the feed, from wherever it likes.
    """
    contract = base.contracts.get(agency)
    if contract is None:
        raise Rejected(Reason.NOT_FOUND, f"there is no contract contracts/{agency}.toml")
    if contract.delivery is not Delivery.STREAM:
        raise Rejected(Reason.NOT_COVERED, f"{agency} reads the feed; it may read it again from 0")
    await SqlRelayStore(base.engine).ask_refill(agency)
