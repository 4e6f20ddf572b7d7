"""What comes of published payloads of OASys, as a table of paths, rules and codes.

Made anew by `python -m tests.builders.oasys_fixtures`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from adapters.client.native import Taken
from adapters.client.running.parts import PartsInMemory
from adapters.oasys import Oasys, oasys
from hub.spec.registry import schemas_folder
from tests.builders.oasys import payload

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
GOLDEN = Path(__file__).resolve().parents[1] / "unit" / "adapters" / "oasys" / "fixtures.txt"

_O, _S = "oasys", "assessment-summary"
TOGETHER: Sequence[Sequence[str]] = (
    (
        f"{_O}/section3",
        f"{_O}/section6",
        f"{_O}/ordsAssessmentRoshScreening",
        f"{_O}/ordsAssessmentRoshFull",
        f"{_O}/section8",
        f"{_O}/section11",
        f"{_O}/ordsAssessmentRoshSummary",
        f"{_O}/ordsCriminogenicNeeds",
        f"{_O}/ordsAssessmentTimeline",
    ),
    (f"{_S}/A000018-same-day-early", f"{_S}/A000018-same-day-late"),
    (f"{_O}/ordsRiskPredictors", f"{_O}/ordsAssessmentOffence"),
)
"""Files that are taken one after the other."""


def alone() -> list[Sequence[str]]:
    """Every file there is, by itself."""
    files = sorted([*FIXTURES.glob(f"{_O}/*.json"), *FIXTURES.glob(f"{_S}/*.json")])
    return [(f"{path.parent.name}/{path.stem}",) for path in files]


def table(system: Oasys) -> str:
    """What comes of each file alone, and of files together."""
    return "\n".join(line for names in (*alone(), *TOGETHER) for line in (*_taken(system, names), ""))


def _taken(system: Oasys, names: Sequence[str]) -> Iterator[str]:
    parts = PartsInMemory()
    for number, name in enumerate(names):
        document = orjson.loads((FIXTURES / f"{name}.json").read_bytes())
        yield name if number == 0 else f"then {name}"
        yield from _lines(system.take(payload(document), parts))


def _lines(taken: Taken) -> Iterator[str]:
    for number, said in enumerate(taken.said, start=1):
        yield f"  said {number}: {', '.join(sorted(said.body))}"
    if taken.waiting:
        yield f"  waiting: {taken.waiting}"
    yield from (f"  refused {fault.path or 'the whole'}: {fault.rule}" for fault in taken.refused)
    yield from (f"  notice {fault.path}: {fault.rule}" for fault in taken.notices)
    yield from (f"  unlisted {each.path}: {each.code_list}" for each in taken.unlisted)
    yield from (f"  unknown {each.path}" for each in taken.homeless if each.because is None)
    reasons = Counter(each.because for each in taken.homeless if each.because is not None)
    yield from (f"  no home, {count} times: {because}" for because, count in sorted(reasons.items()))


if __name__ == "__main__":
    GOLDEN.write_text(table(oasys(schemas_folder())))
