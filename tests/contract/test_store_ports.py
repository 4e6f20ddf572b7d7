"""What `hub.ports.Store` and `hub.ports.RelayStore` promise, of the databases and of the simulation's memory alike."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.errors import Unavailable
from hub.domain.recognition import MOST_HOLDERS, Claim
from hub.domain.rulings import Ruling, Settled
from hub.domain.submission import Order
from hub.ports import (
    AssertionRow,
    Decision,
    HeldId,
    HeldRow,
    LocalIdRow,
    Moved,
    OnRecord,
    Outlet,
    Owed,
    RecordId,
    RecordRow,
    RulingOver,
    RulingRow,
    StandingRow,
    Store,
    SubmissionId,
)
from hub.store.receipts import Applied
from tests.contract.conftest import Stores

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
PERSON, OTHER = "person-1", "person-2"
OFFENDER, MAPPA = RecordId(PERSON, "offender", "-"), RecordId(PERSON, "registration", "mappa")
PNC, CRN = Claim("claim-pnc", verified=True), Claim("claim-crn", verified=False)


def local(key: str, person: str = PERSON, *claims: Claim, restricted: bool = False) -> LocalIdRow:
    return LocalIdRow(key, "prison", person, b"A1234BC", b"features", frozenset(claims), restricted)


def assertion(id_: str, slot: str = "slot-1", body: bytes | None = b"said", micros: int = 1) -> AssertionRow:
    return AssertionRow(
        "prison",
        Order(micros, -1, id_),
        slot,
        "local-1",
        "offender",
        "-",
        "rid-offender",
        "1.0.0",
        body is None,
        NOW,
        f"digest-{id_}",
        body,
        None,
    )


def standing(said: AssertionRow) -> StandingRow:
    return StandingRow(
        said.slot,
        said.local,
        said.agency,
        said.record_type,
        said.key,
        said.rid,
        said.order,
        said.withdrawn,
        None,
        b"since",
    )


def record(id_: RecordId, revision: int = 1, content: bytes | None = b"shared") -> RecordRow:
    return RecordRow(id_, f"rid-{id_.type}", revision, f"digest-{revision}", content, ("/sex",), NOW)


def decision(
    *,
    said: Sequence[AssertionRow] = (),
    locals_: Sequence[LocalIdRow] = (),
    reclaimed: Sequence[str] = (),
    new: Sequence[str] = (),
    removed: dict[str, str] | None = None,
    records: Sequence[RecordRow] = (),
    gone: Sequence[RecordId] = (),
    owed: Sequence[HeldId] = (),
    later: bool = False,
    at: datetime = NOW,
) -> Decision:
    return Decision(
        assertions=list(said),
        standing=[standing(each) for each in said],
        locals=list(locals_),
        reclaimed=set(reclaimed),
        persons_new=dict.fromkeys(new),
        persons_removed=removed or {},
        records=list(records),
        records_gone=list(gone),
        owed=set(owed),
        later=later,
        doubts=frozenset(),
        reexamined=set(),
        compared=set(),
        audit=[],
        at=at,
    )


def held_by_prison(id_: RecordId = OFFENDER) -> HeldId:
    return HeldId("prison", id_)


def delivery(number: int, id_: RecordId = OFFENDER, at: datetime = NOW) -> HeldRow:
    return HeldRow(held_by_prison(id_), number, f"digest-{number}", False, NOW, at, known_as="known", awaited=number)


async def held_of(stores: Stores, *ids: HeldId) -> dict[HeldId, HeldRow]:
    """What the prison holds of these."""
    return {row.id: row for row in await stores.relay.unpublished("prison", 0, 100) if row.id in ids}


async def write(store: Store, written: Decision) -> None:
    async with store.sharing() as tx:
        await tx.write(written)


async def deliver(stores: Stores, *rows: HeldRow, settled: Sequence[Owed] = ()) -> None:
    await stores.relay.deliver(settled, rows, {}, [])


# --- Store -------------------------------------------------------------------------------------------------


async def test_what_was_taken_is_found_again_by_its_id(stores: Stores) -> None:
    await write(stores.store, decision(said=[assertion("one"), assertion("two", "slot-2")]))

    async with stores.store.sharing() as tx:
        taken = await tx.taken([SubmissionId("prison", "two"), SubmissionId("probation", "two")])

    assert list(taken) == [SubmissionId("prison", "two")]
    found = taken[SubmissionId("prison", "two")]
    assert (found.digest, found.record_type, found.key, found.received) == ("digest-two", "offender", "-", NOW)


async def test_nothing_is_seen_before_it_is_committed(stores: Stores) -> None:
    async with stores.store.sharing() as tx:
        await tx.write(decision(owed=[held_by_prison()]))
        assert (await stores.relay.look(10, 10)).owed == []

    assert len((await stores.relay.look(10, 10)).owed) == 1


async def test_nothing_stays_of_a_transaction_that_raises(stores: Stores) -> None:
    async def fail() -> None:
        async with stores.store.sharing() as tx:
            await tx.write(decision(said=[assertion("one")], owed=[held_by_prison()]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert (await stores.relay.look(10, 10)).owed == []
    async with stores.store.sharing() as tx:
        assert await tx.taken([SubmissionId("prison", "one")]) == {}


async def test_an_id_that_another_transaction_took_first_is_moved(stores: Stores) -> None:
    await write(stores.store, decision(said=[assertion("one")]))

    with pytest.raises(Moved):
        await write(stores.store, decision(said=[assertion("one", "slot-2")]))


async def test_people_are_found_with_all_local_ids_of_their_persons(stores: Stores) -> None:
    rows = [local("local-1", PERSON, PNC), local("local-2", PERSON, CRN), local("local-3", OTHER)]
    await write(stores.store, decision(locals_=rows, reclaimed=["local-1", "local-2"], new=[PERSON, OTHER]))

    async with stores.store.sharing() as tx:
        by_local = await tx.people({"local-2": ()}, ())
    async with stores.store.sharing() as tx:
        by_what_is_said = await tx.people({"unknown": ()}, [PNC.digest])
    async with stores.store.sharing() as tx:
        by_what_it_has_anyway = await tx.people({"unknown": [CRN.digest]}, ())
    async with stores.store.sharing() as tx:
        by_nothing = await tx.people({"unknown": ()}, ["claim-of-nobody"])

    known = {"local-1": rows[0], "local-2": rows[1]}
    assert by_local.locals == by_what_is_said.locals == by_what_it_has_anyway.locals == known
    assert by_nothing.locals == {}


async def test_holders_of_a_crowded_claim_are_looked_for_only_where_it_may_be_crowded_no_more(stores: Stores) -> None:
    many = MOST_HOLDERS + 2
    rows = [local(f"local-{number:02}", f"person-{number:02}", PNC) for number in range(many)]
    made = decision(locals_=rows, reclaimed=[each.key for each in rows], new=[each.person for each in rows])
    await write(stores.store, replace(made, crowded={PNC.digest: many}))

    async def seen(*own: str, said: Sequence[str] = (), changing: Sequence[str] = ()) -> tuple[int, Mapping[str, int]]:
        async with stores.store.sharing() as tx:
            people = await tx.people(dict.fromkeys(own, ()), said, changing)
        return len(people.locals), people.crowded

    crowded = {PNC.digest: many}
    assert await seen("unknown", said=[PNC.digest], changing=["unknown"]) == (0, crowded)
    assert await seen("local-00") == (1, crowded)
    assert await seen("local-00", changing=["local-00"]) == (1, crowded)
    assert await seen("local-00", "local-01", changing=["local-00", "local-01"]) == (many, {})


async def test_a_claim_that_is_crowded_no_more_finds_its_holders_again(stores: Stores) -> None:
    rows = [local("local-1", PERSON, PNC), local("local-2", OTHER, PNC)]
    made = decision(locals_=rows, reclaimed=["local-1", "local-2"], new=[PERSON, OTHER])
    await write(stores.store, replace(made, crowded={PNC.digest: MOST_HOLDERS + 1}))
    await write(stores.store, replace(decision(), uncrowded={PNC.digest}))

    async with stores.store.sharing() as tx:
        people = await tx.people({"unknown": ()}, [PNC.digest], ["unknown"])

    assert (set(people.locals), people.crowded) == ({"local-1", "local-2"}, {})


async def test_claims_are_replaced_only_where_they_were_said_anew(stores: Stores) -> None:
    await write(stores.store, decision(locals_=[local("local-1", PERSON, PNC)], reclaimed=["local-1"], new=[PERSON]))
    await write(stores.store, decision(locals_=[local("local-1", PERSON, restricted=True)]))

    async with stores.store.sharing() as tx:
        kept = (await tx.people({"local-1": ()}, ())).locals["local-1"]
    await write(stores.store, decision(locals_=[local("local-1", PERSON, CRN)], reclaimed=["local-1"]))
    async with stores.store.sharing() as tx:
        replaced = (await tx.people({"local-1": ()}, ())).locals["local-1"]

    assert (kept.claims, kept.restricted) == (frozenset({PNC}), True)
    assert replaced.claims == {CRN}


async def test_two_transactions_about_one_person_come_one_after_the_other(stores: Stores) -> None:
    """The second waits, and sees what the first did, or is told to look again."""
    looked = asyncio.Event()

    async def second() -> LocalIdRow | None:
        await looked.wait()
        try:
            async with stores.store.sharing() as tx:
                return (await tx.people({"local-2": ()}, [PNC.digest])).locals.get("local-1")
        except Moved:
            return None

    waiting = asyncio.create_task(second())
    async with stores.store.sharing() as tx:
        assert (await tx.people({"local-1": ()}, [PNC.digest])).locals == {}
        looked.set()
        await asyncio.sleep(0.05)
        assert not waiting.done()
        row = local("local-1", PERSON, PNC)
        await tx.write(decision(locals_=[row], reclaimed=["local-1"], new=[PERSON]))

    assert await waiting in {row, None}


async def test_what_stands_is_found_by_slot_and_by_local_id_with_what_it_says(stores: Stores) -> None:
    first, withdrawn = assertion("one"), assertion("two", "slot-2", body=None)
    await write(stores.store, decision(said=[first, withdrawn]))

    async with stores.store.sharing() as tx:
        by_slot = await tx.slots(["slot-1", "slot-3"])
        by_local = await tx.standing(["local-1"], None)
        by_record = await tx.standing(["local-1"], ["rid-offender"])
        of_others = [*await tx.standing(["local-2"], None), *await tx.standing(["local-1"], ["rid-movement"])]

    assert by_slot == [replace(standing(first), body=b"said")]
    expected = [*by_slot, standing(withdrawn)]
    assert sorted(by_local, key=lambda row: row.slot) == sorted(by_record, key=lambda row: row.slot) == expected
    assert of_others == []


async def test_what_is_said_next_takes_the_slot(stores: Stores) -> None:
    await write(stores.store, decision(said=[assertion("one")]))
    await write(stores.store, decision(said=[assertion("two", body=b"said again", micros=2)]))

    async with stores.store.sharing() as tx:
        (now,) = await tx.slots(["slot-1"])
        histories = await tx.histories(["slot-1", "slot-2"])

    assert (now.order, now.body) == (Order(2, -1, "two"), b"said again")
    assert sorted(histories["slot-1"]) == [(Order(1, -1, "one"), b"said"), (Order(2, -1, "two"), b"said again")]
    assert not histories.get("slot-2")


async def test_a_ruling_is_found_from_every_local_id_it_names_once_and_no_more_when_it_is_taken_back(
    stores: Stores,
) -> None:
    settles = {local: Settled(f"says-{local}", Order(7, -1, "s")) for local in ("local-1", "local-2")}
    ruled = OnRecord("rid-offender", Ruling("ruling-1", "/sex", settles, "local-2"))
    reasons = dict.fromkeys(settles, b"as both files say")

    async def found(*locals_: str) -> list[OnRecord]:
        async with stores.store.sharing() as tx:
            return await tx.rulings(locals_)

    await write(stores.store, replace(decision(), rulings=[RulingRow(*ruled, "anna", NOW, reasons)]))
    assert [await found("local-1"), await found("local-2", "local-1", "local-3")] == [[ruled], [ruled]]
    assert [await found("local-3"), await found()] == [[], []]

    await write(stores.store, replace(decision(), rulings_over=[RulingOver("ruling-1", "ben", LATER, reasons)]))
    assert await found("local-1", "local-2") == []


async def test_shared_records_are_read_changed_and_removed(stores: Stores) -> None:
    await write(stores.store, decision(new=[PERSON], records=[record(OFFENDER), record(MAPPA)]))
    await write(stores.store, decision(records=[record(OFFENDER, 2, content=None)], gone=[MAPPA]))

    async with stores.store.sharing() as tx:
        everything = await tx.records([PERSON], None)
        of_one_kind = await tx.records([PERSON], ["rid-registration"])
        of_another = await tx.records([OTHER], None)

    assert everything == [record(OFFENDER, 2, content=None)]
    assert of_one_kind == of_another == []


# --- RelayStore --------------------------------------------------------------------------------------------


async def test_debts_come_oldest_first_and_keep_their_age_when_owed_anew(stores: Stores) -> None:
    await write(stores.store, decision(owed=[held_by_prison()]))
    await write(stores.store, decision(owed=[held_by_prison(MAPPA)], at=LATER))
    before = (await stores.relay.look(10, 10)).owed
    await write(stores.store, decision(owed=[held_by_prison()], at=LATER))
    after = (await stores.relay.look(10, 10)).owed

    assert [(debt.held.record, debt.since) for debt in before] == [(OFFENDER, NOW), (MAPPA, LATER)]
    assert [(debt.held, debt.since) for debt in after] == [(debt.held, debt.since) for debt in before]
    assert before[0].stamp != after[0].stamp
    assert before[1].stamp == after[1].stamp
    assert (await stores.relay.look(1, 1)).owed == after[:1]


async def test_the_relay_sees_records_and_persons_and_who_a_person_was_merged_into(stores: Stores) -> None:
    rows = [local("local-1", PERSON), local("local-2", PERSON, restricted=True)]
    await write(stores.store, decision(locals_=rows, new=[PERSON, OTHER], records=[record(OFFENDER), record(MAPPA)]))
    await write(stores.store, decision(removed={OTHER: PERSON}))

    records, persons = await stores.relay.current([OFFENDER, RecordId(OTHER, "offender", "-")])

    assert records == {OFFENDER: record(OFFENDER)}
    own = [("prison", "local-1", b"A1234BC"), ("prison", "local-2", b"A1234BC")]
    assert sorted(persons[PERSON].locals) == own
    assert (persons[PERSON].restricted, persons[PERSON].survivor) == (True, None)
    assert (persons[OTHER].locals, persons[OTHER].restricted, persons[OTHER].survivor) == ((), False, PERSON)


async def test_whoever_was_merged_into_a_removed_person_belongs_to_its_survivor(stores: Stores) -> None:
    await write(stores.store, decision(new=[PERSON, OTHER, "person-3"]))
    await write(stores.store, decision(removed={"person-3": OTHER}))
    await write(stores.store, decision(removed={OTHER: PERSON}))

    _, persons = await stores.relay.current([RecordId("person-3", "offender", "-")])

    assert persons["person-3"].survivor == PERSON


async def test_what_is_delivered_is_held_and_its_debt_is_settled(stores: Stores) -> None:
    await write(stores.store, decision(owed=[held_by_prison(), held_by_prison(MAPPA)]))
    debts = (await stores.relay.look(10, 10)).owed

    await deliver(stores, delivery(1), settled=[debt for debt in debts if debt.held.record == OFFENDER])

    assert await held_of(stores, held_by_prison(), held_by_prison(MAPPA)) == {held_by_prison(): delivery(1)}
    assert [debt.held.record for debt in (await stores.relay.look(10, 10)).owed] == [MAPPA]
    assert (await stores.relay.outlets())["prison"].number == 1
    delivered = await stores.receipts.delivered("prison", [1, 2])
    assert [(each.number, each.record, each.digest) for each in delivered.values()] == [(1, OFFENDER, "digest-1")]


async def test_a_debt_owed_anew_meanwhile_is_not_settled(stores: Stores) -> None:
    await write(stores.store, decision(owed=[held_by_prison()]))
    debts = (await stores.relay.look(10, 10)).owed
    await write(stores.store, decision(owed=[held_by_prison()]))

    await deliver(stores, delivery(1), settled=debts)

    assert [debt.held for debt in (await stores.relay.look(10, 10)).owed] == [held_by_prison()]


async def test_a_number_is_given_out_once_and_nothing_stays_of_a_second_time(stores: Stores) -> None:
    await write(stores.store, decision(owed=[held_by_prison(MAPPA)]))
    await deliver(stores, delivery(1))

    with pytest.raises(Unavailable):
        await deliver(stores, delivery(2, MAPPA), delivery(1, MAPPA), settled=(await stores.relay.look(10, 10)).owed)

    assert await held_of(stores, held_by_prison(), held_by_prison(MAPPA)) == {held_by_prison(): delivery(1)}
    assert len((await stores.relay.look(10, 10)).owed) == 1


async def test_a_later_delivery_takes_the_place_and_keeps_what_was_applied(stores: Stores) -> None:
    await deliver(stores, delivery(1))
    await stores.receipts.apply("prison", [Applied(1, OFFENDER, "digest-1")], LATER)
    await deliver(stores, delivery(2))
    await stores.receipts.apply("prison", [Applied(1, RecordId(OTHER, "offender", "-"), "digest-1")], LATER)

    held = (await held_of(stores, held_by_prison()))[held_by_prison()]

    applied = replace(delivery(2), applied_number=1, applied_digest="digest-1", applied_at=LATER)
    assert held == applied


async def test_an_older_receipt_stays_without_effect(stores: Stores) -> None:
    await deliver(stores, delivery(1))
    await deliver(stores, delivery(2))
    await stores.receipts.apply("prison", [Applied(2, OFFENDER, "digest-2")], NOW)
    await stores.receipts.apply("prison", [Applied(1, OFFENDER, "digest-1")], LATER)

    held = (await held_of(stores, held_by_prison()))[held_by_prison()]

    assert (held.applied_number, held.applied_digest, held.applied_at) == (2, "digest-2", NOW)


async def test_what_an_agency_holds_is_read_by_number(stores: Stores) -> None:
    await deliver(stores, delivery(1), delivery(2, MAPPA))
    await deliver(stores, delivery(3))

    assert await stores.relay.unpublished("prison", 0, 10) == [delivery(2, MAPPA), delivery(3)]
    assert await stores.relay.unpublished("prison", 2, 10) == [delivery(3)]
    assert await stores.relay.unpublished("prison", 0, 1) == [delivery(2, MAPPA)]
    assert await stores.relay.unpublished("probation", 0, 10) == []


async def test_what_was_given_out_long_before_is_known_by_its_last_number(stores: Stores) -> None:
    await deliver(stores, delivery(1), delivery(2, MAPPA))
    await deliver(stores, delivery(3, at=LATER))
    half_a_minute = LATER - NOW

    assert await stores.relay.given_out("prison", half_a_minute - timedelta(microseconds=1), 3) == 2
    assert await stores.relay.given_out("prison", half_a_minute, 3) == 0
    assert await stores.relay.given_out("prison", timedelta(), 2) == 0
    assert await stores.relay.given_out("prison", timedelta(), 4) == 0
    assert await stores.relay.given_out("probation", timedelta(), 3) == 0


async def test_what_is_noted_of_a_topic_leaves_the_number_and_the_contract_alone(stores: Stores) -> None:
    await deliver(stores, delivery(1))
    await stores.relay.begin_backfill("prison", "contract-digest", NOW)
    await stores.relay.published(Outlet("prison", 7, 1, "topic-1", 3, 5))

    assert (await stores.relay.outlets())["prison"] == Outlet(
        "prison", 1, 1, "topic-1", 3, 5, refill=False, contract="contract-digest"
    )


async def test_what_was_overtaken_is_owed_anew_and_its_digest_forgotten(stores: Stores) -> None:
    await deliver(stores, delivery(1), delivery(2, MAPPA))
    await deliver(stores, delivery(3))

    await stores.relay.pass_over("prison", [1, 2], LATER)

    assert [(debt.held.record, debt.since) for debt in (await stores.relay.look(10, 10)).owed] == [(MAPPA, LATER)]
    held = await held_of(stores, held_by_prison(), held_by_prison(MAPPA))
    assert (held[held_by_prison()].digest, held[held_by_prison(MAPPA)].digest) == ("digest-3", "")


async def test_an_agency_is_filled_with_everything_there_is_and_everything_it_holds(stores: Stores) -> None:
    await write(stores.store, decision(new=[PERSON], records=[record(MAPPA)], owed=[held_by_prison(MAPPA)]))
    await deliver(stores, delivery(1))
    before = (await stores.relay.look(10, 10)).owed

    await stores.relay.begin_backfill("prison", "contract-digest", LATER)
    while await stores.relay.backfill(10, LATER):
        pass

    debts = (await stores.relay.look(10, 10)).owed
    assert [(debt.held.record, debt.since, debt.later) for debt in debts] == [
        (MAPPA, NOW, False),
        (OFFENDER, LATER, True),
    ]
    assert debts[0] == before[0]
    assert (await stores.relay.outlets())["prison"].contract == "contract-digest"


async def test_a_backfill_owes_slice_by_slice_and_each_record_once(stores: Stores) -> None:
    records = [RecordId(PERSON, "registration", f"R{number}") for number in range(5)]
    await write(stores.store, decision(new=[PERSON], records=[record(each) for each in records]))
    await stores.relay.begin_backfill("prison", "contract-digest", NOW)
    filled = []

    while await stores.relay.backfill(2, NOW):
        owed = (await stores.relay.look(10, 10)).owed
        filled.append([debt.held.record for debt in owed])
        await stores.relay.deliver(owed, [], {}, [])

    assert [each for each in filled if each] == [records[0:2], records[2:4], records[4:]]
    assert not await stores.relay.backfill(2, NOW)


async def test_a_backfill_begins_again_under_another_contract_and_others_go_on(stores: Stores) -> None:
    records = [RecordId(PERSON, "registration", f"R{number}") for number in range(3)]
    await write(stores.store, decision(new=[PERSON], records=[record(each) for each in records]))
    await stores.relay.begin_backfill("prison", "one", NOW)
    await stores.relay.backfill(2, NOW)
    await stores.relay.deliver((await stores.relay.look(10, 10)).owed, [], {}, [])
    await stores.relay.begin_backfill("probation", "one", NOW + timedelta(seconds=1))
    await stores.relay.begin_backfill("prison", "another", NOW + timedelta(seconds=2))

    while await stores.relay.backfill(2, NOW):
        pass

    owed = {(debt.held.agency, debt.held.record) for debt in (await stores.relay.look(10, 10)).owed}
    assert owed == {(agency, each) for agency in ("prison", "probation") for each in records}


async def test_contracts_are_in_force_from_the_backfill_that_they_begin_until_they_end(stores: Stores) -> None:
    async def in_force() -> Mapping[str, str]:
        async with stores.store.sharing() as tx:
            await tx.people({}, ())
            return await tx.in_force()

    before = await in_force()
    await stores.relay.begin_backfill("prison", "one", NOW)
    await stores.relay.begin_backfill("probation", "two", NOW)
    begun = await in_force()
    await stores.relay.end_contracts({"prison"})

    assert before == {}
    assert begun == {"prison": "one", "probation": "two"}
    assert await in_force() == {"probation": "two"}


async def test_what_changes_goes_before_what_is_filled_and_stays_before_it(stores: Stores) -> None:
    records = [RecordId(PERSON, "registration", f"R{number}") for number in range(3)]
    await write(stores.store, decision(new=[PERSON], records=[record(each) for each in records]))
    await stores.relay.begin_backfill("prison", "contract-digest", NOW)
    await stores.relay.backfill(10, NOW)
    before = {debt.held.record: debt for debt in (await stores.relay.look(10, 10)).owed}

    await write(stores.store, decision(owed=[held_by_prison(records[2])], at=LATER))
    await write(stores.store, decision(owed=[held_by_prison(each) for each in records[1:]], later=True))

    debts = (await stores.relay.look(10, 10)).owed
    assert [(debt.held.record, debt.later) for debt in debts] == [
        (records[2], False),
        (records[0], True),
        (records[1], True),
    ]
    changed = [debt.held.record for debt in debts if debt.stamp != before[debt.held.record].stamp]
    assert changed == [records[2], records[1]]


async def test_a_debt_tells_whether_its_record_stands_noted_as_withheld(stores: Stores) -> None:
    await write(stores.store, decision(owed=[held_by_prison(), held_by_prison(MAPPA)]))
    told = []
    for withheld in ({held_by_prison(): True}, {held_by_prison(): False}, {}):
        await stores.relay.deliver([], [], withheld, [])
        told.append({debt.held for debt in (await stores.relay.look(10, 10)).owed if debt.withheld})

    assert told == [{held_by_prison()}, set(), set()]


async def test_one_relay_leads_and_the_next_when_it_is_done(stores: Stores) -> None:
    async with stores.relay.leading() as first:
        await stores.relay.confirm_lead()
        async with stores.other_relay.leading() as second:
            assert (first, second) == (True, False)
    async with stores.other_relay.leading() as third:
        assert third


@pytest.mark.parametrize("stores", ["memory", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True)
async def test_a_relay_whose_lead_was_lost_commits_nothing_once_another_leads(stores: Stores) -> None:
    async def lead_without_the_lock() -> None:
        async with stores.relay.leading() as first:
            assert first
            await stores.lose_lead()
            async with stores.other_relay.leading() as second:
                assert second
                with pytest.raises(Unavailable):
                    await deliver(stores, delivery(1))
                with pytest.raises(Unavailable):
                    await stores.relay.published(Outlet("prison", published=1))
                with pytest.raises(Unavailable):
                    await stores.relay.begin_backfill("prison", "contract-digest", NOW)
                with pytest.raises(Unavailable):
                    await stores.relay.backfill(10, NOW)
                await stores.other_relay.deliver([], [delivery(1)], {}, [])
            await stores.relay.confirm_lead()

    with pytest.raises(Unavailable):
        await lead_without_the_lock()
    assert (await stores.relay.outlets())["prison"] == Outlet("prison", number=1)
