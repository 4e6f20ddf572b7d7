"""Parked deliveries: what an agency could not apply, as it says itself with its receipts.

Its native system refuses the release, or what the release says cannot be said there. The hub keeps it until a
receipt settles that record; see `retries` for what operators do about it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import orjson

from hub.clock import Clock
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.receipts import LIMIT, is_number
from hub.ports import RecordId, Seal
from hub.store.parked import ParkedRow, ParkedStore
from hub.store.receipts import Delivered, ReceiptStore

FAULTS = 20
"""Faults of one delivery."""
LONGEST_DETAIL = 500
"""Characters of one fault's sentence."""

_PATH = re.compile(r"(/[^/\x00-\x1f]*)*")
_LONGEST_PATH = 1_000
_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_RULE = 100
_ANY = re.compile(r"[^\x00]*")


class Parked(NamedTuple):
    """number: of the delivery. faults: why, as paths into the release's body and rules."""

    number: int
    faults: tuple[Fault, ...]


class Parking(StrEnum):
    """What became of what was said to be parked."""

    PARKED = "parked"
    SETTLED = "settled"
    """A receipt has come for this delivery, or for a later one of its record."""
    UNKNOWN_DELIVERY = "unknown-delivery"
    """The agency was never given this number, or so long ago that it is forgotten."""


def read_parked(document: Json) -> list[Parked]:
    """What is parked, from `{"receipts": [], "parked": [{"number": 12, "faults": [{"path", "rule", "detail"}]}]}`.

    Raises:
        Rejected: `invalid-body` with the faults; `too-large` beyond `hub.exchange.receipts.LIMIT`.
    """
    items = document.get("parked", []) if isinstance(document, dict) else []
    if not isinstance(items, list):
        raise _invalid((Fault("/parked", "type", "a list of deliveries"),))
    if len(items) > LIMIT:
        raise Rejected(Reason.TOO_LARGE, f"at most {LIMIT} parked deliveries at once")
    wrong = tuple(fault for index, item in enumerate(items) for fault in _wrong(f"/parked/{index}", item))
    if wrong:
        raise _invalid(wrong)
    return [Parked(item["number"], tuple(_fault(each) for each in item["faults"])) for item in items]


class Parkings:
    """The use case. Every method raises `Unavailable` or `Halt`."""

    def __init__(self, store: ParkedStore, deliveries: ReceiptStore, seal: Seal, now: Clock) -> None:
        self._store = store
        self._deliveries = deliveries
        self._seal = seal
        self._now = now

    async def park(self, agency: str, parked: Sequence[Parked]) -> list[Parking]:
        """Keep what an agency could not apply; what became of each, in their order."""
        outcomes: list[Parking] = []
        for start in range(0, len(parked), LIMIT):
            outcomes += await self._park_some(agency, parked[start : start + LIMIT])
        return outcomes

    async def _park_some(self, agency: str, parked: Sequence[Parked]) -> list[Parking]:
        delivered = await self._deliveries.delivered(agency, {each.number for each in parked})
        known = [each for each in parked if each.number in delivered]
        rows = [self._row(agency, each, delivered[each.number].record) for each in known]
        settled = await self._store.keep(agency, rows) if rows else set()
        return [_parking(each.number, delivered, settled) for each in parked]

    def _row(self, agency: str, parked: Parked, record: RecordId) -> ParkedRow:
        # The sentences are the agency's: unlike what the hub itself says, they may repeat what they should not.
        faults = orjson.dumps([{"path": each.path, "rule": each.rule, "detail": each.detail} for each in parked.faults])
        return ParkedRow(agency, parked.number, record, self._now(), self._seal.seal(owner(record), faults))


def owner(record: RecordId) -> str:
    """Whose data key the faults of a parked record are sealed with."""
    return f"person:{record.person}"


def _parking(number: int, delivered: Mapping[int, Delivered], settled: Collection[int]) -> Parking:
    if number not in delivered:
        return Parking.UNKNOWN_DELIVERY
    return Parking.SETTLED if number in settled else Parking.PARKED


def _fault(given: Mapping[str, str]) -> Fault:
    return Fault(given["path"], given["rule"], given.get("detail", ""))


def _wrong(path: str, item: Json) -> Iterator[Fault]:
    given = item if isinstance(item, dict) else {}
    if not is_number(given.get("number")):
        yield Fault(f"{path}/number", "delivery-number", "the number of a delivery, from 1")
    faults = given.get("faults")
    if not isinstance(faults, list) or not 0 < len(faults) <= FAULTS:
        yield Fault(f"{path}/faults", "faults", f"from 1 to {FAULTS} faults")
        return
    for index, fault in enumerate(faults):
        yield from _wrong_fault(f"{path}/faults/{index}", fault)


def _wrong_fault(path: str, item: Json) -> Iterator[Fault]:
    given = item if isinstance(item, dict) else {}
    if not _is_text(given.get("path"), _PATH, _LONGEST_PATH):
        yield Fault(f"{path}/path", "json-pointer", "a JSON Pointer into the release's body")
    if not _is_text(given.get("rule"), _RULE, _LONGEST_RULE):
        yield Fault(f"{path}/rule", "rule", "the name of a rule: letters, digits, dots and hyphens")
    if not _is_text(given.get("detail", ""), _ANY, LONGEST_DETAIL):
        yield Fault(f"{path}/detail", "maxLength", f"a sentence of at most {LONGEST_DETAIL} characters")


def _is_text(value: Json, form: re.Pattern[str], longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and form.fullmatch(value) is not None


def _invalid(faults: tuple[Fault, ...]) -> Rejected:
    return Rejected(Reason.INVALID_BODY, "these are no parked deliveries", faults[:20])
