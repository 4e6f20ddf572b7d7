"""What a payload wraps is taken out, each native object with its place."""

import orjson
import pytest

from adapters.nomis.unwrapping import Wrapped, unwrapped
from hub.domain.canonical import Json
from hub.domain.errors import Fault

ONE, TWO = {"offenderNo": "A1"}, {"offenderNo": "A2"}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (ONE, [Wrapped("", ONE, alone=True)]),
        ([ONE, TWO], [Wrapped("/0", ONE, alone=False), Wrapped("/1", TWO, alone=False)]),
        ({"content": [ONE], "pageable": {}}, [Wrapped("/content/0", ONE, alone=False)]),
        ({"Message": orjson.dumps(ONE).decode()}, [Wrapped("/Message", ONE, alone=True)]),
        ({"Message": ONE}, [Wrapped("/Message", ONE, alone=True)]),
        (
            {"Message": orjson.dumps({"Message": orjson.dumps([ONE]).decode()}).decode()},
            [Wrapped("/Message/Message/0", ONE, alone=False)],
        ),
        ([], []),
    ],
)
def test_whatever_wraps_them_objects_come_out_with_their_places(document: Json, found: list[Wrapped]) -> None:
    assert list(unwrapped(document)) == found


def test_a_message_that_is_no_json_is_refused() -> None:
    (fault,) = unwrapped([{"Message": "{"}])
    assert isinstance(fault, Fault)
    assert (fault.path, fault.rule) == ("/0/Message", "json")


def test_nothing_is_unwrapped_without_end() -> None:
    document: Json = ONE
    for _ in range(50):
        document = [document]
    (fault,) = unwrapped(document)
    assert isinstance(fault, Fault)
    assert fault.rule == "depth"
