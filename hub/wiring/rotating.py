"""Has the keys that the hub keeps wrapped under a master key to come."""

from hub.domain.errors import Halt
from hub.trust.sealing import MasterKey
from hub.trust.signing import SigningKeys
from hub.wiring.foundation import Foundation


async def rotate_master_key(base: Foundation) -> int:
    """How many keys that are. Raises `Halt` where no new master key is given, or the old one opens nothing."""
    settings = base.settings
    if settings.new_key is None:
        raise Halt("HUB_NEW_KEY is not set; `hub keys new` makes a key")
    keys = SigningKeys(base.agency_store, MasterKey(settings.key.get_secret_value()), base.now)
    return await keys.rewrap(MasterKey(settings.new_key.get_secret_value()), f"cli:{settings.operator}")
