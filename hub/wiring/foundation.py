"""What every command stands on: the database, the specification, the contracts, the keys, the register of agencies."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import Clock, utc_now
from hub.domain.contract import Contract
from hub.ports import Keys, Seal
from hub.settings import Settings
from hub.spec.registry import Registry
from hub.store.agencies import AgencyStore
from hub.store.engine import open_engine
from hub.trust.agencies import Agencies
from hub.trust.contracts import load_contracts
from hub.trust.sealing import CompressingSeal, LookupKeys


@dataclass(frozen=True, slots=True)
class Foundation:
    """Opened once in a process."""

    settings: Settings
    engine: AsyncEngine
    registry: Registry
    contracts: Mapping[str, Contract]
    keys: Keys
    seal: Seal
    agency_store: AgencyStore
    agencies: Agencies
    now: Clock


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Foundation]:
    """Open it, and close the database at the end. Raises `Halt`: the specification or a contract is wrong."""
    registry = Registry.load(settings.schemas)
    contracts = load_contracts(settings.contracts, registry)
    keys = LookupKeys(settings.lookup_key.get_secret_value())
    engine = open_engine(settings.database_url.get_secret_value())
    store = AgencyStore(engine)
    agencies = Agencies(store, contracts, keys, utc_now)
    try:
        yield Foundation(settings, engine, registry, contracts, keys, CompressingSeal(), store, agencies, utc_now)
    finally:
        await engine.dispose()
