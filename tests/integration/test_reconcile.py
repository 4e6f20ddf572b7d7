"""Inventories, on both databases: every kind of damage is found, nothing else is, and one round heals it all."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from hub.domain.errors import Unavailable
from hub.domain.inventory import Difference, Named, bucket_of
from hub.store.engine import reading
from hub.store.tables import owed
from tests.builders.copy import Copy, Held
from tests.rest import RestHub, rest_hub

RECONCILIATIONS = "/v1/admin/reconciliations"
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RestHub]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield hub


async def say(hub: RestHub, *local_ids: str, sex: str = "male") -> None:
    for each in local_ids:
        body = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "sex": sex}
        answer = await hub.probation.put(f"/v1/offenders/{each}", json=body, headers={"ce-id": f"{each}-{sex}"})
        assert answer.status_code == 200, answer.text


async def take_back(hub: RestHub, *local_ids: str) -> None:
    for each in local_ids:
        await hub.probation.delete(f"/v1/offenders/{each}", headers={"ce-id": f"{each}-gone"})


async def copied(hub: RestHub, *local_ids: str) -> tuple[Copy, list[Named]]:
    """A copy of these people's records, in the order of their names given."""
    copy, names = Copy(hub.probation), list[Named]()
    for each in local_ids:
        await say(hub, each)
        await hub.relayed()
        await copy.read_on()
        names.append(next(name for name in copy.records if name not in names))
    return copy, names


async def reports(hub: RestHub, **query: str | int) -> list[dict[str, Any]]:
    answer = await hub.operator.get(RECONCILIATIONS, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reconciliations"]
    return found


async def report(hub: RestHub, id_: str) -> dict[str, Any]:
    answer = await hub.operator.get(f"{RECONCILIATIONS}/{id_}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    document = answer.json()
    return answer.status_code, document["type"].rpartition(":")[2], [each["path"] for each in document["faults"]]


async def test_a_copy_that_is_as_it_was_delivered_agrees_and_the_report_says_so(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1", "X2", "X3")

    done = await copy.reconcile()

    assert (done.differing, done.found) == ([], {})
    (told,) = await reports(hub)
    assert (told["agency"], told["asOf"], told["types"]) == ("probation", 3, ["offender"])
    assert told["buckets"] == {"given": 3, "differing": 0, "awaited": 0}
    assert set(told["differences"].values()) == {0}


async def test_what_a_newer_delivery_overtook_before_it_was_read_is_no_difference_while_that_is_on_its_way(
    hub: RestHub,
) -> None:
    copy, (known, gone) = await copied(hub, "X1", "X2")
    await say(hub, "X1", sex="female")
    await take_back(hub, "X2")
    await say(hub, "X3")
    await hub.relayed()
    await say(hub, "X4")
    await hub.relayed()
    for each in ("X1", "X2", "X3"):
        await say(hub, each, sex="not-known")
    await hub.relayed()

    while copy.read < 6:
        await copy.read_on(most=1)
    done = await copy.reconcile()

    assert done.found == {}
    assert {known, gone} < copy.records.keys()
    assert done.counts["inFlight"] == 3
    await copy.read_on()
    assert (await copy.reconcile()).differing == []


async def test_every_kind_of_damage_is_found_and_one_round_heals_it(hub: RestHub) -> None:
    copy, (lost, altered, stale, resurrected, sound) = await copied(hub, "X1", "X2", "X3", "X4", "X5")
    await say(hub, "X3", sex="female")
    await take_back(hub, "X4")
    await hub.relayed()
    await copy.read_on()
    sent = dict(copy.records)

    del copy.records[lost]
    copy.records[altered] = Held(copy.records[altered].number, {**copy.records[altered].release, "version": "damaged"})
    copy.records[stale] = copy.seen[stale][0]
    copy.records[resurrected] = copy.seen[resurrected][0]
    duplicate = Named(sound.person, "offender", "again")
    copy.records[duplicate] = copy.records[sound]
    done = await copy.reconcile()

    assert done.found == {
        lost: Difference.MISSING,
        altered: Difference.DIVERGING,
        stale: Difference.STALE,
        resurrected: Difference.UNKNOWN,
        duplicate: Difference.UNKNOWN,
    }
    assert [each["healed"] for each in (await report(hub, done.opened["inventory"]))["found"]] == [False] * 5
    await hub.relayed()
    await copy.read_on()
    assert {name: each.digest for name, each in copy.records.items()} == {
        name: each.digest for name, each in sent.items()
    }
    told = await report(hub, done.opened["inventory"])
    assert [each["healed"] for each in told["found"]] == [True] * 5
    assert told["differences"] == {"missing": 1, "stale": 1, "diverging": 1, "unknown": 2}
    assert (await copy.reconcile()).differing == []


async def test_what_was_delivered_beyond_the_number_read_is_no_difference(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1", "X2", "X3")
    await say(hub, "X1", sex="female")
    await say(hub, "X4")
    await take_back(hub, "X2")
    await hub.relayed()

    done = await copy.reconcile()

    assert (done.differing, done.found) == ([], {})


async def test_damage_to_a_record_that_was_delivered_anew_since_is_judged_by_what_was_delivered_then(
    hub: RestHub,
) -> None:
    copy, (damaged, _) = await copied(hub, "X1", "X2")
    await say(hub, "X1", sex="female")
    await hub.relayed()
    del copy.records[damaged]

    assert (await copy.reconcile()).found == {damaged: Difference.MISSING}


async def test_what_the_agency_applied_beyond_the_number_it_names_is_in_flight(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1", "X2", "X3")
    await say(hub, "X1", sex="female")
    await say(hub, "X4")
    await take_back(hub, "X2")
    await hub.relayed()
    before = copy.read
    await copy.read_on()

    done = await copy.reconcile(as_of=before)

    assert done.found == {}
    assert done.counts["inFlight"] == 3


async def test_a_delivery_that_was_overtaken_on_its_way_is_in_flight(hub: RestHub) -> None:
    copy, (kept, _) = await copied(hub, "X1", "X2")
    await say(hub, "X1", sex="female")
    await hub.relayed()
    await say(hub, "X1", sex="not-known")
    assert await copy.read_on() == []
    before = await copy.reconcile()
    await hub.relayed()
    after = await copy.reconcile()

    assert (before.found, before.counts["inFlight"]) == ({}, 1)
    assert (after.found, after.counts["inFlight"]) == ({}, 1)
    await copy.read_on()
    assert copy.records[kept].release["body"]["sex"] == "not-known"
    assert (await copy.reconcile()).differing == []


async def test_a_difference_that_is_being_sent_is_not_found_again(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    await copy.reconcile()

    again = await copy.reconcile()

    assert (again.found, again.counts["inFlight"]) == ({}, 1)


async def test_what_the_agency_has_said_it_could_not_apply_is_counted_and_left_alone(hub: RestHub) -> None:
    copy, (first, _) = await copied(hub, "X1", "X2")
    await say(hub, "X1", sex="female")
    await hub.relayed()
    fault = {"path": "/sex", "rule": "code", "detail": "is not on the list"}
    await hub.probation.post("/v1/receipts", json={"receipts": [], "parked": [{"number": 3, "faults": [fault]}]})

    done = await copy.reconcile(as_of=3)

    assert (done.found, done.counts["parked"]) == ({}, 1)
    assert first in copy.records


async def test_only_the_types_that_are_named_are_compared(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1")

    answer = await copy.say("/v1/inventory", [{"asOf": 1, "types": ["movement", "assessment"]}])

    assert [orjson.loads(each) for each in answer.content.splitlines()][1:] == []


async def test_what_differs_and_what_is_owed_because_of_it_are_written_together(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]

    done = await copy.reconcile()

    async with reading(hub.engine) as connection:
        rows = (await connection.execute(select(owed.c.person, owed.c.again))).all()
    assert [tuple(row) for row in rows] == [(lost.person, True)]
    assert done.found == {lost: Difference.MISSING}


async def test_a_crash_between_finding_and_owing_leaves_neither_and_bringing_it_again_does_both(
    hub: RestHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    done, opened = await copy.open({name: each.digest for name, each in copy.records.items()}, copy.read)

    async def broken(*_: object, **__: object) -> None:
        raise Unavailable("the database broke off")

    with monkeypatch.context() as patched:
        patched.setattr("hub.store.reconciling.upsert", broken)
        assert (await copy.bring(opened["inventory"], done.differing, {}, {})).status_code == 503
    between = await report(hub, opened["inventory"])
    assert (await copy.bring(opened["inventory"], done.differing, {}, {})).status_code == 200
    after = await report(hub, opened["inventory"])
    await hub.relayed()
    await copy.read_on()

    assert (between["found"], between["buckets"]["awaited"]) == ([], 1)
    assert ([each["difference"] for each in after["found"]], after["buckets"]["awaited"]) == (["missing"], 0)
    assert lost in copy.records


async def test_bringing_a_bucket_again_changes_nothing(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    done = await copy.reconcile()
    id_, bucket = done.opened["inventory"], bucket_of(lost)
    before = await report(hub, id_)
    await hub.relayed()

    assert (await copy.bring(id_, [bucket], {}, {})).status_code == 200

    assert await report(hub, id_) == before
    async with reading(hub.engine) as connection:
        assert (await connection.execute(select(owed))).all() == []


async def test_an_inventory_whose_records_never_come_is_seen(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    await copy.open({name: each.digest for name, each in copy.records.items()}, copy.read)

    (told,) = await reports(hub)

    assert told["buckets"] == {"given": 1, "differing": 1, "awaited": 1}


async def test_reports_are_read_page_by_page_and_by_agency(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1")
    made = [(await copy.reconcile()).opened["inventory"] for _ in range(3)]
    first = (await hub.operator.get(RECONCILIATIONS, params={"limit": 2})).json()
    rest = (await hub.operator.get(first["next"])).json()

    assert sorted(each["id"] for each in first["reconciliations"] + rest["reconciliations"]) == sorted(made)
    assert rest["next"] is None
    assert await reports(hub, agency="prison") == []


async def test_differences_are_counted_in_the_metrics(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    await copy.reconcile()

    transport = httpx.ASGITransport(hub.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://hub", headers={"authorization": "Bearer operator"}
    ) as client:
        told = (await client.get("/metrics")).text

    assert 'hub_differences_total{agency="probation",difference="missing"} 1.0' in told
    assert 'hub_differences_total{agency="probation",difference="stale"} 0.0' in told


# --- refused --------------------------------------------------------------------------------------------------

HEADER: dict[str, Any] = {"asOf": 1, "types": ["offender"]}
BUCKET = {"bucket": "0a3", "digest": "0" * 64}


@pytest.mark.parametrize(
    ("lines", "status", "reason", "paths"),
    [
        ([], 422, "invalid-body", []),
        ([[1]], 422, "invalid-body", ["/1/asOf", "/1/types"]),
        ([{"asOf": -1, "types": []}], 422, "invalid-body", ["/1/asOf", "/1/types"]),
        ([{"asOf": True, "types": ["offender"]}], 422, "invalid-body", ["/1/asOf"]),
        ([{"asOf": 2, "types": ["offender"]}], 422, "invalid-body", ["/1/asOf"]),
        ([{"asOf": 1, "types": ["case"]}], 422, "invalid-body", ["/1/types"]),
        ([HEADER, {"bucket": "0A3", "digest": "0"}], 422, "invalid-body", ["/2/bucket", "/2/digest"]),
        ([HEADER, BUCKET, "nothing"], 422, "invalid-body", ["/3/bucket", "/3/digest"]),
        ([HEADER, BUCKET, BUCKET], 422, "invalid-body", ["/3"]),
    ],
)
async def test_an_inventory_that_is_none_is_refused_by_line(
    hub: RestHub, lines: list[Any], status: int, reason: str, paths: list[str]
) -> None:
    copy, _ = await copied(hub, "X1")

    assert refused(await copy.say("/v1/inventory", lines)) == (status, reason, paths)
    assert await reports(hub) == []


async def test_a_line_that_is_no_json_is_refused(hub: RestHub) -> None:
    content = orjson.dumps(HEADER) + b"\nnothing of the sort"
    answer = await hub.probation.post("/v1/inventory", content=content, headers=NDJSON)

    assert refused(answer) == (400, "bad-json", [])
    assert answer.json()["detail"].startswith("line 2:")


async def test_another_content_type_is_refused(hub: RestHub) -> None:
    assert refused(await hub.probation.post("/v1/inventory", json=HEADER))[:2] == (415, "wrong-content-type")


async def test_records_are_refused_that_are_of_no_differing_bucket_or_twice_or_garbled(hub: RestHub) -> None:
    copy, (lost, kept) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    done, opened = await copy.open({name: each.digest for name, each in copy.records.items()}, copy.read)
    path = f"/v1/inventory/{opened['inventory']}/records"
    header = {"buckets": [bucket_of(lost)]}
    record = {**lost._asdict(), "number": 1, "digest": "0" * 64}

    assert refused(await copy.say(path, [{"buckets": ["zzz"]}])) == (422, "invalid-body", ["/1/buckets"])
    assert refused(await copy.say(path, [{"buckets": [bucket_of(kept)]}])) == (422, "invalid-body", ["/1/buckets"])
    assert refused(await copy.say(path, [header, record, record])) == (422, "invalid-body", ["/3"])
    assert refused(await copy.say(path, [header, {**record, "number": 0}])) == (422, "invalid-body", ["/2/number"])
    assert refused(await copy.say(path, [header, {**record, "key": "other"}])) == (422, "invalid-body", ["/1/buckets"])
    assert (await report(hub, opened["inventory"]))["buckets"]["awaited"] == len(done.differing) == 1


async def test_an_inventory_is_its_agencys_alone(hub: RestHub) -> None:
    copy, (lost, _) = await copied(hub, "X1", "X2")
    del copy.records[lost]
    done, opened = await copy.open({name: each.digest for name, each in copy.records.items()}, copy.read)
    path = f"/v1/inventory/{opened['inventory']}/records"

    other = await Copy(hub.prison).say(path, [{"buckets": done.differing}])

    assert refused(other) == (404, "not-found", [])


async def test_who_is_too_far_behind_is_told_to_read_on_first(hub: RestHub) -> None:
    copy, _ = await copied(hub, "X1")
    await say(hub, "X1", sex="female")
    await hub.relayed()
    hub.now += timedelta(days=7, seconds=1)

    answer = await copy.say("/v1/inventory", [HEADER])

    assert refused(answer) == (409, "read-on", [])
    await copy.read_on()
    assert (await copy.reconcile()).differing == []
