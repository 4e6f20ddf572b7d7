"""Every field that is logged anywhere is one of those a log line may carry; others would be dropped unseen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.log import FIELDS

PROJECT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("hub", "adapters") for path in (PROJECT / folder).rglob("*.py"))
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
OF_STRUCTLOG = {"exc_info"}


def logged(module: Path) -> Iterator[ast.Call]:
    """The calls `_log.info(...)` and the like."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"_log", "log", "logger"}
        ):
            yield node


def test_something_is_logged() -> None:
    assert sum(1 for module in MODULES for _ in logged(module)) > 5


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_events_are_static_and_fields_are_listed(module: Path) -> None:
    for call in logged(module):
        (event,) = call.args
        assert isinstance(event, ast.Constant), f"line {call.lineno}: the event name is not static"
        unlisted = {str(keyword.arg) for keyword in call.keywords} - FIELDS - OF_STRUCTLOG
        assert not unlisted, f"line {call.lineno}: not in hub.log.FIELDS"
