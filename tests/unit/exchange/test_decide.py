"""What a batch changes: which rows are written, whose records are looked at whole, and who is owed what."""

from dataclasses import replace
from itertools import count

import orjson
import pytest

from hub.domain.contract import People as Whose
from hub.domain.errors import Halt
from hub.domain.recognition import Doubt
from hub.domain.submission import Submission
from hub.exchange.case import Case
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.exchange.prepare import Preparing
from hub.ports import Decision, HeldId, People, RecordId, RecordRow, StandingRow
from tests.builders.hub import KEYS, NOW, SEAL, contract
from tests.builders.records import (
    OTHER_PNC,
    PNC,
    PRISON,
    PROBATION,
    assessment,
    movement,
    offender,
    said,
    withdrawn,
)
from tests.builders.valid_bodies import registry

CONTRACTS = {
    each.agency: each for each in (contract("prison"), contract("probation"), contract("court", people=Whose.ALL))
}


class Remembering:
    """The hub's whole memory as plain lists: every batch sees all that the batches before have left."""

    def __init__(self) -> None:
        persons = count(1)
        self.contracts = dict(CONTRACTS)
        self.preparing = Preparing(registry(), self.contracts, KEYS, SEAL)
        self.recognising = Recognising(SEAL, lambda: f"p{next(persons)}")
        self.deciding = Deciding(registry(), self.contracts, KEYS, SEAL)
        self.people = People({})
        self.standing: dict[str, StandingRow] = {}
        self.bodies: dict[str, bytes | None] = {}
        self.records: dict[RecordId, RecordRow] = {}

    def share(self, *submissions: Submission) -> Decision:
        fresh = [self.preparing.prepare(each, NOW) for each in submissions]
        rows = [replace(row, body=self.bodies[row.order.id]) for row in self.standing.values()]
        case = Case(
            fresh,
            self.people,
            [row for row in rows if row.slot in {each.slot for each in fresh}],
            self.deciding.rules,
            SEAL,
        )
        self.recognising.recognise(case)
        case.add_standing(rows)
        case.add_records(self.records.values())
        decision = self.deciding.decide(case, NOW)
        self._remember(decision)
        return decision

    def _remember(self, decision: Decision) -> None:
        self.people.locals.update({row.key: row for row in decision.locals})
        self.bodies.update({row.order.id: row.body for row in decision.assertions})
        self.standing.update({row.slot: row for row in decision.standing})
        for gone in decision.records_gone:
            del self.records[gone]
        self.records.update({row.id: row for row in decision.records})


@pytest.fixture
def memory() -> Remembering:
    return Remembering()


def owed_to(decision: Decision) -> set[tuple[str, str]]:
    return {(each.agency, each.record.type) for each in decision.owed}


def actions(decision: Decision) -> list[tuple[str, str]]:
    return [(entry.action, entry.type) for entry in decision.audit]


# --- one person ---------------------------------------------------------------------------------------------


def test_who_is_new_becomes_a_person_with_a_record_that_is_owed_to_whoever_may_know(memory: Remembering) -> None:
    decision = memory.share(said(*PRISON, offender(), 1))

    assert decision.persons_new == {"p1": None}
    assert [row.person for row in decision.locals] == ["p1"]
    assert [(row.id, row.revision) for row in decision.records] == [(RecordId("p1", "offender", "-"), 1)]
    assert owed_to(decision) == {("prison", "offender"), ("court", "offender")}
    assert actions(decision) == [("collection", "offender")]


def test_what_is_said_again_changes_no_record_and_owes_nothing(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(), 1))

    decision = memory.share(said(*PRISON, offender(), 2))

    assert (decision.records, decision.owed, decision.locals) == ([], set(), [])
    assert [row.order for row in decision.standing] == [row.order for row in decision.assertions]


def test_one_record_changes_without_the_others_of_the_person(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(), 1), said(*PRISON, movement(), 1))

    decision = memory.share(said(*PRISON, movement(1, comment="late"), 2))

    assert [(row.id.type, row.revision) for row in decision.records] == [("movement", 2)]
    assert owed_to(decision) == {("prison", "movement"), ("court", "movement")}
    assert (decision.locals, decision.reexamined) == ([], set())


def test_a_name_is_compared_anew_but_leaves_the_numbers_as_they_are(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(), 1))

    decision = memory.share(said(*PRISON, offender("Patel"), 2))

    assert len(decision.locals) == 1
    assert decision.reexamined == {decision.locals[0].key}
    assert decision.reclaimed == set()


def test_in_one_batch_only_the_last_of_a_slot_stands_but_all_are_kept(memory: Remembering) -> None:
    decision = memory.share(*(said(*PRISON, offender(name), minute) for minute, name in ((2, "B"), (3, "C"), (1, "A"))))

    assert len(decision.assertions) == 3
    assert [row.order for row in decision.standing] == [max(row.order for row in decision.assertions)]
    assert [row.revision for row in decision.records] == [1]


def test_the_last_withdrawal_empties_the_record_and_tells_everybody(memory: Remembering) -> None:
    memory.share(said(*PRISON, movement(), 1))

    decision = memory.share(withdrawn(*PRISON, movement(), 2))

    assert [(row.content, row.revision) for row in decision.records] == [(None, 2)]
    assert owed_to(decision) == {("prison", "movement"), ("court", "movement")}
    assert actions(decision) == [("withdrawal", "movement")]


def test_a_withdrawal_of_what_was_never_said_is_kept_and_makes_no_record(memory: Remembering) -> None:
    decision = memory.share(withdrawn(*PRISON, movement(), 2))

    assert [row.withdrawn for row in decision.standing] == [True]
    assert (decision.records, decision.owed) == ([], set())


def test_a_submission_that_comes_late_changes_neither_record_nor_person(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(pnc=PNC), 5))

    decision = memory.share(said(*PRISON, offender("Patel", pnc=OTHER_PNC), 1))

    assert (decision.records, decision.owed, decision.locals) == ([], set(), [])
    assert len(decision.assertions) == 1


# --- persons joined, parted, doubted ------------------------------------------------------------------------


def test_when_two_persons_are_joined_all_records_of_both_are_owed_to_everybody(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(), 1), said(*PRISON, movement(), 1))
    memory.share(said(*PROBATION, offender(pnc=PNC), 1), said(*PROBATION, assessment(), 1))

    decision = memory.share(said(*PRISON, offender(pnc=PNC), 2))

    assert decision.persons_removed == {"p2": "p1"}
    assert set(decision.records_gone) == {
        RecordId("p2", "offender", "-"),
        RecordId("p2", "assessment", "probation/A1"),
    }
    assert decision.owed == {
        HeldId(agency, record)
        for agency in CONTRACTS
        for record in (
            RecordId("p1", "offender", "-"),
            RecordId("p1", "movement", "prison/B1/1"),
            RecordId("p1", "assessment", "probation/A1"),
            *decision.records_gone,
        )
    }
    assert ("combination", "offender") in actions(decision)


def test_when_a_person_is_parted_each_keeps_what_was_said_of_it(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(pnc=PNC), 1), said(*PROBATION, offender(pnc=PNC), 1))
    memory.share(said(*PROBATION, assessment(), 1))

    decision = memory.share(said(*PROBATION, offender(), 2))

    origin, fresh = memory.people.locals.values()
    assert {origin.person, fresh.person} == {"p1", "p2"}
    assert decision.persons_new == {"p2": "p1"}
    assert decision.persons_removed == {}
    assert ("parting", "offender") in actions(decision)
    moved = next(row.person for row in (origin, fresh) if row.agency == "probation")
    assert RecordId(moved, "assessment", "probation/A1") in memory.records


def test_a_doubt_names_both_and_is_decided_anew_when_either_says_something_else(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(pnc=PNC), 1))

    doubted = memory.share(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=PNC), 1))
    corrected = memory.share(said(*PROBATION, offender("Patel", born="1990-01-02", pnc=OTHER_PNC), 2))

    ((one, other, doubt),) = doubted.doubts
    assert {one, other} == set(memory.people.locals) == doubted.compared
    assert doubt is Doubt.CONTRADICTED
    assert corrected.doubts == frozenset()
    assert len(corrected.reexamined & {one, other}) == 1


def test_access_limited_owes_everything_of_the_person_without_recognising_anew(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(), 1), said(*PRISON, movement(), 1))

    decision = memory.share(said(*PRISON, offender(limitedAccess={"exclusion": True, "restriction": False}), 2))

    assert owed_to(decision) == {(agency, kind) for agency in CONTRACTS for kind in ("offender", "movement")}
    assert decision.reexamined == set()
    assert [row.restricted for row in decision.locals] == [True]


# --- what is kept -------------------------------------------------------------------------------------------


def test_since_when_a_value_has_been_said_is_kept_with_what_stands(memory: Remembering) -> None:
    first, second = said(*PRISON, offender(sex="male"), 1), said(*PRISON, offender("Patel", sex="male"), 2)
    memory.share(first)

    (row,) = memory.share(second).standing

    assert row.since is not None
    assert orjson.loads(SEAL.open(f"local:{row.local}", row.since)) == {
        "/dateOfBirth": list(first.order),
        "/sex": list(first.order),
    }


def test_a_record_keeps_what_is_contested_and_where_each_part_came_from(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(pnc=PNC, sex="male"), 1))
    memory.share(said(*PROBATION, offender(pnc=PNC, sex="female"), 2))

    record = memory.records[RecordId("p1", "offender", "-")]

    assert record.contested == ("/sex",)
    assert record.content is not None
    content = orjson.loads(SEAL.open(f"person:{record.id.person}", record.content))
    assert content["body"]["sex"] == "male"
    assert content["sources"]["/sex"] == ["prison"]
    assert content["sources"]["/identifiers"] == ["prison", "probation"]


def test_an_agency_whose_contract_is_gone_stops_the_hub_when_its_word_is_needed(memory: Remembering) -> None:
    memory.share(said(*PRISON, offender(pnc=PNC), 1))
    del memory.contracts["prison"]

    with pytest.raises(Halt, match="no contract any more"):
        memory.share(said(*PROBATION, offender(pnc=PNC), 2))
