"""Receipts as they are read: shape and faults. What they settle is tested over REST, on both databases."""

from datetime import UTC, datetime

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.domain.seen import Seen
from hub.exchange.receipts import LIMIT, Receipt, read_receipts

DIGEST = "a" * 64


def seen_as(seen: Json) -> Json:
    return {"receipts": [{"number": 1, "digest": DIGEST, "seen": seen}]}


def test_receipts_are_read() -> None:
    assert read_receipts({"receipts": [{"number": 12, "digest": DIGEST}]}) == [Receipt(12, DIGEST)]
    assert read_receipts({"receipts": []}) == []


def test_a_receipt_may_say_who_has_seen_it_and_when() -> None:
    seen = {"by": "J. Marsh", "at": "2026-03-01T13:00:00+01:00"}

    (receipt,) = read_receipts({"receipts": [{"number": 12, "digest": DIGEST, "seen": seen}]})

    assert receipt.seen == Seen("J. Marsh", datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        (None, ["/receipts"]),
        ([], ["/receipts"]),
        ({}, ["/receipts"]),
        ({"receipts": {"number": 1}}, ["/receipts"]),
        ({"receipts": [1]}, ["/receipts/0/number", "/receipts/0/digest"]),
        ({"receipts": [{"number": 0, "digest": DIGEST}]}, ["/receipts/0/number"]),
        ({"receipts": [{"number": True, "digest": DIGEST}]}, ["/receipts/0/number"]),
        ({"receipts": [{"number": 2**53, "digest": DIGEST}]}, ["/receipts/0/number"]),
        ({"receipts": [{"number": 1, "digest": DIGEST}, {"number": 2, "digest": "A" * 64}]}, ["/receipts/1/digest"]),
        ({"receipts": [{"number": 1, "digest": DIGEST + "\n"}]}, ["/receipts/0/digest"]),
        (seen_as("J. Marsh"), ["/receipts/0/seen/by", "/receipts/0/seen/at"]),
        (seen_as({"by": "J. Marsh", "at": "2026-03-01T12:00:00"}), ["/receipts/0/seen/at"]),
        (seen_as({"by": "J. Marsh", "at": "2026-02-30T12:00:00Z"}), ["/receipts/0/seen/at"]),
        (seen_as({"by": "J. Marsh", "at": "0001-01-01T00:00:00+01:00"}), ["/receipts/0/seen/at"]),
        (seen_as({"by": " ", "at": "2026-03-01T12:00:00Z"}), ["/receipts/0/seen/by"]),
        (seen_as({"by": "J\x00", "at": "2026-03-01T12:00:00Z"}), ["/receipts/0/seen/by"]),
        (seen_as({"by": "J" * 201, "at": "2026-03-01T12:00:00Z"}), ["/receipts/0/seen/by"]),
    ],
)
def test_what_are_no_receipts_is_refused_place_by_place(document: Json, paths: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        read_receipts(document)
    assert caught.value.reason is Reason.INVALID_BODY
    assert [fault.path for fault in caught.value.faults] == paths


def test_there_is_a_limit_to_how_many_come_at_once() -> None:
    with pytest.raises(Rejected) as caught:
        read_receipts({"receipts": [{"number": 1, "digest": DIGEST}] * (LIMIT + 1)})
    assert caught.value.reason is Reason.TOO_LARGE
