"""Rulings as recorded decisions: found where agencies differ in one hub, and recorded in another, whatever it knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hub.domain.convergence import State, disagreements, latest_per_local_id, sayings
from hub.domain.rulings import Saying
from hub.exchange.case import Case, live_of, look_at_the_rest
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.ports import OnRecord, RulingOver, RulingRow, Seal, Store
from hub.store.conflicts import ConflictStore, Wanted
from hub.trust.naming import said_digest
from tests.builders.hub import KEYS, SEAL, Hub

DIGEST = partial(said_digest, KEYS)


@dataclass(frozen=True)
class Recorder:
    """Records rulings as they are, without asking whether agencies differ there now: that is what orders are about."""

    store: Store
    recognising: Recognising
    deciding: Deciding
    seal: Seal
    now: Callable[[], datetime]

    async def record(self, decided: OnRecord, *, back: bool = False) -> None:
        """Record a ruling; back: that it is taken back."""
        ruling = decided.ruling
        async with self.store.sharing() as tx:
            people = await tx.people(dict.fromkeys(ruling.settles, ()), ())
            case = Case((), people, (), self.deciding.rules, self.seal)
            case.touched.update((local, decided.rid) for local in ruling.settles)
            self.recognising.recognise(case)
            await look_at_the_rest(tx, case)
            others = [each for each in case.rulings[decided.rid] if each.id != ruling.id]
            case.rulings[decided.rid] = others if back else [*others, ruling]
            decision = self.deciding.decide(case, self.now())
            reasons = {local: self.seal.seal(f"local:{local}", b"as both files say") for local in ruling.settles}
            if back:
                decision.rulings_over.append(RulingOver(ruling.id, "anna", decision.at, reasons))
            else:
                decision.rulings.append(RulingRow(decided.rid, ruling, "anna", decision.at, reasons))
            await tx.write(decision)


@dataclass(frozen=True)
class Differing:
    """A place of a record where agencies differ, and all that is said there."""

    rid: str
    path: str
    said: tuple[Saying, ...]


async def differing(hub: Hub) -> list[Differing]:
    """All places where agencies differ, levels of risk too, told by nothing that depends on the order."""
    rules = hub.deciding.rules
    places = []
    for row in (await ConflictStore(hub.engine).listed(Wanted(state=State.LEVELS), None, 1_000)).rows:
        rule = rules[row.record.id.type]
        standing = latest_per_local_id(
            rule, (live_of(each, SEAL).said(hub.contracts[each.agency].kind, SEAL) for each in row.standing)
        )
        for path, each in disagreements(rule, standing).items() if standing else ():
            said = sorted(sayings(path, each.said), key=lambda saying: saying.local)
            places.append(Differing(row.record.rid, path, tuple(said)))
    return sorted(places, key=lambda each: (each.rid, each.path, each.said[0].local))
