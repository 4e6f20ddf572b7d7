"""Operators rule where agencies differ, and take rulings back.

A ruling names what it settles and what of it stands. What follows from it, the shared record and what is owed of it, is
decided as for a submission, and written in the one transaction that writes the ruling and its audit.
"""

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TypeVar

from hub.clock import Clock
from hub.domain.convergence import Disagreement, State, disagreements, sayings
from hub.domain.errors import Fault, Reason, Rejected, Unavailable
from hub.domain.rulings import Ruling, rule_on
from hub.exchange.case import Case, look_at_the_rest
from hub.exchange.conflicts import NO_CONFLICT, Place, place_of_conflict
from hub.exchange.consulting import BASIS, HUB
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.exchange.resolve import check_reason
from hub.ports import AuditRow, Decision, Keys, Moved, OnRecord, RulingOver, RulingRow, Seal, ShareTransaction, Store
from hub.store.conflicts import DifferingRow
from hub.trust.naming import opinion_digest, place_key, said_digest

_TRIES = 10
RULED, TAKEN_BACK = "ruling", "ruling-taken-back"
"""How the audit calls them."""
_Came = TypeVar("_Came")


class RulingOnConflicts:
    """The use case. row: the record of a conflict, as `OpenConflicts.row`. new_id: makes the id of a ruling."""

    def __init__(
        self,
        store: Store,
        row: Callable[[Place], Awaitable[DifferingRow]],
        recognising: Recognising,
        deciding: Deciding,
        keys: Keys,
        seal: Seal,
        now: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._row = row
        self._recognising = recognising
        self._deciding = deciding
        self._keys = keys
        self._seal = seal
        self._now = now
        self._new_id = new_id

    async def rule(self, conflict: str, settles: Collection[str], stands: str, why: str, by: str) -> str:
        """Rule on a conflict: settles, stands: what is said there, each by its name; the id of the ruling.

        Raises:
            Rejected: agencies do not differ there; what is named is not all that is said now; a ruling holds already;
                what is to stand is none of it; nothing is said of why.
            Unavailable, Halt: from the store.
        """
        check_reason(why)
        place = place_of_conflict(conflict)
        row = await self._row(place)

        async def decide(tx: ShareTransaction) -> str:
            case = await self._case(tx, row)
            path, differing = self._differing(case, row, place)
            stands_under = self._named(row, path, differing, settles, stands)
            digest = partial(said_digest, self._keys)
            ruling = rule_on(self._new_id(), path, sayings(path, differing.said), stands_under, digest)
            case.add_rulings([OnRecord(row.record.rid, ruling)])
            decision = self._deciding.decide(case, self._now())
            reasons = self._sealed(ruling, why)
            decision.rulings.append(RulingRow(row.record.rid, ruling, by, decision.at, reasons))
            decision.audit.append(_entry(decision, RULED, row, ruling, by, why))
            await tx.write(decision)
            return ruling.id

        return await self._in_transaction(decide)

    async def take_back(self, conflict: str, why: str, by: str) -> list[str]:
        """Take back every ruling on a place, whether it holds or not: none of them comes to hold again; their ids.

        Raises:
            Rejected: there is no such record, or nothing is ruled there; nothing is said of why.
            Unavailable, Halt: from the store.
        """
        check_reason(why)
        place = place_of_conflict(conflict)
        row = await self._row(place)

        async def decide(tx: ShareTransaction) -> list[str]:
            case = await self._case(tx, row)
            on_record = case.rulings[row.record.rid]
            over = [each for each in on_record if place_key(self._keys, each.path) == place.path]
            if not over:
                raise Rejected(Reason.WRONG_STATE, "nothing is ruled there")
            case.rulings[row.record.rid] = [each for each in on_record if each not in over]
            decision = self._deciding.decide(case, self._now())
            for each in over:
                decision.rulings_over.append(RulingOver(each.id, by, decision.at, self._sealed(each, why)))
                decision.audit.append(_entry(decision, TAKEN_BACK, row, each, by, why))
            await tx.write(decision)
            return [each.id for each in over]

        return await self._in_transaction(decide)

    async def _in_transaction(self, decide: Callable[[ShareTransaction], Awaitable[_Came]]) -> _Came:
        for _ in range(_TRIES):
            try:
                async with self._store.sharing() as tx:
                    return await decide(tx)
            except Moved:
                continue
        raise Unavailable("persons keep being joined and parted; try again")

    async def _case(self, tx: ShareTransaction, row: DifferingRow) -> Case:
        """The record and all that is said of it, with locks."""
        locals_ = [key for _, key, _ in row.person.locals]
        case = Case((), await tx.people(dict.fromkeys(locals_, ()), ()), (), self._deciding.rules, self._seal)
        case.touched.update((key, row.record.rid) for key in locals_)
        self._recognising.recognise(case)
        await look_at_the_rest(tx, case)
        return case

    def _differing(self, case: Case, row: DifferingRow, place: Place) -> tuple[str, Disagreement]:
        """Where agencies differ now, and how. Raises `Rejected`: they do not, or not any more."""
        record = row.record
        standing = self._deciding.standing(case.spoken_by_rid()[record.id.person][record.rid])
        rulings = self._deciding.rulings(case, record.rid)
        found = disagreements(self._deciding.rules[record.id.type], standing, rulings) if standing else {}
        for path, differing in found.items():
            if place_key(self._keys, path) == place.path:
                return path, differing
        raise Rejected(Reason.NOT_FOUND, NO_CONFLICT)

    def _named(
        self, row: DifferingRow, path: str, differing: Disagreement, settles: Collection[str], stands: str
    ) -> str:
        """The local key whose value is to stand: the first of those under which it is said."""
        if differing.state is State.RULED:
            raise Rejected(Reason.WRONG_STATE, "a ruling holds there: take it back first")
        names = {
            assertion.local: opinion_digest(self._keys, row.record.rid, path, value)
            for assertion, value in differing.said
        }
        if set(names.values()) != set(settles):
            raise Rejected(Reason.WRONG_STATE, "what is named is not all that is said there now: read it again")
        if stands not in names.values():
            fault = Fault("/stands", "settled", "is none of what is settled")
            raise Rejected(Reason.INVALID_BODY, "what stands is one of what is settled", (fault,))
        return min(local for local, name in names.items() if name == stands)

    def _sealed(self, ruling: Ruling, why: str) -> dict[str, bytes]:
        return {local: self._seal.seal(f"local:{local}", why.encode()) for local in ruling.settles}


def _entry(decision: Decision, action: str, row: DifferingRow, ruling: Ruling, by: str, why: str) -> AuditRow:
    return AuditRow(decision.at, action, by, HUB, *row.record.id, ruling.id, BASIS, why)
