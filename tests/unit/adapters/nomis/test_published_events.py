"""The published descriptions of domain events: an event made of their examples is taken, or waits."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from adapters.client.native import Taken
from hub.domain.canonical import Json
from tests.builders.nomis import FIXTURES

_DESCRIPTIONS = FIXTURES / "domain-events"


def described(name: str) -> Json:
    """An event of the examples of a description."""
    path: Path = _DESCRIPTIONS / f"{name}.yaml"
    if not path.exists():
        pytest.skip("the published descriptions of today's events are not beside this repository")
    return _example(yaml.safe_load(path.read_text())["payload"])


def _example(node: Mapping[str, Json]) -> Json:
    if "properties" in node:
        return {name: _example(inner) for name, inner in node["properties"].items()}
    if "items" in node:
        items = node["items"]
        return [_example(each) for each in (items if isinstance(items, list) else [items])]
    return node.get("example", node.get("const"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("prisoner.received", [("offender", False)]),
        ("prisoner.released", [("offender", False)]),
        ("prisoner.merged", [("offender", True), ("offender", False)]),
        ("person-alert-created", []),
    ],
)
def test_an_event_as_its_publisher_describes_it_is_taken(
    take: Callable[..., Taken], name: str, said: list[tuple[str, bool]]
) -> None:
    taken = take(described(name))

    assert taken.refused == ()
    assert [(each.record_type, each.withdrawn) for each in taken.said] == said
    assert (taken.waiting is not None) == (not said)
    assert [each.path for each in taken.homeless if each.because is None] == []
