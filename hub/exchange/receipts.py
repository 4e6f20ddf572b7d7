"""Receipts: an agency's word that it applied delivery N with digest D; it settles that record's earlier deliveries."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.seen import Seen, seen_faults, seen_of
from hub.ports import RecordId
from hub.store.receipts import Applied, Delivered, ReceiptStore
from hub.store.sightings import Sighting

LIMIT = 1_000
"""Receipts taken at once."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HIGHEST = 2**53 - 1


class Receipt(NamedTuple):
    """number: of the delivery. digest: what the agency computed from what it now holds, 64 hex digits.

    seen: who has seen it, where the agency says so; it may come later, with the same receipt again.
    """

    number: int
    digest: str
    seen: Seen | None = None


class Settlement(StrEnum):
    """What became of a receipt."""

    SETTLED = "settled"
    DIVERGING = "diverging"
    """Noted, but the agency's digest is not the delivered one: it holds something else, and is waited for as before."""
    UNKNOWN_DELIVERY = "unknown-delivery"
    """The agency was never given this number, or so long ago that it is forgotten."""


def read_receipts(document: Json) -> list[Receipt]:
    """Receipts from `{"receipts": [{"number": 12, "digest": "...", "seen": {"by": "...", "at": "..."}}]}`.

    Raises:
        Rejected: `invalid-body` with the faults; `too-large` beyond `LIMIT`.
    """
    items = document.get("receipts") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise _invalid((Fault("/receipts", "required", "a list of receipts"),))
    if len(items) > LIMIT:
        raise Rejected(Reason.TOO_LARGE, f"at most {LIMIT} receipts at once")
    faults = tuple(fault for index, item in enumerate(items) for fault in _faults(index, item))
    if faults:
        raise _invalid(faults)
    return [Receipt(item["number"], item["digest"], seen_of(item.get("seen"))) for item in items]


async def settle(store: ReceiptStore, agency: str, receipts: Sequence[Receipt], now: datetime) -> list[Settlement]:
    """Note receipts; one settlement for each, in their order.

    Raises:
        Unavailable, Halt: what was noted of them is unknown; sending them again is right.
    """
    settlements: list[Settlement] = []
    for start in range(0, len(receipts), LIMIT):
        settlements += await _settle_some(store, agency, receipts[start : start + LIMIT], now)
    return settlements


async def _settle_some(
    store: ReceiptStore, agency: str, receipts: Sequence[Receipt], now: datetime
) -> list[Settlement]:
    delivered = await store.delivered(agency, {receipt.number for receipt in receipts})
    last: dict[RecordId, Applied] = {}
    for receipt in sorted(receipts, key=lambda each: each.number):
        if receipt.number in delivered:
            given = delivered[receipt.number]
            agrees = receipt.digest == given.digest
            last[given.record] = Applied(receipt.number, given.record, receipt.digest, agrees=agrees)
    seen = [
        Sighting(each.number, delivered[each.number].record, each.seen.by, min(each.seen.at, now))
        for each in receipts
        if each.seen is not None and each.number in delivered
    ]
    await store.apply(agency, [last[record] for record in sorted(last)], now, seen)
    return [_settlement(delivered.get(receipt.number), receipt) for receipt in receipts]


def _settlement(delivered: Delivered | None, receipt: Receipt) -> Settlement:
    if delivered is None:
        return Settlement.UNKNOWN_DELIVERY
    return Settlement.SETTLED if delivered.digest == receipt.digest else Settlement.DIVERGING


def is_number(value: Json) -> bool:
    """Whether this is a number that a delivery may have."""
    return type(value) is int and 0 < value <= _HIGHEST


def _faults(index: int, item: Json) -> Iterator[Fault]:
    given = item if isinstance(item, dict) else {}
    number, digest = given.get("number"), given.get("digest")
    if not is_number(number):
        yield Fault(f"/receipts/{index}/number", "delivery-number", "the number of a delivery, from 1")
    if not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
        yield Fault(f"/receipts/{index}/digest", "digest", "64 lower-case hex digits")
    if given.get("seen") is not None:
        yield from seen_faults(f"/receipts/{index}/seen", given["seen"])


def _invalid(faults: tuple[Fault, ...]) -> Rejected:
    return Rejected(Reason.INVALID_BODY, "these are no receipts", faults[:20])
