"""How share deals with its store: one transaction a batch, halved when refused, looked at again when persons move."""
# ruff: noqa: ARG002 - a store that holds nothing has no use for what it is asked

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest

from hub.domain.errors import Halt, Reason, Unavailable
from hub.domain.joining import Likely
from hub.domain.outcome import Accepted, Refused
from hub.domain.submission import Order, Submission
from hub.exchange.share import Sharing
from hub.ports import (
    Candidate,
    Decision,
    Moved,
    OnRecord,
    People,
    RecordRow,
    ShareTransaction,
    StandingRow,
    SubmissionId,
    Taken,
    Unfit,
)
from tests.builders.hub import KEYS, NOW, SEAL, contract, reasons
from tests.builders.records import PRISON, offender, said
from tests.builders.valid_bodies import registry


class Scripted:
    """A store that holds nothing and answers a write as the test says."""

    def __init__(self, on_write: Callable[[Decision], None] = lambda _: None) -> None:
        self.on_write = on_write
        self.begun = 0
        self.written: list[list[str]] = []

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[ShareTransaction]:
        self.begun += 1
        yield self

    async def taken(self, ids: Sequence[SubmissionId]) -> Mapping[SubmissionId, Taken]:
        return {}

    async def people(
        self, own: Mapping[str, Iterable[str]], said: Iterable[str], changing: Collection[str] = ()
    ) -> People:
        return People({})

    async def standing(self, locals_: Iterable[str], rids: Iterable[str] | None) -> list[StandingRow]:
        return []

    async def slots(self, slots: Iterable[str]) -> list[StandingRow]:
        return []

    async def histories(self, slots: Iterable[str]) -> Mapping[str, list[tuple[Order, bytes | None]]]:
        return {}

    async def records(self, persons: Iterable[str], rids: Iterable[str] | None) -> list[RecordRow]:
        return []

    async def described(self, locals_: Iterable[str]) -> Mapping[str, Candidate]:
        return {}

    async def likened(self, locals_: Iterable[str]) -> list[Likely]:
        return []

    async def match_alone(self) -> None:
        return

    async def likened_by(self, keys: Collection[bytes]) -> list[Likely]:
        return []

    async def large(self, keys: Collection[bytes]) -> set[bytes]:
        return set()

    async def settled(self, locals_: Iterable[str]) -> Mapping[str, Order]:
        return {}

    async def rulings(self, locals_: Iterable[str]) -> list[OnRecord]:
        return []

    async def in_force(self) -> Mapping[str, str]:
        return {}

    async def write(self, decision: Decision) -> None:
        self.on_write(decision)
        self.written.append([row.order.id for row in decision.assertions])


def sharing(store: Scripted) -> Sharing:
    persons = count(1)
    contracts = {"prison": contract("prison")}
    return Sharing(store, registry(), contracts, KEYS, SEAL, lambda: NOW, lambda: f"p{next(persons)}")


def batch(size: int) -> list[Submission]:
    return [said("prison", f"A{number}234BC", offender(), 1, id_=str(number)) for number in range(size)]


def unfit_where(*ids: str) -> Callable[[Decision], None]:
    def refuse(decision: Decision) -> None:
        if any(row.order.id in ids for row in decision.assertions):
            raise Unfit

    return refuse


async def test_a_batch_is_one_transaction() -> None:
    store = Scripted()

    outcomes = await sharing(store).share(batch(20))

    assert all(isinstance(each, Accepted) for each in outcomes)
    assert store.begun == 1


async def test_an_empty_batch_and_one_that_nothing_can_be_taken_of_open_none() -> None:
    store = Scripted()

    assert await sharing(store).share([]) == []
    assert reasons(await sharing(store).share([said("police", "1", offender(), 1)])) == [Reason.NOT_COVERED]
    assert store.begun == 0


async def test_a_batch_the_database_refuses_is_halved_until_the_culprits_stand_alone() -> None:
    store = Scripted(unfit_where("3", "11"))

    outcomes = await sharing(store).share(batch(16))

    refused = [number for number, each in enumerate(outcomes) if isinstance(each, Refused)]
    assert refused == [3, 11]
    assert sorted(int(id_) for ids in store.written for id_ in ids) == [n for n in range(16) if n not in refused]


async def test_what_the_database_does_not_take_is_refused_with_a_rule_and_without_its_value() -> None:
    (outcome,) = await sharing(Scripted(unfit_where("0"))).share(batch(1))

    assert isinstance(outcome, Refused)
    assert outcome.rejection.reason is Reason.INVALID_BODY
    assert [(fault.path, fault.rule) for fault in outcome.rejection.faults] == [("", "storable")]


async def test_outcomes_stand_in_the_order_of_their_submissions_refused_ones_among_them() -> None:
    given = batch(4)
    given.insert(2, said("police", "1", offender(), 1))

    outcomes = await sharing(Scripted(unfit_where("3"))).share(given)

    assert [each.id if isinstance(each, Accepted) else each.rejection.reason for each in outcomes] == [
        "0",
        "1",
        Reason.NOT_COVERED,
        "2",
        Reason.INVALID_BODY,
    ]


async def test_when_persons_are_joined_under_its_eyes_a_batch_looks_again() -> None:
    moves = iter([Moved(), Moved()])

    def move(_: Decision) -> None:
        for moved in moves:
            raise moved

    store = Scripted(move)

    outcomes = await sharing(store).share(batch(2))

    assert all(isinstance(each, Accepted) for each in outcomes)
    assert store.begun == 3


async def test_a_batch_under_which_persons_never_rest_is_to_be_tried_again_later() -> None:
    def move(_: Decision) -> None:
        raise Moved

    with pytest.raises(Unavailable):
        await sharing(Scripted(move)).share(batch(2))


@pytest.mark.parametrize("error", [Unavailable("no answer"), Halt("not our database")])
async def test_what_is_no_fault_of_the_data_is_raised_for_the_whole_batch(error: Exception) -> None:
    def fail(_: Decision) -> None:
        raise error

    store = Scripted(fail)

    with pytest.raises(type(error)):
        await sharing(store).share(batch(3))
    assert store.begun == 1


async def test_time_is_what_the_clock_says_when_it_is_taken() -> None:
    (outcome,) = await sharing(Scripted()).share([said(*PRISON, offender(), 1)])

    assert isinstance(outcome, Accepted)
    assert outcome.received == NOW
