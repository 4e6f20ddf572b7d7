"""What operators see of deliveries, positions and what is parked, on both databases."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Executable, insert, update

from hub.domain.submission import micros
from hub.ports import Publication
from hub.store.engine import writing
from hub.store.tables import agency, audit, outlet, withheld
from hub.trust.agencies import Scope
from tests.rest import OPERATOR, RestHub, rest_hub

DELIVERIES = "/v1/admin/deliveries"
FAULT = {"path": "/names/surname", "rule": "maxLength", "detail": "holds at most 35 characters"}
NONE = {"count": 0, "oldest": None}


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


async def acknowledge(hub: RestHub, *numbers: int) -> None:
    receipts = [{"number": number, "digest": "0" * 64} for number in numbers]
    assert (await hub.probation.post("/v1/receipts", json={"receipts": receipts})).status_code == 200


async def park(hub: RestHub, *numbers: int) -> None:
    word = {"receipts": [], "parked": [{"number": number, "faults": [FAULT]} for number in numbers]}
    answer = await hub.probation.post("/v1/receipts", json=word)
    assert [each["outcome"] for each in answer.json()["parked"]] == ["parked"] * len(numbers)


async def state_of(hub: RestHub, name: str = "probation", **query: int) -> dict[str, Any]:
    answer = await hub.operator.get(f"{DELIVERIES}/{name}", params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def execute(hub: RestHub, statement: Executable) -> None:
    async with writing(hub.engine) as connection:
        await connection.execute(statement)


async def test_an_agency_to_which_nothing_happened_waits_for_nothing(hub: RestHub) -> None:
    told = await state_of(hub)

    assert (told["delivery"], told["suspended"], told["inputPaused"]) == ("feed", None, None)
    assert told["owed"] == told["unpublished"] == told["unacknowledged"] == NONE
    assert told["delivered"] == told["acknowledged"] == {"last": 0, "at": None}
    assert told["lag"] == {"seconds": 0.0, "records": 0}
    assert (told["withheld"], told["rejected"], told["parked"], told["longest"]) == (0, 0, 0, [])


async def test_what_is_said_is_owed_then_delivered_then_acknowledged(hub: RestHub) -> None:
    await say(hub, "X1", "X2")
    owed = await state_of(hub)
    await hub.relayed()
    delivered = await state_of(hub)
    await acknowledge(hub, 1, 2)
    acknowledged = await state_of(hub)

    assert (owed["owed"]["count"], owed["unacknowledged"]) == (2, NONE)
    assert (owed["lag"]["records"], owed["lag"]["seconds"] > 0) == (2, True)
    assert (delivered["owed"], delivered["delivered"]["last"], delivered["unacknowledged"]["count"]) == (NONE, 2, 2)
    assert [each["number"] for each in delivered["longest"]] == [1, 2]
    assert delivered["unacknowledged"]["oldest"] == delivered["longest"][0]["delivered"]
    assert (acknowledged["unacknowledged"], acknowledged["acknowledged"]["last"]) == (NONE, 2)
    assert (acknowledged["lag"], acknowledged["longest"]) == ({"seconds": 0.0, "records": 0}, [])


async def test_a_record_that_changed_since_its_receipt_waits_again_and_an_old_receipt_counts_no_further(
    hub: RestHub,
) -> None:
    await say(hub, "X1")
    await hub.relayed()
    await acknowledge(hub, 1)
    await say(hub, "X1", sex="female")
    await hub.relayed()
    await acknowledge(hub, 1)
    told = await state_of(hub)

    assert [each["number"] for each in told["longest"]] == [2]
    assert (told["acknowledged"]["last"], told["delivered"]["last"]) == (1, 2)


async def test_a_withdrawal_is_waited_for_only_from_whoever_acknowledged_that_it_held_the_record(hub: RestHub) -> None:
    await say(hub, "X1", "X2")
    await hub.relayed()
    await acknowledge(hub, 1)
    for each in ("X1", "X2"):
        await hub.probation.delete(f"/v1/offenders/{each}", headers={"ce-id": f"{each}-gone"})
    await hub.relayed()
    told = await state_of(hub)

    assert [each["number"] for each in told["longest"]] == [3]
    assert (told["delivered"]["last"], told["unacknowledged"]["count"]) == (4, 1)


async def test_what_waits_longest_is_read_page_by_page(hub: RestHub) -> None:
    await say(hub, "X1", "X2", "X3")
    await hub.relayed()
    first = await state_of(hub, limit=2)
    second = (await hub.operator.get(first["next"])).json()

    assert [each["number"] for each in (*first["longest"], *second["longest"])] == [1, 2, 3]
    assert second["next"] is None
    assert first["longest"][0]["record"].keys() == {"person", "type", "key"}


async def test_of_a_stream_what_its_topic_does_not_have_is_not_waited_for(hub: RestHub) -> None:
    body = {"names": {"surname": "Quill"}}
    for each in ("A1111AA", "A2222AA"):
        await hub.prison.put(f"/v1/offenders/{each}", json=body, headers={"ce-id": each})
    await hub.relayed()
    behind = await state_of(hub, "prison")
    await execute(hub, update(outlet).where(outlet.c.agency == "prison").values(published=1))
    one = await state_of(hub, "prison")

    assert (behind["delivery"], behind["unpublished"]["count"], behind["unacknowledged"]) == ("stream", 2, NONE)
    assert (one["unpublished"]["count"], one["unacknowledged"]["count"]) == (1, 1)
    assert [each["number"] for each in one["longest"]] == [1]
    assert one["lag"]["records"] == 2


async def test_every_agency_is_listed_by_name_page_by_page_with_what_stops_it(hub: RestHub) -> None:
    await hub.desk.agencies.add("prison", [Scope.SUBMIT])
    await hub.desk.agencies.suspend("prison")
    await execute(hub, update(agency).where(agency.c.name == "prison").values(paused=micros(hub.now)))
    await execute(hub, insert(withheld).values(agency="prison", person="p", type="offender", key="-"))
    first = (await hub.operator.get(DELIVERIES, params={"limit": 2})).json()
    second = (await hub.operator.get(first["next"])).json()

    agencies = {each["agency"]: each for each in (*first["agencies"], *second["agencies"])}
    assert (list(agencies), second["next"]) == (["court", "prison", "probation"], None)
    assert (agencies["prison"]["suspended"], agencies["prison"]["withheld"]) == (True, 1)
    assert agencies["prison"]["inputPaused"] is not None
    assert agencies["court"]["suspended"] is None


async def test_an_agency_nobody_knows_is_not_found(hub: RestHub) -> None:
    for path in (f"{DELIVERIES}/nobody", "/v1/admin/agencies/nobody/parked"):
        assert reason(await hub.operator.get(path)) == (404, "not-found")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=201", f"after={2**53}"])
async def test_a_place_or_a_limit_that_is_none_is_refused(hub: RestHub, query: str) -> None:
    assert reason(await hub.operator.get(f"{DELIVERIES}/probation?{query}")) == (422, "invalid-request")


async def test_positions_are_the_hubs_in_every_input_and_every_agencys_in_its_deliveries(hub: RestHub) -> None:
    topic = hub.broker.topic("hub.in.prison/0")
    for _ in range(3):
        topic.append(Publication("A1", {}, b"said"))
    hub.broker.commit("hub.in.prison/0", 1)
    await say(hub, "X1", "X2")
    await hub.relayed()
    await acknowledge(hub, 1)
    told = (await hub.operator.get("/v1/admin/positions")).json()

    assert told["inputs"] == [{"agency": "prison", "partition": 0, "start": 0, "end": 3, "committed": 1, "lag": 2}]
    outputs = {each["agency"]: each for each in told["outputs"]}
    assert (outputs["probation"]["published"], outputs["probation"]["acknowledged"]) == (2, 1)
    assert (outputs["probation"]["lag"], outputs["prison"]["lag"]) == (1, 0)


async def test_what_is_parked_is_listed_with_its_reasons_and_the_look_is_audited(hub: RestHub) -> None:
    await say(hub, "X1", "X2")
    await hub.relayed()
    await park(hub, 1, 2)
    first = (await hub.operator.get("/v1/admin/agencies/probation/parked", params={"limit": 1})).json()
    second = (await hub.operator.get(first["next"])).json()

    (one,), (two,) = first["parked"], second["parked"]
    assert (one["number"], two["number"], second["next"]) == (1, 2, None)
    assert (one["faults"], one["retried"]) == ([FAULT], None)
    assert (await state_of(hub))["parked"] == 2
    looks = await hub.audited("consultation")
    assert [(row.actor, row.agency, row.person) for row in looks] == [
        (OPERATOR, "probation", one["record"]["person"]),
        (OPERATOR, "probation", two["record"]["person"]),
    ]


async def test_a_parked_record_is_delivered_again_though_nothing_has_changed(hub: RestHub) -> None:
    await say(hub, "X1", "X2")
    await hub.relayed()
    await park(hub, 1)
    before = (await hub.probation.get("/v1/feed")).json()["deliveries"]
    answer = await hub.operator.post("/v1/admin/agencies/probation/parked/1/retry")
    await hub.relayed()
    after = (await hub.probation.get("/v1/feed", params={"after": 2})).json()["deliveries"]

    assert answer.json() == {
        "agency": "probation",
        "number": 1,
        "record": {"person": before[0]["person"], "type": "offender", "key": "-"},
    }
    assert [(each["number"], each["digest"]) for each in after] == [(3, before[0]["digest"])]
    (entry,) = await hub.audited("parked-retried")
    assert (entry.actor, entry.agency, entry.person, entry.reference) == (
        OPERATOR,
        "probation",
        before[0]["person"],
        "1",
    )

    (parked,) = (await hub.operator.get("/v1/admin/agencies/probation/parked")).json()["parked"]
    assert parked["retried"] is not None
    await acknowledge(hub, 3)
    assert (await hub.operator.get("/v1/admin/agencies/probation/parked")).json() == {"parked": [], "next": None}


async def test_what_is_not_parked_cannot_be_retried(hub: RestHub) -> None:
    await say(hub, "X1")
    await hub.relayed()

    for path in ("probation/parked/1", "nobody/parked/1"):
        assert reason(await hub.operator.post(f"/v1/admin/agencies/{path}/retry")) == (404, "not-found")
    assert reason(await hub.operator.post("/v1/admin/agencies/probation/parked/0/retry")) == (422, "invalid-request")
    assert await hub.rows(audit.select().where(audit.c.action == "parked-retried")) == []


async def test_who_has_applied_what_of_a_person_and_how_late_is_counted_from_the_commit(hub: RestHub) -> None:
    await say(hub, "X1")
    committed = hub.now
    hub.now += timedelta(seconds=30)
    await hub.relayed()
    person = (await state_of(hub))["longest"][0]["record"]["person"]
    hub.now = committed + timedelta(days=1, seconds=5)
    late = (await hub.operator.get(f"/v1/admin/people/{person}/receipts")).json()["releases"]
    await acknowledge(hub, 1)
    first = (await hub.operator.get(f"/v1/admin/people/{person}/receipts", params={"limit": 1})).json()
    second = (await hub.operator.get(first["next"])).json()

    assert [(each["agency"], each["applied"]) for each in late] == [("court", None), ("probation", None)]
    assert all(4 < each["late"] < 6 for each in late)
    (probation,) = second["releases"]
    assert probation["applied"]["number"] == 1
    assert 4 < probation["late"] < 6
    assert datetime.fromisoformat(probation["due"]) - committed < timedelta(days=1, seconds=1)
    assert len(await hub.audited("consultation")) == 3


async def test_the_receipts_of_nobody_are_not_found(hub: RestHub) -> None:
    assert reason(await hub.operator.get("/v1/admin/people/nobody/receipts")) == (404, "not-found")
