"""How far agencies hold what they were released, and how much of the specification they fill and take, day by day."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.metrics import Metrics
from hub.store.queues import look_at_queues
from tests.rest import RestHub, rest_hub

CONVERGENCE = "/v1/admin/convergence"
BODY = {"names": {"surname": "Quill", "forenames": ["Rowan"]}, "dateOfBirth": "1984-11-05", "sex": "male"}


@dataclass
class Index:
    """A hub that is measured when a test says so."""

    hub: RestHub

    async def says(self, local_id: str, **more: object) -> None:
        headers = {"ce-id": f"{local_id}-{len(more)}-{self.hub.now.timestamp()}"}
        answer = await self.hub.probation.put(f"/v1/offenders/{local_id}", json={**BODY, **more}, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.hub.relayed()

    async def prison_says(self, local_id: str, **more: object) -> None:
        headers = {"ce-id": f"{local_id}-{self.hub.now.timestamp()}"}
        answer = await self.hub.prison.put(f"/v1/offenders/{local_id}", json={**BODY, **more}, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.hub.relayed()

    async def applies(self, number: int, digest: str | None = None) -> None:
        deliveries = (await self.hub.probation.get("/v1/feed")).json()["deliveries"]
        (true,) = [each["digest"] for each in deliveries if each["number"] == number]
        receipts = [{"number": number, "digest": digest or true}]
        assert (await self.hub.probation.post("/v1/receipts", json={"receipts": receipts})).status_code == 200

    async def registers(self, reference: str, **more: object) -> None:
        """Probation registers a risk of X1."""
        body = {"scheme": "probation-register", "code": "RHRH", "reference": reference, **more}
        body["period"] = {"start": "2026-01-05"}
        path, headers = f"/v1/offenders/X1/registrations/{reference}", {"ce-id": f"{reference}-{len(more)}"}
        answer = await self.hub.probation.put(path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.hub.relayed()

    async def registrations(self) -> list[int]:
        """The numbers under which probation was delivered them."""
        deliveries = (await self.hub.probation.get("/v1/feed")).json()["deliveries"]
        return [each["number"] for each in deliveries if each["release"]["type"] == "registration"]

    async def has_seen(self, number: int, by: str) -> None:
        seen = {"by": by, "at": self.hub.now.isoformat()}
        receipts = [{"number": number, "digest": "0" * 64, "seen": seen}]
        assert (await self.hub.probation.post("/v1/receipts", json={"receipts": receipts})).status_code == 200

    async def measured(self, agency: str = "probation") -> Any:  # noqa: ANN401 - any JSON
        """The day's measure of an agency, measured now."""
        await self.hub.desk.outlook.measuring.step()
        return (await self.days(agency))[-1]

    async def days(self, agency: str = "probation", **query: int) -> list[Any]:
        answer = await self.hub.operator.get(CONVERGENCE, params={"agency": agency, **query})
        assert answer.status_code == 200, answer.text
        (one,) = answer.json()["agencies"]
        return list(one["days"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with rest_hub(sqlite if request.param == "sqlite" else request.getfixturevalue("shared_postgres_url")) as hub:
        yield Index(hub)


async def test_an_agency_that_holds_nothing_agrees_with_nothing(index: Index) -> None:
    measured = await index.measured()

    assert (measured["records"], measured["agreement"], measured["oldestDisagreement"]) == (0, None, None)
    assert (measured["conflicts"], measured["reviews"], measured["properties"]["filled"]) == (0, 0, 0)


async def test_records_agree_when_the_digest_the_agency_computed_is_that_of_its_last_release(index: Index) -> None:
    for each in ("X1", "X2", "X3", "X4"):
        await index.says(each)
    await index.applies(1)
    await index.applies(2)
    await index.applies(3, digest="0" * 64)
    measured = await index.measured()
    await index.says("X1", religion="none stated")
    changed = await index.measured()

    assert (measured["records"], measured["agreeing"], measured["agreement"]) == (4, 2, 0.5)
    assert measured["oldestDisagreement"] is not None
    assert (changed["records"], changed["agreeing"]) == (4, 1)


async def test_what_is_gone_on_both_sides_counts_no_longer(index: Index) -> None:
    await index.says("X1")
    await index.says("X2")
    await index.applies(1)
    for each in ("X1", "X2"):
        await index.hub.probation.delete(f"/v1/offenders/{each}", headers={"ce-id": f"{each}-gone"})
    await index.hub.relayed()
    told = await index.measured()
    await index.applies(3)
    both = await index.measured()

    assert (told["records"], told["agreeing"]) == (1, 0)
    assert both["records"] == 0


async def test_conflicts_and_reviews_count_for_each_agency_concerned(index: Index) -> None:
    pnc = {"identifiers": [{"scheme": "pnc", "value": "81/34U"}]}
    await index.says("X1", **pnc)
    await index.prison_says("A1234BC", **pnc, sex="female")
    await index.prison_says(
        "A9999ZZ", **pnc, names={"surname": "Brook", "forenames": ["Ada"]}, dateOfBirth="1990-02-03"
    )
    probation, prison = await index.measured(), await index.measured("prison")
    conflicts = (await index.hub.operator.get("/v1/admin/conflicts")).json()["conflicts"]
    reviews = (await index.hub.operator.get("/v1/admin/reviews")).json()["reviews"]

    assert (len(conflicts), bool(reviews)) == (1, True)
    assert (probation["conflicts"], prison["conflicts"]) == (1, 1)
    of_probation = [each for each in reviews if "probation" in (each["one"]["agency"], each["other"]["agency"])]
    assert (probation["reviews"], prison["reviews"]) == (len(of_probation), len(reviews))


async def test_risks_are_counted_that_were_seen_as_they_are_now_by_how_many_and_how_late(index: Index) -> None:
    await index.says("X1")
    for reference in ("R1", "R2", "R3"):
        await index.registers(reference)
    numbers = await index.registrations()
    for by, number in (("OFFICER_1", numbers[0]), ("OFFICER_2", numbers[1]), ("OFFICER_2", numbers[2])):
        await index.has_seen(number, by)
    seen = (await index.measured())["risks"]
    await index.registers("R3", notes="changed")
    changed = (await index.measured())["risks"]

    assert (seen["toBeSeen"], seen["seen"], seen["staff"]) == (3, 3, 2)
    assert 0 <= seen["slowestSeconds"] < 60
    assert (changed["toBeSeen"], changed["seen"]) == (3, 2)
    queues = await look_at_queues(index.hub.engine, frozenset(), index.hub.now)
    told = Metrics(index.hub.registry.types()).exposition(queues).decode()
    assert 'hub_risks_unseen{agency="probation"} 1.0' in told


async def test_the_properties_an_agency_fills_are_sampled_and_remembered_for_a_while(index: Index) -> None:
    await index.says("X1", religion=None)
    three = await index.measured()
    await index.says("X2", ethnicity=None, nationality=None, religion="none")
    four = await index.measured()
    await index.hub.probation.delete("/v1/offenders/X2", headers={"ce-id": "gone"})
    remembered = await index.measured()
    index.hub.now += timedelta(days=31)
    forgotten = await index.measured()

    filled = [each["properties"]["filled"] for each in (three, four, remembered, forgotten)]
    assert filled == [3, 4, 4, 3]
    properties = four["properties"]
    assert 0 < properties["taken"] <= properties["specification"]


async def test_every_day_keeps_its_last_measure(index: Index) -> None:
    await index.says("X1")
    await index.measured()
    await index.applies(1)
    await index.measured()
    index.hub.now += timedelta(days=1)
    await index.says("X2")
    await index.measured()

    assert [each["agreement"] for each in await index.days()] == [1.0, 0.5]
    assert [each["agreement"] for each in await index.days(days=1)] == [0.5]


async def test_an_agency_reads_its_own_and_nobody_elses(index: Index) -> None:
    before = (await index.hub.prison.get("/v1/convergence")).json()
    await index.says("X1")
    await index.measured()
    own = (await index.hub.probation.get("/v1/convergence")).json()
    other = (await index.hub.prison.get("/v1/convergence", params={"agency": "probation"})).json()
    refused = await index.hub.probation.get(CONVERGENCE)

    assert before == {"agency": "prison", "days": []}
    assert (own["agency"], own["days"]) == ("probation", await index.days())
    assert (other["agency"], [day["records"] for day in other["days"]]) == ("prison", [0])
    assert refused.status_code == 403


async def test_the_last_measure_stands_in_the_metrics(index: Index) -> None:
    await index.says("X1")
    await index.says("X2")
    await index.applies(1)
    await index.measured()
    queues = await look_at_queues(index.hub.engine, frozenset(), index.hub.now)
    told = Metrics(index.hub.registry.types()).exposition(queues).decode()

    assert 'hub_agreement_ratio{agency="probation"} 0.5' in told
    assert 'hub_conflicts{agency="probation"} 0.0' in told
    assert 'hub_agreement_ratio{agency="prison"}' not in told
