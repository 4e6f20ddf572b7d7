"""Adapters by the name of their system: run beside it, looked into, or tried on files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from adapters.client import trying
from adapters.client.native import System
from adapters.client.running import status
from adapters.client.running.assembly import existing_store, reconcile, run_adapter
from adapters.client.running.retracing import Retracing
from adapters.client.settings import AdapterSettings, load_adapter_settings
from adapters.delius.system import delius
from adapters.nomis.system import nomis
from adapters.oasys.system import oasys
from hub.clock import utc_now
from hub.domain.canonical import Json
from hub.domain.errors import Halt
from hub.spec.registry import Registry

__all__ = [
    "SYSTEMS",
    "AdapterSettings",
    "hand_over",
    "look",
    "parked",
    "reconciled",
    "retry",
    "run",
    "settings",
    "trial",
]

_USUALLY = "probation"
SYSTEMS: Mapping[str, Callable[[Path, str | None], System]] = {
    "delius": lambda schemas, _kind: delius(schemas),
    "nomis": lambda schemas, _kind: nomis(schemas),
    "oasys": lambda schemas, kind: oasys(schemas, kind or _USUALLY),
}
"""The native systems there are adapters for: name -> what builds it from the schemas and the kind of agency."""

settings = load_adapter_settings


def system_of(name: str, told: AdapterSettings) -> System:
    """The system of that name. Raises `Halt`: there is no adapter for it."""
    if name not in SYSTEMS:
        raise Halt(f"there is no adapter for {name}; there are: {', '.join(sorted(SYSTEMS))}")
    return SYSTEMS[name](told.schemas, told.kind_of_agency)


async def run(name: str, told: AdapterSettings) -> None:
    """Run the adapter until it is told to stop. Raises `Halt`: an operator must act."""
    await run_adapter(system_of(name, told), told)


def look(name: str, told: AdapterSettings) -> dict[str, Json]:
    """What waits and what is parked. Raises `Halt`: the adapter never ran on such a store."""
    with closing(existing_store(system_of(name, told), told)) as store:
        return status.status(store)


def parked(name: str, told: AdapterSettings) -> list[dict[str, Json]]:
    """What is parked, and why, by native places. Raises `Halt` as `look` does."""
    system = system_of(name, told)
    with closing(existing_store(system, told)) as store:
        return status.parked(store, Retracing(store, system, Registry.load(told.schemas)))


def retry(name: str, told: AdapterSettings, ids: Sequence[str]) -> int:
    """Have what is parked tried again, all of it where none is named; how many. Raises `Halt`: one is not parked."""
    with closing(existing_store(system_of(name, told), told)) as store:
        chosen = ids or [str(each["id"]) for each in status.parked(store)]
        if unknown := status.retry(store, chosen):
            raise Halt(f"not parked: {', '.join(unknown)}")
        return len(chosen)


async def reconciled(name: str, told: AdapterSettings) -> dict[str, Json]:
    """What came of one round of reconciliation. Raises `Halt`, `Unavailable`, `Rejected`."""
    return (await reconcile(system_of(name, told), told)).document()


def trial(name: str, told: AdapterSettings, about: Mapping[str, str]) -> trying.Trial:
    """A trial of the adapter on native payloads. about: what is known of them besides."""
    system = system_of(name, told)
    return trying.Trial(system, told.agency or system.agency, Registry.load(told.schemas), utc_now, about)


def hand_over(name: str, told: AdapterSettings, file: Path) -> Iterator[dict[str, Json] | trying.Remark]:
    """The releases of a file in native form, and remarks on what has none."""
    return trying.hand_over(system_of(name, told), Registry.load(told.schemas), file, utc_now)
