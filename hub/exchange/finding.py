"""Recording what likelihood found: links and reviews, with all that follows from them, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from hub.clock import Clock
from hub.domain.errors import Unavailable
from hub.domain.joining import Likely, Pair
from hub.domain.likelihood.blocking import Ladder, ladders
from hub.domain.likelihood.score import Score
from hub.domain.likelihood.traits import Traits
from hub.domain.replacement import replaced
from hub.domain.submission import Order
from hub.exchange.case import Case, look_at_the_rest
from hub.exchange.consulting import BASIS, HUB
from hub.exchange.decide import Deciding
from hub.exchange.describing import read_traits
from hub.exchange.judging import Judging
from hub.exchange.persons import Recognising
from hub.exchange.prepare import features
from hub.ports import AuditRow, Candidate, Keys, Moved, Seal, ShareTransaction, Store
from hub.trust.naming import ladder_digests, record_key

_TRIES = 10


class Found(NamedTuple):
    """What was found of two local ids.

    likely: None where they are two people, or have nothing in common but what very many have. score: why; None where
    one says nothing, or there is nothing to compare them for.

    numbers: of the descriptions compared, by local key.
    """

    pair: Pair
    likely: Likely | None
    score: Score | None
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
        self,
        store: Store,
        recognising: Recognising,
        deciding: Deciding,
        judging: Judging,
        keys: Keys,
        seal: Seal,
        now: Clock,
    ) -> None:
        self._store = store
        self._recognising = recognising
        self._deciding = deciding
        self._judging = judging
        self._keys = keys
        self._seal = seal
        self._now = now
        self._offender = record_key(keys, "offender", "-")

    async def record(
        self, numbers: Mapping[str, int | None], found: Sequence[Found], passed: Collection[bytes] = ()
    ) -> Recorded:
        """Record all that likelihood says of these local ids, in place of what it said before.

        numbers: local key -> the description that was compared, None where there is none any more. Of whom has another
        by now nothing is recorded: it waits for another turn. passed: forms of their keys that have large blocks, maybe
        only since they have these, too. Whoever was found by one of these is looked at again.

        Raises:
            Unavailable, Halt: from the store.
        """
        for _ in range(_TRIES):
            try:
                async with self._store.sharing() as tx:
                    return await self._record(tx, numbers, found, passed)
            except Moved:
                continue
        raise Unavailable("persons keep being joined and parted; try again")

    async def _record(
        self,
        tx: ShareTransaction,
        numbers: Mapping[str, int | None],
        found: Sequence[Found],
        passed: Collection[bytes],
    ) -> Recorded:
        await tx.match_alone()
        doubtful = {each.pair for each in await tx.likened_by(passed)}
        pairs = doubtful.union((each.pair for each in await tx.likened(numbers)), (each.pair for each in found))
        met = {key for pair in pairs for key in pair}
        people = await tx.people(dict.fromkeys(met | numbers.keys(), ()), ())
        described = await tx.described(met | numbers.keys())
        current = {key: each.number for key, each in described.items()}
        fresh = {key for key, number in numbers.items() if current.get(key) == number}
        of_fresh = {pair for pair in pairs if pair[0] != pair[1] and not fresh.isdisjoint(pair)}
        found = await self._met(tx, self._brought_up_to_date(doubtful | of_fresh, described, found), described)
        case = Case((), people, (), self._deciding.rules, self._seal)
        before = dict(case.likely)
        said = {each.pair: each.likely for each in found} | await self._replaced(tx, fresh)
        for pair, likely in said.items():
            if likely != before.get(pair):
                case.find(pair, likely)
        if not case.ruled:
            return Recorded()
        await self._write(tx, case, before, {each.pair: each.score for each in found})
        return _counted(before, case)

    def _brought_up_to_date(
        self, pairs: Collection[Pair], described: Mapping[str, Candidate], found: Sequence[Found]
    ) -> list[Found]:
        """What is found of each of these pairs by the descriptions there are now.

        Of whom blocking keys brought together before, and whose other half has another description by now, it is found
        here: the turn of that one may be over already.
        """
        compared = {each.pair: each for each in found}
        return [self._judged(pair, described, compared.get(pair)) for pair in pairs]

    def _judged(self, pair: Pair, described: Mapping[str, Candidate], compared: Found | None) -> Found:
        if not described.keys() >= set(pair):
            return Found(pair, None, None, {})
        one, other = (described[key] for key in pair)
        numbers = {each.local: each.number for each in (one, other)}
        if compared is not None and compared.numbers == numbers:
            return compared
        return Found(pair, *self._judging.judge(pair, self._traits(one), self._traits(other)), numbers)

    async def _met(
        self, tx: ShareTransaction, found: Sequence[Found], described: Mapping[str, Candidate]
    ) -> list[Found]:
        """The same, but that it says nothing of two who have no key in common whose block is not large now."""
        pairs = [each.pair for each in found if each.likely]
        keys = {
            local: _in_every_form(self._traits(described[local])) for local in {key for pair in pairs for key in pair}
        }
        common = {(one, other): keys[one] & keys[other] for one, other in pairs}
        digests = {key: ladder_digests(self._keys, key)[-1] for key in set().union(*common.values())}
        large = await tx.large(set(digests.values())) if digests else set()
        return [_found_by(each, {digests[key] for key in common.get(each.pair, ())} - large) for each in found]

    def _traits(self, described: Candidate) -> Traits:
        return read_traits(self._seal.open(f"local:{described.local}", described.sealed))

    async def _replaced(self, tx: ShareTransaction, locals_: Collection[str]) -> dict[Pair, Likely | None]:
        """Of each of these local ids, whether it is described as somebody else than before."""
        rows = [row for row in await tx.standing(locals_, {self._offender}) if row.record_type == "offender"]
        histories = await tx.histories([row.slot for row in rows if not row.withdrawn])
        settled = await tx.settled(locals_) if any(len(each) > 1 for each in histories.values()) else {}
        local_of = {row.slot: row.local for row in rows}
        found = {
            local_of[slot]
            for slot, history in histories.items()
            if len(history) > 1 and self._is_replaced(local_of[slot], history, settled)
        }
        return {(key, key): Likely(key, key, 0, link=False) if key in found else None for key in locals_}

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
        self, tx: ShareTransaction, case: Case, before: Mapping[Pair, Likely], scores: Mapping[Pair, Score | None]
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


def _in_every_form(traits: Traits) -> set[Ladder]:
    """All blocking keys of somebody: of each its shortest form alone, and with each longer one."""
    return {ladder[:length] for ladder in ladders(traits) for length in range(1, len(ladder) + 1)}


def _found_by(found: Found, keys: Collection[bytes]) -> Found:
    """What is found of two who have these keys in common; the longest is remembered, for few will ever have it."""
    if found.likely is None:
        return found
    if not keys:
        return Found(found.pair, None, None, found.numbers)
    return found._replace(likely=found.likely._replace(key=max(keys, key=lambda key: (len(key), key))))


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
        return "nothing in common any more but what very many have"
    told = [f"{reason.field} {reason.level} {reason.weight:+.1f}" for reason in score.reasons]
    return f"likelihood {score.weight:+.1f} bits, with: {', '.join(told)}"
