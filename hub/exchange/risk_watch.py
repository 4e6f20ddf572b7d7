"""The watch over people at risk: opens and closes risk reviews, and gives notice of what is to happen to who is a risk.

A person is looked at when something else is said of their risk or of who holds them, and when a day passes that may
matter; `share` and this watch note when. What is open follows from what stands, the date and what operators closed,
so that any order of events ends in the same. A look lowers no level: it marks the record, which is a change like any.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.contract import REVIEW_DEADLINE_S, Contract
from hub.domain.errors import Halt
from hub.domain.holding import Holder
from hub.domain.ids import uuid7
from hub.domain.risk import Cause, Question, Said, lies_at, next_look, questions
from hub.domain.submission import micros
from hub.exchange.giving_notice import GivingNotice, concerned
from hub.ports import AuditRow, Keys, RecordId, Seal
from hub.store.risk_reviews import Ending, RiskReviewRow
from hub.store.watching import LevelRow, Looked, Watched, WatchStore

BATCH = 100
"""Persons looked at in one transaction."""

_MILLI = 1_000


class RiskWatch:
    """The use case."""

    def __init__(
        self, store: WatchStore, contracts: Mapping[str, Contract], keys: Keys, seal: Seal, now: Clock
    ) -> None:
        self._store = store
        self._contracts = contracts
        self._keys = keys
        self._seal = seal
        self._now = now

    async def step(self) -> bool:
        """Look at whoever is due; whether there may be more. Raises `Unavailable`, `Halt`."""
        now = self._now()
        look = _Look(self._contracts, self._keys, self._seal, now)
        return await self._store.look(now, BATCH, look.at) >= BATCH


class _Look:
    """One look at some persons. Pure but for opening the seal."""

    def __init__(self, contracts: Mapping[str, Contract], keys: Keys, seal: Seal, now: datetime) -> None:
        self._contracts = contracts
        self._seal = seal
        self._now = now
        self._looked = Looked()
        self._notices = GivingNotice(contracts, keys, seal, now, self._looked)

    def at(self, watched: Sequence[Watched]) -> Looked:
        """What comes of it."""
        for each in watched:
            self._look_at(each)
        return self._looked

    def _look_at(self, watched: Watched) -> None:
        now = micros(self._now)
        levels = {each.slot: each for each in _latest(watched.levels)}
        overruled = self._overruled(watched)
        said = [self._said(each, _is_overruled(each, overruled)) for each in levels.values()]
        offender, holder = self._offender(watched)
        looks = [next_look(said, now), self._notices.give(watched, offender, holder, said)]
        self._looked.next[watched.person] = min((each for each in looks if each is not None), default=None)
        open_ = {(each.slot, each.cause, each.level): each for each in watched.reviews if each.closed is None}
        reviews = [
            self._asked(watched.person, each, levels[each.said.slot].local, open_.pop(_named(each), None))
            for each in questions(said, holder, now)
            if not any(review.settles(each) for review in watched.reviews)
        ]
        answered = [self._answered(each, said, holder) for each in open_.values()]
        self._looked.reviews += [each for each in (*reviews, *answered) if each not in watched.reviews]
        self._mark(watched, reviews)

    def _said(self, row: LevelRow, overruled: bool) -> Said:
        contract = self._contracts.get(row.agency)
        if contract is None:
            raise Halt(f"the agency {row.agency} has said something, but has no contract any more")
        return Said(row.slot, row.agency, contract.kind, row.type, row.key, *row.level, overruled)

    def _offender(self, watched: Watched) -> tuple[Json, Holder | None]:
        """The shared offender record, and who holds the person."""
        if watched.offender is None:
            return None, None
        content = orjson.loads(self._seal.open(f"person:{watched.person}", watched.offender))
        return content["body"], Holder(**content["holder"]) if "holder" in content else None

    def _overruled(self, watched: Watched) -> set[tuple[str, str, str, str]]:
        """Type and key of a record, place in it and local key of each level that a ruling has settled otherwise."""
        opened = ((name, self._seal.open(f"person:{watched.person}", each)) for name, each in watched.ruled.items())
        contents = ((name, orjson.loads(content)) for name, content in opened)
        return {
            (name.type, name.key, path, local) for name, each in contents for path, local in each.get("overruled", ())
        }

    def _asked(self, person: str, question: Question, local: str, known: RiskReviewRow | None) -> RiskReviewRow:
        """The review of a question: as it is open, opened, or put to somebody else."""
        said = question.said
        record = RecordId(person, said.type, said.key)
        if known is not None and known.agency == question.to:
            return replace(known, record=record, since=question.since, said_since=said.since)
        deadline = self._now + timedelta(seconds=self._deadline_s(question))
        id_ = known.id if known is not None else uuid7(micros(self._now) // _MILLI)
        row = RiskReviewRow(
            said.slot,
            question.cause,
            question.since,
            said.level,
            said.since,
            *(id_, local, record, said.path, said.agency, question.to),
            opened=self._now,
            deadline=deadline,
            due=deadline,
        )
        self._note("risk-review-opened", row, question.cause)
        return row

    def _answered(self, review: RiskReviewRow, said: Sequence[Said], holder: Holder | None) -> RiskReviewRow:
        ending = Ending.SAID_ANEW
        level = next((each for each in said if each.slot == review.slot), None)
        if level is None:
            ending = Ending.WITHDRAWN
        elif level.overruled:
            ending = Ending.RULED
        elif holder is not None and holder.agency == review.author != review.agency:
            ending = Ending.HELD_AGAIN
        row = replace(review, closed=self._now, closed_as=ending, due=None)
        self._note("risk-review-closed", row, ending)
        return row

    def _deadline_s(self, question: Question) -> int:
        contract = self._contracts.get(question.to)
        receives = contract.receives.get(question.said.type) if contract else None
        return receives.review_deadline if receives else REVIEW_DEADLINE_S

    def _note(self, action: str, row: RiskReviewRow, why: str) -> None:
        self._looked.audit.append(AuditRow(self._now, action, "hub", row.agency, *row.record, row.id, purpose=why))

    def _mark(self, watched: Watched, open_: Sequence[RiskReviewRow]) -> None:
        """Every record bears the marks of its open reviews, and whoever may see it is told where they differ."""
        paths: dict[RecordId, set[str]] = defaultdict(set)
        for each in open_:
            paths[each.record].add(each.path)
        for record_id, marked in watched.marks.items():
            marks = tuple(sorted(paths[record_id]))
            if marks != marked:
                self._looked.marks[record_id] = marks
                self._looked.owed |= concerned(self._contracts, record_id, watched.agencies)


def _named(question: Question) -> tuple[str, Cause, str]:
    """What tells an open review from others: whose level, why, and what is said."""
    return question.said.slot, question.cause, question.said.level


def _is_overruled(row: LevelRow, overruled: Collection[tuple[str, str, str, str]]) -> bool:
    return any(
        (type_, key, local) == (row.type, row.key, row.local) and lies_at(place, row.level.path)
        for type_, key, place, local in overruled
    )


def _latest(levels: Sequence[LevelRow]) -> list[LevelRow]:
    """Of several assertions of one agency for one local id on one record, only the latest speaks.

    As for convergence, one that stands goes before one that was given an end.
    """
    latest: dict[tuple[str, str, str], LevelRow] = {}
    for each in sorted(levels, key=lambda row: (row.level.ends is None, row.order)):
        latest[each.local, each.type, each.key] = each
    return list(latest.values())
