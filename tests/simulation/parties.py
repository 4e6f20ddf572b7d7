"""Who takes part: the two founding agencies, a second probation service on a stream, and a court that may see all.

Their deadlines are as short as histories are, and some days of notice end while a history goes on.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from hub.domain.contract import NOTICE_DAYS, Contract, Delivery, Kind, People, Receives
from hub.trust.contracts import load_contracts
from tests.simulation.hub import registry

_FOUNDING = Path(__file__).resolve().parents[2] / "contracts"
_DEADLINE_S, _RISK_DEADLINE_S, _REVIEW_DEADLINE_S = 2, 1, 3
_WHY = ("Offender Management Act 2007 s.14", "Proving that what is shared is the same everywhere")


@lru_cache
def contracts() -> Mapping[str, Contract]:
    """By agency."""
    founding = load_contracts(_FOUNDING, registry())
    prison, probation = (_in_a_hurry(founding[name]) for name in ("prison", "probation"))
    wessex = replace(probation, agency="wessex", delivery=Delivery.STREAM)
    notice = replace(wessex.receives["notice"], notice_days=NOTICE_DAYS - 1)
    return {
        "prison": prison,
        "probation": probation,
        "wessex": replace(wessex, receives={**wessex.receives, "notice": notice}),
        "court": Contract(
            agency="court",
            kind=Kind.COURT,
            delivery=Delivery.FEED,
            people=People.ALL,
            limited_access=True,
            asserts={},
            receives={
                "offender": Receives("1.0.0", frozenset({"names", "dateOfBirth", "limitedAccess"}), *_WHY, None),
                "registration": Receives("1.0.0", None, *_WHY, _DEADLINE_S, risk_deadline=_RISK_DEADLINE_S),
            },
        ),
    }


def _in_a_hurry(contract: Contract) -> Contract:
    """With deadlines that a history may miss; who has seen what, nobody says."""
    receives = {
        record_type: replace(
            each,
            deadline=_DEADLINE_S,
            risk_deadline=_RISK_DEADLINE_S,
            seen_deadline=None,
            review_deadline=_REVIEW_DEADLINE_S,
        )
        for record_type, each in contract.receives.items()
    }
    return replace(contract, receives=receives)


def speakers() -> dict[str, str]:
    """Those that submit, and the kind of their local ids."""
    return {name: each.kind.value for name, each in contracts().items() if each.asserts}
