"""What people read of the convergence index in the demo's closing tables."""

from rich.console import Console

from deploy.demo.convergence import Day, convergence_table, seen_by_staff

_PROPERTIES = {"specification": 3, "filled": 1, "taken": 3}
_RISKS = {"toBeSeen": 9, "seen": 8, "staff": 3, "slowestSeconds": 2.25}
_COUNTED = {"conflicts": 1_200, "reviews": 0, "risks": _RISKS, "properties": _PROPERTIES}
_OPEN = {"measured": "2026-03-01T09:30:00Z", **_COUNTED}


def _shown(day: Day) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(convergence_table({"prison": {**_OPEN, **day}}))
    return captured.get()


def test_nearly_all_is_not_all() -> None:
    said = _shown({"records": 100_000, "agreeing": 99_999, "oldestDisagreement": "2026-03-01T09:29:18Z"})
    assert "│ 100,000 │ 99.9 % │   42 s │     1,200 │       0 │ 33.3 % │ 100.0 % │" in said


def test_it_is_said_how_late_risks_were_seen_and_not_by_whom() -> None:
    said = seen_by_staff("prison", {"risks": _RISKS})
    assert said == "Risks seen at the prison service: 8 of 9, by 3 of its staff, the last 2.2 s after the change"
    none = seen_by_staff("prison", {"risks": {"toBeSeen": 0, "seen": 0, "staff": 0, "slowestSeconds": None}})
    assert none == "Risks seen at the prison service: 0 of 0, by 0 of its staff"


def test_an_agency_that_holds_nothing_has_no_share() -> None:
    assert "│       0 │       │   none │" in _shown({"records": 0, "agreeing": 0, "oldestDisagreement": None})
