"""How far each agency is: what it is owed, was given and has acknowledged; for operators."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.clock import Clock
from hub.domain.contract import Contract, Delivery
from hub.domain.errors import Reason, Rejected
from hub.store.agencies import AgencyRow
from hub.store.deliveries import DeliveriesStore, DeliveryState, Unacknowledged
from hub.trust.agencies import Agencies


@dataclass(frozen=True, slots=True)
class Progress:
    """One agency. delivery: None where it has no contract. registered: None where it has no credentials.

    lag_s: age of the oldest thing that it is owed, or was given and has not acknowledged, in seconds; lag_records: how
    many there are.
    """

    agency: str
    delivery: Delivery | None
    registered: AgencyRow | None
    state: DeliveryState
    lag_s: float
    lag_records: int


class Deliveries:
    """The use case. Every method raises `Unavailable` or `Halt`."""

    def __init__(
        self, store: DeliveriesStore, agencies: Agencies, contracts: Mapping[str, Contract], now: Clock
    ) -> None:
        self._store = store
        self._agencies = agencies
        self._contracts = contracts
        self._now = now

    async def listed(self, after: str, limit: int) -> list[Progress]:
        """Every agency that is registered or has a contract, by name, beyond one of them."""
        registered = {row.name: row for row in await self._agencies.all()}
        names = sorted(name for name in registered.keys() | self._contracts.keys() if name > after)[:limit]
        return await self._progress(names, registered)

    async def one(self, agency: str) -> Progress:
        """One agency. Raises `Rejected` (`not-found`): it is neither registered nor has a contract."""
        registered = {row.name: row for row in await self._agencies.all()}
        if agency not in registered and agency not in self._contracts:
            raise Rejected(Reason.NOT_FOUND, "no agency of this name is registered, nor has a contract")
        (progress,) = await self._progress([agency], registered)
        return progress

    async def unacknowledged(
        self, progress: Progress, after: int, limit: int
    ) -> tuple[list[Unacknowledged], int | None]:
        """What this agency was given and has not acknowledged, the oldest delivery first, beyond a number.

        With the number after which there is more, None at the end.
        """
        found = await self._store.unacknowledged(progress.agency, after, progress.state.published, limit + 1)
        return found[:limit], found[limit - 1].number if len(found) > limit else None

    async def _progress(self, names: Collection[str], registered: Mapping[str, AgencyRow]) -> list[Progress]:
        streams = {name for name in names if self._delivery(name) is Delivery.STREAM}
        states = await self._store.states(names, streams)
        now = self._now()
        return [
            Progress(name, self._delivery(name), registered.get(name), states[name], *_lag(states[name], now))
            for name in names
        ]

    def _delivery(self, agency: str) -> Delivery | None:
        return self._contracts[agency].delivery if agency in self._contracts else None


def _lag(state: DeliveryState, now: datetime) -> tuple[float, int]:
    waiting = (state.owed, state.unpublished, state.unacknowledged)
    oldest = min((each.oldest for each in waiting if each.oldest is not None), default=now)
    return max(0.0, (now - oldest).total_seconds()), sum(each.count for each in waiting)
