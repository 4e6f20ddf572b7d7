"""What an agency holds, rendered anew: releases are stored nowhere (see contracts/decisions/0001)."""

from collections.abc import Sequence
from typing import NamedTuple

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.ports import HeldRow, PersonRow, RelayStore, Seal
from hub.release import Release, render


class Held(NamedTuple):
    """A delivery that still is what it was. person: whose record it is, None where there is nobody any more."""

    row: HeldRow
    release: Release
    person: PersonRow | None


async def still_held(
    store: RelayStore, contract: Contract, rows: Sequence[HeldRow], seal: Seal, now: Clock
) -> list[Held]:
    """Those of an agency's deliveries that have not been overtaken, with their releases, in the order given.

    One that has been is owed anew, unless it already is under a newer number.

    Raises:
        Unavailable, Halt: from the store.
    """
    records, persons = await store.current([row.id.record for row in rows])
    still: list[Held] = []
    overtaken: list[int] = []
    for row in rows:
        person = persons.get(row.id.record.person)
        release = render(contract, row.id.record, records.get(row.id.record), person, seal)
        if release.is_held(row):
            still.append(Held(row, release, person))
        else:
            overtaken.append(row.number)
    if overtaken:
        await store.pass_over(contract.agency, overtaken, now())
    return still
