"""Lines of an extract: each is taken or refused for itself, and what was refused can be mended and loaded again."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.loading import Refusal, entry, judge, original

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "prison",
    "type": "offender.submitted",
    "time": "2026-01-15T09:30:00Z",
    "subject": "A1234BC",
    "dataschema": "offender/1.0.0",
    "data": {"names": {"surname": "Archer"}},
}
REFUSAL = Refusal("bad-json", "not JSON", ())


async def share(submissions: Sequence[Submission]) -> list[Outcome]:
    """Refuses whom it calls Refused, has had what it calls Again."""
    return [_outcome(each) for each in submissions]


def _outcome(each: Submission) -> Outcome:
    if each.local_id == "Refused":
        return Refused(Rejected(Reason.NOT_COVERED, "not covered"))
    return Accepted("prison", each.id, "offender", "-", datetime(2026, 1, 1, tzinfo=UTC), each.local_id == "Again")


def line(**attributes: Json) -> bytes:
    return orjson.dumps(GOOD | attributes)


async def test_one_bad_line_never_stops_the_rest() -> None:
    texts = [line(), b"{", None, line(subject="Again"), line(subject="Refused"), line(source="probation"), line()]

    verdict = await judge(share, "prison", texts, 9_000)

    assert (verdict.taken, verdict.repeated) == (2, 1)
    reasons = {place: refusal.reason for place, refusal in verdict.refused.items()}
    assert reasons == {1: "bad-json", 2: "too-large", 4: "not-covered-by-contract", 5: "wrong-agency"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (line(), {"submission": GOOD}),
        (b'{"id": 1', {"text": '{"id": 1'}),
        (b'{"id": "\xff"}', {"bytes": "eyJpZCI6ICL/In0="}),
        (b"[1]", {"submission": [1]}),
    ],
)
def test_a_rejected_line_is_kept_whole_and_reads_as_the_line_it_was(text: bytes, kept: dict[str, Json]) -> None:
    told = entry(7, text, 100, REFUSAL)
    assert told == {"line": 7, "reason": "bad-json", "detail": "not JSON", "faults": [], **kept}
    again = entry(1, orjson.dumps(told), 0, REFUSAL)
    assert again == {"line": 1, "reason": "bad-json", "detail": "not JSON", "faults": [], **kept}


def test_of_a_line_too_long_to_be_kept_the_place_is_told() -> None:
    assert entry(7, None, 100, REFUSAL)["offset"] == 100


@pytest.mark.parametrize("mended", [{"submission": GOOD}, {"text": line().decode()}, {"bytes": "e30="}])
async def test_a_mended_entry_is_taken_for_what_it_kept(mended: dict[str, Json]) -> None:
    told = {"line": 7, "reason": "bad-json", "detail": "not JSON", "faults": []} | mended
    assert original(told) == (GOOD if "bytes" not in mended else {})


async def test_an_event_that_has_a_reason_of_its_own_is_still_an_event() -> None:
    assert original(GOOD | {"reason": "x", "submission": 1})["subject"] == "A1234BC"


async def test_an_entry_whose_bytes_were_broken_is_refused_by_itself() -> None:
    verdict = await judge(share, "prison", [b'{"reason": "x", "bytes": "***"}'], 9_000)
    assert verdict.refused[0].reason == "bad-json"
