"""Receipts as they are read: shape and faults. What they settle is tested over REST, on both databases."""

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.exchange.receipts import LIMIT, Receipt, read_receipts

DIGEST = "a" * 64


def test_receipts_are_read() -> None:
    assert read_receipts({"receipts": [{"number": 12, "digest": DIGEST}]}) == [Receipt(12, DIGEST)]
    assert read_receipts({"receipts": []}) == []


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
