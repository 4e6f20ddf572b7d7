"""A message that only announces is waited for, not refused; its own event type counts."""

import json

import pytest

from adapters.client.running.parts import PartsInMemory
from adapters.oasys import Oasys
from tests.builders.oasys import CRN, payload

INNER = {
    "eventType": "risk.flag.tier.change",
    "detailUrl": f"https://oasys.example/eor/oasys/ass/tierriskflag/{CRN}/ALLOW",
    "personReference": {"identifiers": [{"type": "CRN", "value": CRN}]},
}


@pytest.mark.parametrize(
    ("stated", "noticed"), [("risk.flag.tier.change", 0), ("risk-assessment.scores.determined", 1)]
)
def test_a_wrapped_announcement_waits_for_what_must_be_fetched(system: Oasys, stated: str, noticed: int) -> None:
    wrapped = {
        "Type": "Notification",
        "Message": json.dumps(INNER),
        "MessageAttributes": {"eventType": {"Type": "String", "Value": stated}},
    }
    taken = system.take(payload(wrapped), PartsInMemory())

    assert (taken.said, taken.refused) == ((), ())
    assert taken.waiting == "what is announced is to be fetched where the message says"
    assert [each.path for each in taken.notices] == ["/MessageAttributes/eventType/Value"] * noticed


def test_so_does_one_that_is_not_wrapped(system: Oasys) -> None:
    assert system.take(payload(INNER), PartsInMemory()).waiting is not None
