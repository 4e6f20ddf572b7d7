"""Who takes part: the two founding agencies, a second probation service on a stream, and a court that may see all."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from hub.domain.contract import Contract, Delivery, Kind, People, Receives
from hub.trust.contracts import load_contracts
from tests.simulation.hub import registry

_FOUNDING = Path(__file__).resolve().parents[2] / "contracts"
_WHY = ("Offender Management Act 2007 s.14", "Proving that what is shared is the same everywhere")


@lru_cache
def contracts() -> Mapping[str, Contract]:
    """By agency."""
    founding = load_contracts(_FOUNDING, registry())
    prison, probation = founding["prison"], founding["probation"]
    return {
        "prison": prison,
        "probation": probation,
        "wessex": replace(probation, agency="wessex", delivery=Delivery.STREAM),
        "court": Contract(
            agency="court",
            kind=Kind.COURT,
            delivery=Delivery.FEED,
            people=People.ALL,
            limited_access=True,
            asserts={},
            receives={
                "offender": Receives("1.0.0", frozenset({"names", "dateOfBirth", "limitedAccess"}), *_WHY, None),
                "registration": Receives("1.0.0", None, *_WHY, None),
            },
        ),
    }


def speakers() -> dict[str, str]:
    """Those that submit, and the kind of their local ids."""
    return {name: each.kind.value for name, each in contracts().items() if each.asserts}
