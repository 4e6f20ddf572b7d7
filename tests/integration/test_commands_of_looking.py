"""What is going on, by command line: tables for people, and what the API answers for machines."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.domain.errors import Fault
from hub.domain.outcome import Accepted
from hub.domain.submission import Submission
from hub.exchange.parked import Parked, Parkings
from hub.exchange.relay import Relay
from hub.settings import load_settings
from hub.store.alerts import AlertStore
from hub.store.migrations import upgrade
from hub.store.parked import ParkedStore
from hub.store.receipts import ReceiptStore
from hub.store.relaying import SqlRelayStore
from hub.wiring.foundation import opened
from hub.wiring.outlook import outlook_on
from hub.wiring.spine import spine
from tests.commands import Ended, Hub, commanding, install

QUILL = {
    "names": {"surname": "Quill", "forenames": ["Rowan"]},
    "dateOfBirth": "1984-11-05",
    "sex": "male",
    "identifiers": [{"scheme": "pnc", "value": "81/34U"}],
}
BROOK = {**QUILL, "names": {"surname": "Brook"}, "dateOfBirth": "1990-02-03"}
SAID = (
    ("probation", "X100001", QUILL),
    ("prison", "A1234BC", {**QUILL, "sex": "female"}),
    ("probation", "X100002", BROOK),
)


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A hub to which three submissions came, of which probation could not apply the first delivery."""
    install(monkeypatch, tmp_path)
    monkeypatch.setenv("HUB_OPERATOR", "ben")
    asyncio.run(_filled())


async def _filled() -> None:
    async with opened(load_settings()) as base:
        await upgrade(base.engine)
        at = datetime(2026, 3, 1, 9, tzinfo=UTC)
        said = [
            Submission(agency, local_id, "offender", "1.0.0", False, local_id, at, -1, body)
            for agency, local_id, body in SAID
        ]
        assert all(isinstance(outcome, Accepted) for outcome in await spine(base).share(said))
        relay = Relay(SqlRelayStore(base.engine), None, base.contracts, base.seal, base.now)
        while await relay.step():
            pass
        parkings = Parkings(ParkedStore(base.engine), ReceiptStore(base.engine), base.seal, base.now)
        await parkings.park("probation", [Parked(1, (Fault("/names", "maxLength", "too long"),))])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    with commanding(monkeypatch, capsys) as run:
        yield run


def told(ended: Ended) -> Any:  # noqa: ANN401 - JSON
    assert ended.code == 0, ended.complained
    return orjson.loads(ended.said)


def test_every_agency_is_shown_with_what_waits(hub: Hub) -> None:
    agencies = {each["agency"]: each for each in told(hub("deliveries", "--json"))["agencies"]}
    table = hub("deliveries").said

    assert agencies["probation"]["unacknowledged"]["count"] == 2
    assert agencies["prison"]["unpublished"]["count"] == 1
    assert "no receipt" in table
    assert "probation" in table
    assert "not registered" in table


def test_one_agency_is_shown_with_what_waits_longest(hub: Hub) -> None:
    shown = told(hub("deliveries", "probation", "--json", "--limit", "1"))

    assert [each["number"] for each in shown["longest"]] == [1]
    assert "longest" in hub("deliveries", "probation").said
    assert hub("deliveries", "nobody").complained == "hub: no agency of this name is registered, nor has a contract\n"


def test_positions_without_a_broker_are_those_of_agencies(hub: Hub) -> None:
    positions = told(hub("positions", "--json"))

    assert positions["inputs"] is None
    assert {each["agency"] for each in positions["outputs"]} == {"prison", "probation"}
    assert "no broker" in hub("positions").said


def test_what_is_parked_is_shown_and_delivered_again(hub: Hub) -> None:
    (parked,) = told(hub("parked", "list", "probation", "--json"))["parked"]
    table = hub("parked", "list", "probation").said
    retried = told(hub("parked", "retry", "probation", "1", "--json"))
    (again,) = told(hub("parked", "list", "probation", "--json"))["parked"]

    assert (parked["number"], parked["faults"][0]["rule"], parked["retried"]) == (1, "maxLength", None)
    assert "maxLength" in table
    assert (retried["number"], retried["record"]) == (1, parked["record"])
    assert again["retried"] is not None
    assert told(hub("deliveries", "probation", "--json"))["owed"]["count"] == 1
    assert hub("parked", "retry", "probation", "2").complained == (
        "hub: the agency has parked no delivery of this number\n"
    )


@pytest.mark.parametrize(
    "naming",
    [("--local-id", "probation", "X100002"), ("--agency", "prison"), ("--agency", "probation"), ()],
)
def test_reviews_are_shown(hub: Hub, naming: tuple[str, ...]) -> None:
    reviews = told(hub("reviews", "--json", *naming))["reviews"]

    assert {each["doubt"] for each in reviews} == {"contradicted"}
    assert "contradicted" in hub("reviews", *naming).said


def test_a_review_is_read_and_decided_and_what_is_decided_taken_back(hub: Hub) -> None:
    review = told(hub("reviews", "--json", "--agency", "prison"))["reviews"][0]
    why = ("--why", "the photographs show one man")
    shown = told(hub("review", "show", review["id"]))
    linked = told(hub("review", "link", review["id"], *why, "--json"))
    sides = [
        part for side in ("one", "other") for part in (f"--{side}", review[side]["agency"], review[side]["localId"])
    ]
    apart = told(hub("review", "people", "keep-apart", *sides, *why, "--json"))
    back = told(hub("review", "people", "take-back", *sides, *why, "--json"))

    assert shown["explanation"]["namesAgree"] is False
    assert [each["onePerson"] for each in (linked, apart, back)] == [True, False, False]
    assert told(hub("audit", "--json", "--actor", "cli:ben"))["entries"][0]["purpose"] == why[1]
    assert "no such review is open" in hub("review", "keep-apart", "r.x.y", *why).complained
    reopened = told(hub("reviews", "--json", "--agency", "prison"))["reviews"][0]
    assert told(hub("review", "keep-apart", reopened["id"], *why, "--json"))["decision"] == "keep-apart"
    assert "a sentence" in hub("review", "people", "link", *sides, "--why", "so").complained


def test_what_was_decided_of_a_person_is_shown_and_taken_back(hub: Hub) -> None:
    sides = ("--one", "prison", "A1234BC", "--other", "probation", "X100002")
    hub("review", "people", "keep-apart", *sides, "--why", "two different men")
    of_prison = ("decisions", "--local-id", "prison", "A1234BC")
    (decision,) = told(hub(*of_prison, "--json"))["decisions"]
    table = hub(*of_prison).said
    back = told(hub("review", "take-back", decision["id"], "--why", "they are one after all", "--json"))

    assert (decision["by"], decision["why"]) == ("cli:ben", "two different men")
    assert ("keep-apart" in table, "X100002" in table) == (True, True)
    assert back["decision"] == "take-back"
    assert told(hub(*of_prison, "--json")) == {"decisions": []}
    assert "say of whom" in hub("decisions").complained


def test_people_are_found_by_local_id_or_identifier(hub: Hub) -> None:
    (one,) = told(hub("people", "--local-id", "prison", "A1234BC", "--json"))["people"]
    both = told(hub("people", "--identifier", "pnc", "81/34U", "--json"))["people"]

    assert one["agencies"] == ["prison", "probation"]
    assert [each["person"] for each in both if each == one] == [one["person"]]
    assert one["person"] in hub("people", "--local-id", "prison", "A1234BC").said
    assert told(hub("people", "--local-id", "prison", "A9999ZZ", "--json")) == {"people": []}
    assert hub("people").code == 2


def test_it_is_shown_who_has_applied_what_of_a_person(hub: Hub) -> None:
    of_brook = ("receipts", "--local-id", "probation", "X100002")
    (release,) = told(hub(*of_brook, "--json"))["releases"]

    assert (release["agency"], release["record"]["type"], release["applied"]) == ("probation", "offender", None)
    assert "probation" in hub(*of_brook).said
    assert hub("receipts", "--person", "nobody").complained == "hub: there is no person of this id\n"


def test_conflicts_are_shown_without_what_is_said(hub: Hub) -> None:
    shown = hub("conflict", "list", "--json", "--local-id", "prison", "A1234BC")

    (conflict,) = told(shown)["conflicts"]
    assert [each["path"] for each in conflict["differences"]] == ["/sex"]
    assert "male" not in shown.said
    assert "/sex" in hub("conflict", "list").said
    assert told(hub("conflict", "list", "--json", "--local-id", "probation", "X100002"))["conflicts"] == []


def test_a_conflict_is_shown_whole_ruled_on_and_the_ruling_taken_back_with_a_reason(hub: Hub) -> None:
    ((found,),) = [each["differences"] for each in told(hub("conflict", "list", "--json", "--days", "0"))["conflicts"]]
    read = told(hub("conflict", "show", found["id"]))
    names = [each["name"] for each in read["opinions"]]
    settles = [word for name in names for word in ("--settles", name)]
    why = ("--why", "the birth certificate is on file", "--json")
    ruled = told(hub("conflict", "rule", found["id"], "--stands", names[0], *settles, *why))
    again = hub("conflict", "rule", found["id"], "--stands", names[0], *settles, *why)
    history = told(hub("conflict", "show", found["id"]))["rulings"]
    taken_back = told(hub("conflict", "take-back", found["id"], *why))

    assert {each["value"] for each in read["opinions"]} == {"male", "female"}
    assert (again.code, again.complained) == (2, "hub: a ruling holds there: take it back first\n")
    assert [(each["id"], each["by"], each["holds"]) for each in history] == [(ruled["rulings"][0], "cli:ben", True)]
    assert taken_back == ruled
    assert hub("conflict", "list", "--state", "levels").complained.startswith("hub: levels of risk are listed of one")


def test_the_audit_names_who_looked_from_the_command_line(hub: Hub) -> None:
    hub("conflict", "list", "--local-id", "prison", "A1234BC")
    person = told(hub("conflict", "list", "--json"))["conflicts"][0]["record"]["person"]
    entries = told(hub("audit", "--json", "--person", person, "--actor", "cli:ben"))["entries"]

    assert {(each["action"], each["purpose"]) for each in entries} == {
        ("consultation", "people"),
        ("consultation", "conflicts"),
    }
    assert "consultation" in hub("audit", "--local-id", "prison", "A1234BC").said
    assert len(told(hub("audit", "--json", "--limit", "2"))["entries"]) == 2
    assert told(hub("audit", "--json", "--until", "2020-01-01"))["entries"] == []


def test_a_person_is_named_in_one_way_and_must_be_known(hub: Hub) -> None:
    nobody = hub("audit", "--local-id", "prison", "A9999ZZ")
    twice = hub("reviews", "--person", "p", "--local-id", "prison", "A1234BC")
    several = hub("conflict", "list", "--identifier", "pnc", "81/34U")

    assert nobody[::2] == (2, "hub: nobody is known by it\n")
    assert "in one way" in twice.complained
    assert "several people" in several.complained
    assert "81/34U" not in several.complained


def test_jobs_are_shown(hub: Hub) -> None:
    assert told(hub("jobs", "--json")) == {"jobs": []}
    assert hub("jobs", "nothing").complained == "hub: there is no job of this id\n"


def test_alerts_are_shown_and_acknowledged_with_a_reason(hub: Hub) -> None:
    asyncio.run(_raised())
    one, *_ = told(hub("alerts", "list", "--agency", "probation", "--json"))["alerts"]
    table = hub("alerts", "list").said
    seen = told(hub("alerts", "acknowledge", one["id"], "--reason", "told by telephone", "--json"))
    again = hub("alerts", "acknowledge", one["id"], "--reason", "told by telephone")
    without = hub("alerts", "acknowledge", one["id"], "--reason", " ")

    assert (one["state"], one["record"]["type"], "not-applied" in table) == ("open", "offender", True)
    assert seen["acknowledged"]["by"] == "cli:ben"
    assert (again.code, again.complained) == (2, "hub: the alert is not open any more\n")
    assert (without.code, without.complained) == (2, "hub: a reason is given in words\n")


def test_the_convergence_index_is_shown_day_by_day(hub: Hub) -> None:
    none = told(hub("convergence", "--json"))
    asyncio.run(_measured())
    agencies = {each["agency"]: each["days"] for each in told(hub("convergence", "--json"))["agencies"]}
    table = hub("convergence", "--agency", "probation").said

    assert none == {"agencies": []}
    assert [day["records"] for day in agencies["probation"]] == [2]
    assert agencies["probation"][0]["conflicts"] == 1
    assert (sorted(agencies), "0.0 %" in table, "prison" in table) == (["prison", "probation"], True, False)


async def _measured() -> None:
    async with opened(load_settings()) as base:
        await outlook_on(base, None).measuring.step()


async def _raised() -> None:
    async with opened(load_settings()) as base:
        assert await AlertStore(base.engine).overdue(base.now() + timedelta(days=365), 10, lambda _raised: ())
