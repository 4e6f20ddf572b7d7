"""What is parked, as it is read: shape and faults. What becomes of it is tested over REST, on both databases."""

import pytest

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.parked import FAULTS, LONGEST_DETAIL, Parked, read_parked
from hub.exchange.receipts import LIMIT

FAULT = {"path": "/names/0/surname", "rule": "maxLength", "detail": "holds at most 35 characters"}


def parked(**changes: Json) -> dict[str, Json]:
    return {"receipts": [], "parked": [{"number": 12, "faults": [{**FAULT, **changes}]}]}


def test_what_is_parked_is_read_with_its_faults() -> None:
    assert read_parked(parked()) == [Parked(12, (Fault(**FAULT),))]


def test_the_sentence_may_be_left_out_and_the_whole_may_be_meant() -> None:
    document = {"parked": [{"number": 1, "faults": [{"path": "", "rule": "refused"}]}]}
    assert read_parked(document) == [Parked(1, (Fault("", "refused", ""),))]


@pytest.mark.parametrize("document", [None, [], {}, {"receipts": []}, {"parked": []}])
def test_where_nothing_is_said_nothing_is_parked(document: Json) -> None:
    assert read_parked(document) == []


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        ({"parked": {}}, ["/parked"]),
        ({"parked": None}, ["/parked"]),
        ({"parked": [7]}, ["/parked/0/number", "/parked/0/faults"]),
        ({"parked": [{"number": 0, "faults": [FAULT]}]}, ["/parked/0/number"]),
        ({"parked": [{"number": 1, "faults": []}]}, ["/parked/0/faults"]),
        ({"parked": [{"number": 1, "faults": [FAULT] * (FAULTS + 1)}]}, ["/parked/0/faults"]),
        ({"parked": [{"number": 1, "faults": ["/names"]}]}, ["/parked/0/faults/0/path", "/parked/0/faults/0/rule"]),
        (parked(path="names"), ["/parked/0/faults/0/path"]),
        (parked(path="/names\n"), ["/parked/0/faults/0/path"]),
        (parked(rule=""), ["/parked/0/faults/0/rule"]),
        (parked(rule="Rowan Quill"), ["/parked/0/faults/0/rule"]),
        (parked(rule="x" * 101), ["/parked/0/faults/0/rule"]),
        (parked(detail=None), ["/parked/0/faults/0/detail"]),
        (parked(detail="x" * (LONGEST_DETAIL + 1)), ["/parked/0/faults/0/detail"]),
    ],
)
def test_what_is_not_said_as_it_must_be_is_refused_place_by_place(document: Json, paths: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        read_parked(document)
    assert caught.value.reason is Reason.INVALID_BODY
    assert [fault.path for fault in caught.value.faults] == paths


def test_no_value_of_what_was_sent_is_repeated_in_the_refusal() -> None:
    with pytest.raises(Rejected) as caught:
        read_parked(parked(rule="Rowan Quill", path="Rowan Quill"))
    assert "Quill" not in f"{caught.value}{caught.value.faults}"


def test_there_is_a_limit_to_how_many_come_at_once() -> None:
    with pytest.raises(Rejected) as caught:
        read_parked({"parked": [{"number": 1, "faults": [FAULT]}] * (LIMIT + 1)})
    assert caught.value.reason is Reason.TOO_LARGE
