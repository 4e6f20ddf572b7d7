"""What a hub answered that it would keep, or must raise by itself: decisions, receipts, alerts.

An operator's decision that was answered stands, and no other; who is kept apart is not one person. A receipt that was
answered is noted, or a later one of its record. What an agency did not acknowledge in time is raised, once, and stands
open; what it did acknowledge is not.
"""

from collections.abc import Mapping, Sequence

from adapters.client.link import RecordName
from hub.domain.joining import pair_of
from hub.exchange.resolve import Choice
from hub.trust.naming import local_key
from tests.crash.agreement import at_last, queried, quiet
from tests.crash.holding import Holding
from tests.crash.installed import Installed
from tests.crash.operators import LocalId

_APPLIED = "SELECT person, type, key, applied_number, applied_digest FROM held WHERE agency = $1"
_TO_BE_RAISED = """
    SELECT held.agency, held.type, held.number, count(alert.id) AS alerts FROM held
        LEFT JOIN alert ON alert.agency = held.agency AND alert.person = held.person AND alert.type = held.type
            AND alert.key = held.key AND alert.number = held.number AND alert.why = 'not-applied'
            AND alert.closed IS NULL
        WHERE held.number > coalesce(held.applied_number, 0)
            AND NOT (held.withdrawn AND held.applied_number IS NULL)
        GROUP BY held.agency, held.type, held.number HAVING count(alert.id) <> 1
    """
_RAISED_IN_VAIN = """
    SELECT alert.agency, alert.type, alert.number FROM alert
        JOIN held ON alert.agency = held.agency AND alert.person = held.person AND alert.type = held.type
            AND alert.key = held.key
        WHERE alert.closed IS NULL AND alert.why = 'not-applied'
            AND (held.applied_number >= alert.number OR held.withdrawn AND held.applied_number IS NULL)
            OR alert.raised < alert.due
    """


async def broken_promises(
    installed: Installed, stores: Sequence[Holding], standing: Mapping[tuple[LocalId, LocalId], Choice]
) -> list[str]:
    """What does not hold; as soon as nothing is found, at the latest after `QUIET_S`.

    stores: those that sent receipts. standing: what was decided of two, answered, and not taken back.
    """
    deadline = quiet()
    return [
        *await _decisions_lost(installed, standing),
        *await at_last(lambda: _receipts_lost(installed, stores), deadline),
        *await at_last(lambda: _alerts_wrong(installed), deadline),
    ]


async def overdue(installed: Installed) -> int:
    """How many alerts stand open."""
    return int((await queried(installed, "SELECT count(*) FROM alert WHERE closed IS NULL"))[0][0])


async def _decisions_lost(installed: Installed, standing: Mapping[tuple[LocalId, LocalId], Choice]) -> list[str]:
    """Of whom it is not as it was decided."""
    keys = installed.lookup_keys
    answered = {
        pair_of(local_key(keys, *one), local_key(keys, *other)): choice is Choice.KEEP_APART
        for (one, other), choice in standing.items()
    }
    rows = await queried(installed, "SELECT local, other, apart FROM verdict WHERE local < other")
    kept = {(row["local"], row["other"]): row["apart"] for row in rows}
    differing = [two for two in answered.keys() | kept.keys() if answered.get(two) != kept.get(two)]
    persons = {row["key"]: row["person"] for row in await queried(installed, "SELECT key, person FROM local_id")}
    one = [two for two, apart in answered.items() if apart and persons[two[0]] == persons[two[1]]]
    return [
        *(f"it was answered that {_said(answered.get(two))}, and {_said(kept.get(two))} is kept" for two in differing),
        *(f"two are kept apart, and are one person: {two}" for two in one),
    ]


def _said(apart: bool | None) -> str:
    return "nothing is decided" if apart is None else "two are kept apart" if apart else "two are one person"


async def _receipts_lost(installed: Installed, stores: Sequence[Holding]) -> list[str]:
    """What stores acknowledged, and the hub does not know."""
    found = []
    for store in stores:
        rows = await queried(installed, _APPLIED, installed.names[store.service])
        noted = {RecordName(row["person"], row["type"], row["key"]): row for row in rows}
        for name, each in store.acknowledged.items():
            number, digest = noted[name]["applied_number"] or 0, noted[name]["applied_digest"]
            if number < each.number or (number == each.number and digest != each.digest):
                found.append(f"the receipt of {store.service} for delivery {each.number} is lost; there is {number}")
    return found


async def _alerts_wrong(installed: Installed) -> list[str]:
    """Where it is not as it must be once every deadline has passed."""
    return [
        *(
            f"{row['alerts']} alerts on delivery {row['number']} of {row['agency']}, which is overdue"
            for row in await queried(installed, _TO_BE_RAISED)
        ),
        *(
            f"an alert on delivery {row['number']} of {row['agency']}, which is not overdue"
            for row in await queried(installed, _RAISED_IN_VAIN)
        ),
    ]
