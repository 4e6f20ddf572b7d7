"""Recording what likelihood found: links and reviews, with all that follows from them, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from hub.clock import Clock
from hub.domain.errors import Unavailable
from hub.domain.joining import Likely, Pair
from hub.domain.likelihood.score import Score
from hub.domain.replacement import replaced
from hub.domain.submission import Order
from hub.exchange.case import Case, look_at_the_rest
from hub.exchange.consulting import BASIS, HUB
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.exchange.prepare import features
from hub.ports import AuditRow, Keys, Moved, Seal, ShareTransaction, Store
from hub.trust.naming import record_key

_TRIES = 10


class Found(NamedTuple):
    """What was found of two local ids. likely: None where they are two people. score: why.

    numbers: of the descriptions compared, by local key.
    """

    pair: Pair
    likely: Likely | None
    score: Score
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many links and reviews by likelihood came about, and of how many pairs it says nothing any more.

    large, cut: keys by which nobody was sought, and candidates who were not compared; see `hub.ports.Candidates`.
    """

    links: int = 0
    reviews: int = 0
    undone: int = 0
    large: int = 0
    cut: int = 0


class Recording:
    """Records what is found."""

    def __init__(
        self, store: Store, recognising: Recognising, deciding: Deciding, keys: Keys, seal: Seal, now: Clock
    ) -> None:
        self._store = store
        self._recognising = recognising
        self._deciding = deciding
        self._seal = seal
        self._now = now
        self._offender = record_key(keys, "offender", "-")

    async def record(self, numbers: Mapping[str, int | None], found: Sequence[Found]) -> Recorded:
        """Record all that likelihood says of these local ids, in place of what it said before.

        numbers: local key -> the description that was compared, None where there is none any more. What has another
        by now is left as it is: it waits for another turn.

        Raises:
            Unavailable, Halt: from the store.
        """
        for _ in range(_TRIES):
            try:
                async with self._store.sharing() as tx:
                    return await self._record(tx, numbers, found)
            except Moved:
                continue
        raise Unavailable("persons keep being joined and parted; try again")

    async def _record(
        self, tx: ShareTransaction, numbers: Mapping[str, int | None], found: Sequence[Found]
    ) -> Recorded:
        pairs = [*(each.pair for each in await tx.likened(numbers)), *(each.pair for each in found)]
        met = {key for pair in pairs for key in pair}
        people = await tx.people(dict.fromkeys(met | numbers.keys(), ()), ())
        current = await tx.described(people.locals)
        fresh = {key for key, number in numbers.items() if current.get(key) == number}
        case = Case((), people, (), self._deciding.rules, self._seal)
        before = dict(case.likely)
        for pair, likely in _said_now(before, fresh, current, found, await self._replaced(tx, fresh)).items():
            if likely != before.get(pair):
                case.find(pair, likely)
        if not case.ruled:
            return Recorded()
        await self._write(tx, case, before, {each.pair: each.score for each in found})
        return _counted(before, case)

    async def _replaced(self, tx: ShareTransaction, locals_: Collection[str]) -> set[str]:
        """Those of these local ids that are described as somebody else than before."""
        rows = [row for row in await tx.standing(locals_, {self._offender}) if row.record_type == "offender"]
        histories = await tx.histories([row.slot for row in rows if not row.withdrawn])
        settled = await tx.settled(locals_) if any(len(each) > 1 for each in histories.values()) else {}
        local_of = {row.slot: row.local for row in rows}
        return {
            local_of[slot]
            for slot, history in histories.items()
            if len(history) > 1 and self._is_replaced(local_of[slot], history, settled)
        }

    def _is_replaced(
        self, local: str, history: Sequence[tuple[Order, bytes | None]], settled: Mapping[str, Order]
    ) -> bool:
        descriptions = [
            (order, features(orjson.loads(self._seal.open(f"local:{local}", sealed))))
            for order, sealed in history
            if sealed is not None
        ]
        return replaced(descriptions, settled.get(local)) is not None

    async def _write(
        self, tx: ShareTransaction, case: Case, before: Mapping[Pair, Likely], scores: Mapping[Pair, Score]
    ) -> None:
        now = self._now()
        self._recognising.recognise(case)
        await look_at_the_rest(tx, case)
        decision = self._deciding.decide(case, now)
        decision.likely.extend(case.likely[pair] for pair in sorted(case.ruled & case.likely.keys()))
        decision.unlikely.extend(sorted(case.ruled - case.likely.keys()))
        decision.audit[:0] = [
            AuditRow(now, action, HUB, HUB, person, "offender", "-", ".".join(pair), BASIS, _why(scores.get(pair)))
            for action, pair in _links_made_and_undone(before, case)
            for person in sorted({case.before[key].person for key in pair})
        ]
        await tx.write(decision)


def _said_now(
    before: Collection[Pair],
    fresh: Collection[str],
    current: Mapping[str, int],
    found: Sequence[Found],
    replaced_: Collection[str],
) -> dict[Pair, Likely | None]:
    """What likelihood says of every pair of which it now can say something, and of those of which it did.

    A pair whose other half is described anew meanwhile is left as it is.
    """
    said: dict[Pair, Likely | None] = {pair: None for pair in before if not set(pair).isdisjoint(fresh)}
    for each in found:
        if all(current.get(key) == number for key, number in each.numbers.items()):
            said[each.pair] = each.likely
        else:
            said.pop(each.pair, None)
    return said | {(key, key): Likely(key, key, 0, link=False) if key in replaced_ else None for key in fresh}


def _links_made_and_undone(before: Mapping[Pair, Likely], case: Case) -> list[tuple[str, Pair]]:
    """What the audit calls it, and of whom."""
    was = {pair for pair, each in before.items() if each.link}
    now = {pair for pair, each in case.likely.items() if each.link}
    return [("link", pair) for pair in sorted(now - was)] + [("take-back", pair) for pair in sorted(was - now)]


def _counted(before: Mapping[Pair, Likely], case: Case) -> Recorded:
    now = [case.likely[pair] for pair in case.ruled & case.likely.keys()]
    new = [each for each in now if each.pair not in before or before[each.pair].link != each.link]
    links = sum(each.link for each in new)
    return Recorded(links, len(new) - links, len(case.ruled) - len(now))


def _why(score: Score | None) -> str:
    """Field, level and bits of what was compared; no values."""
    if score is None:
        return "nothing in common any more"
    told = [f"{reason.field} {reason.level} {reason.weight:+.1f}" for reason in score.reasons]
    return f"likelihood {score.weight:+.1f} bits, with: {', '.join(told)}"
