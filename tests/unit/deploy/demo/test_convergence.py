"""What people read of the convergence index in the demo's closing tables."""

from rich.console import Console

from deploy.demo.convergence import Day, convergence_table

_PROPERTIES = {"specification": 3, "filled": 1, "taken": 3}
_OPEN = {"measured": "2026-03-01T09:30:00Z", "conflicts": 1_200, "reviews": 0, "properties": _PROPERTIES}


def _shown(day: Day) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(convergence_table({"prison": {**_OPEN, **day}}))
    return captured.get()


def test_nearly_all_is_not_all() -> None:
    said = _shown({"records": 100_000, "agreeing": 99_999, "oldestDisagreement": "2026-03-01T09:29:18Z"})
    assert "│ 100,000 │ 99.9 % │   42 s │     1,200 │       0 │ 33.3 % │ 100.0 % │" in said


def test_an_agency_that_holds_nothing_has_no_share() -> None:
    assert "│       0 │       │   none │" in _shown({"records": 0, "agreeing": 0, "oldestDisagreement": None})
