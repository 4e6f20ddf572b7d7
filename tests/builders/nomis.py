"""What the tests of the prison system share: its examples, the published payloads, what came of one as lines."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson

from adapters.client.native import Payload, Taken
from hub.domain.canonical import Json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "adapters" / "nomis" / "examples").glob("*.json"))
FIXTURES = ROOT.parent / "shared" / "fixtures"
RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def published() -> list[Path]:
    """The published payloads of the prison system that lie beside this repository; none where they do not."""
    names = ("prison-api/*.json", "assessment-summary/prison*.json")
    return sorted(path for pattern in names for path in FIXTURES.glob(pattern))


def payload(document: Json, about: Mapping[str, str] | None = None, received: datetime = RECEIVED) -> Payload:
    """A payload as it came."""
    return Payload(document, received, about or {})


def of_file(path: Path) -> Payload:
    """A payload from a file."""
    return payload(orjson.loads(path.read_bytes()))


def outcome(taken: Taken) -> list[str]:
    """What came of a payload: record types, paths, rules and codes' lists, never a value. Lists by how often."""
    lines = [
        *(f"said {each.record_type}{' withdrawn' if each.withdrawn else ''}" for each in taken.said),
        *(f"refused {_place(each.path)} {each.rule}" for each in taken.refused),
        *(f"homeless {_place(each.path)} {each.because or 'UNKNOWN'}" for each in taken.homeless),
        *(f"unlisted {_place(each.path)} {each.code_list}" for each in taken.unlisted),
        *(f"notice {_place(each.path)} {each.rule}" for each in taken.notices),
        *([f"waiting for {taken.waiting}"] if taken.waiting else []),
    ]
    return list(_counted(lines))


def _place(path: str) -> str:
    return re.sub(r"/\d+(?=/|$)", "/*", path) or "the whole"


def _counted(lines: Iterable[str]) -> Iterable[str]:
    for line, times in Counter(lines).items():
        yield f"{line} ({times} times)" if times > 1 else line
