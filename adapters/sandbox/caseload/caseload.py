"""The caseload: everything both services enter, person after person, with later changes mixed in between.

The same seed, number of people and end give the same caseload. Nothing is held but what is still to come of the
people begun.
"""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from random import Random

from adapters.sandbox.caseload import numbers
from adapters.sandbox.caseload.changes import Change, Mishap
from adapters.sandbox.caseload.people import Person, invent
from adapters.sandbox.caseload.prison import prison_life
from adapters.sandbox.caseload.probation import probation_life
from adapters.sandbox.caseload.words import Words, load_words

_SECOND_CRN = 5_000_000
_LONGEST_PAUSE = 40


def caseload(people: int, seed: int, until: datetime) -> Iterator[Change]:
    """Every change of `people` invented people, none recorded at or after `until` (UTC).

    The first records of a person come at once; each later change up to 40 people further on.
    """
    words, ticket = load_words(), count()
    waiting: list[tuple[int, int, Change]] = []
    for number in range(people):
        person, rng = _invented(number, seed, words, until)
        for life in _lives(person, rng, words, until):
            due = number
            for step, change in enumerate(life):
                heapq.heappush(waiting, (due, next(ticket), _with_mishap(change, rng)))
                due += rng.randrange(_LONGEST_PAUSE) if step else 0
        while waiting and waiting[0][0] <= number:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def limited_access(people: int, seed: int, until: datetime) -> frozenset[str]:
    """The local ids of those whose records are kept from most staff; `caseload` has the same people."""
    words = load_words()
    flagged = [
        person for number in range(people) if (person := _invented(number, seed, words, until)[0]).limited_access
    ]
    return frozenset(local_id for person in flagged for local_id in (person.crn, person.prison_number) if local_id)


def _invented(number: int, seed: int, words: Words, until: datetime) -> tuple[Person, Random]:
    """A person, and the dice as they lie after inventing them."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - a caseload must come out the same again; it guards nothing
    return invent(number, rng, words, until.date()), rng


def _lives(person: Person, rng: Random, words: Words, until: datetime) -> Iterator[list[Change]]:
    """What each service enters; one in a hundred is on probation's books twice."""
    if person.crn is not None:
        yield probation_life(person, person.crn, rng, words, until)
        if rng.random() < 0.01 and not person.limited_access:
            yield probation_life(person, numbers.crn(person.number + _SECOND_CRN, rng), rng, words, until)[:1]
    if person.prison_number is not None:
        yield prison_life(person, person.prison_number, rng, words, until)


def _with_mishap(change: Change, rng: Random) -> Change:
    chance = rng.random()
    if chance < 0.01:
        return replace(change, mishap=Mishap.SENT_TWICE)
    if chance < 0.03:
        return replace(change, mishap=Mishap.SENT_LATE)
    if chance < 0.031:
        return replace(change, mishap=Mishap.CLOCK_AHEAD)
    return change
