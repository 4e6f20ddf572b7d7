"""Operators' decisions on who is one person: two local ids are linked, kept apart, or the decision is taken back.

What follows from it, records that move from one person to another and what is owed of them, is decided as for a
submission, and written in the one transaction that writes the decision and its audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.clock import Clock
from hub.domain.errors import Fault, Reason, Rejected, Unavailable
from hub.domain.joining import Pair, Verdict, pair_of
from hub.exchange.case import Case, look_at_the_rest
from hub.exchange.consulting import BASIS, HUB
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.ports import AuditRow, Keys, Moved, Seal, SettledRow, ShareTransaction, Store, VerdictRow
from hub.trust.naming import local_key, record_key

SHORTEST_REASON = 10
"""Characters of a sentence that says why."""
LONGEST_REASON = 500
_TRIES = 10


class Choice(StrEnum):
    """What an operator decides of two local ids."""

    LINK = "link"
    """They are one person."""
    KEEP_APART = "keep-apart"
    """They never are, whatever else is said."""
    TAKE_BACK = "take-back"
    """What was decided before holds no more; what the agencies say decides again."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a decision came to.

    one, other: the person each of the two local ids is now. They are two after a link that would have joined a pair
    kept apart: a review is open then. merged: removed person -> survivor. split: new person -> where it came from.
    """

    choice: Choice
    one: str
    other: str
    merged: Mapping[str, str]
    split: Mapping[str, str]


class Resolving:
    """The use case."""

    def __init__(
        self, store: Store, recognising: Recognising, deciding: Deciding, keys: Keys, seal: Seal, now: Clock
    ) -> None:
        self._store = store
        self._recognising = recognising
        self._deciding = deciding
        self._keys = keys
        self._seal = seal
        self._now = now
        self._offender = record_key(keys, "offender", "-")

    async def rule(self, one: tuple[str, str], other: tuple[str, str], choice: Choice, why: str, by: str) -> Ruled:
        """Decide on two local ids. one, other: agency and local id. why: for the audit. by: the operator.

        Raises:
            Rejected: a local id is not known, they are one and the same, nothing is said of why, or there is nothing
                to take back.
            Unavailable, Halt: from the store.
        """
        if one == other:
            raise Rejected(Reason.INVALID_BODY, "name two local ids", (Fault("/other", "different", "it is the same"),))
        return await self.rule_pair(local_key(self._keys, *one), local_key(self._keys, *other), choice, why, by)

    async def rule_pair(self, one: str, other: str, choice: Choice, why: str, by: str) -> Ruled:
        """The same, of two local keys; or of one twice, which is described as somebody else: that this is right."""
        check_reason(why)
        for _ in range(_TRIES):
            try:
                async with self._store.sharing() as tx:
                    if one == other:
                        return await self._settle(tx, one, choice, why, by)
                    return await self._rule(tx, (one, other), choice, why, by)
            except Moved:
                continue
        raise Unavailable("persons keep being joined and parted; try again")

    async def _rule(self, tx: ShareTransaction, given: Pair, choice: Choice, why: str, by: str) -> Ruled:
        now = self._now()
        one, other = pair = pair_of(*given)
        people = await tx.people({one: (), other: ()}, ())
        if not {one, other} <= people.locals.keys():
            raise Rejected(Reason.NOT_FOUND, "no agency ever said anything of one of these local ids")
        case = Case((), people, (), self._deciding.rules, self._seal)
        if choice is Choice.TAKE_BACK and pair not in case.verdicts:
            raise Rejected(Reason.WRONG_STATE, "nothing is decided of these two")
        verdict = None if choice is Choice.TAKE_BACK else Verdict(one, other, apart=choice is Choice.KEEP_APART)
        case.rule(pair, verdict)
        self._recognising.recognise(case)
        await look_at_the_rest(tx, case)
        decision = self._deciding.decide(case, now)
        if verdict is None:
            decision.taken_back.append(pair)
        else:
            decision.verdicts.append(VerdictRow(verdict, by, now, self._seal.seal(f"local:{one}", why.encode())))
        persons = sorted({case.before[one].person, case.before[other].person})
        decision.audit[:0] = [
            AuditRow(now, choice.value, by, HUB, person, "offender", "-", ".".join(pair), BASIS, why)
            for person in persons
        ]
        await tx.write(decision)
        first, second = (case.locals[key].person for key in given)
        return Ruled(choice, first, second, decision.persons_removed, case.recognised.split if case.recognised else {})

    async def _settle(self, tx: ShareTransaction, local: str, choice: Choice, why: str, by: str) -> Ruled:
        """A local id rightly is described as it is now, though as somebody else than before."""
        now, pair = self._now(), (local, local)
        people = await tx.people({local: ()}, ())
        case = Case((), people, (), self._deciding.rules, self._seal)
        if pair not in case.likely:
            raise Rejected(Reason.NOT_FOUND, "no such review is open")
        if choice is not Choice.LINK:
            detail = "a local id cannot be kept apart from itself: it is its agency that must correct what it says"
            raise Rejected(Reason.WRONG_STATE, detail)
        (order,) = (row.order for row in await tx.standing({local}, {self._offender}))
        case.find(pair, None)
        self._recognising.recognise(case)
        await look_at_the_rest(tx, case)
        decision = self._deciding.decide(case, now)
        decision.unlikely.append(pair)
        decision.settled.append(SettledRow(local, order, by, now, self._seal.seal(f"local:{local}", why.encode())))
        person = case.before[local].person
        entry = AuditRow(now, choice.value, by, HUB, person, "offender", "-", ".".join(pair), BASIS, why)
        decision.audit.insert(0, entry)
        await tx.write(decision)
        whose = case.locals[local].person
        return Ruled(
            choice,
            whose,
            whose,
            decision.persons_removed,
            case.recognised.split if case.recognised else {},
        )


def check_reason(why: str) -> None:
    """Raises `Rejected`: a decision's reason is no sentence."""
    if not SHORTEST_REASON <= len(why.strip()) <= LONGEST_REASON or not why.isprintable():
        fault = Fault("/why", "length", f"a sentence of {SHORTEST_REASON} to {LONGEST_REASON} characters")
        raise Rejected(Reason.INVALID_BODY, "say why, in a sentence", (fault,))
