"""Rules of an offender record. The days of addresses are kept as received: old records hold them crossed."""

from collections.abc import Iterator, Mapping

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.rules.relations import days_in_order, listed_once
from hub.spec.validation import Rule


def sentence_periods(body: Json) -> Iterator[Fault]:
    """A sentence does not end before it starts."""
    for index, sentence in enumerate(body.get("sentences") or ()):
        period = sentence.get("period") or {}
        yield from days_in_order(period, "start", "end", f"/sentences/{index}/period", "sentence-periods")


def officers_in_order(body: Json) -> Iterator[Fault]:
    """A responsibility does not end before it begins."""
    for index, officer in enumerate(body.get("responsibleOfficers") or ()):
        yield from days_in_order(officer, "from", "to", f"/responsibleOfficers/{index}", "officers-in-order")


def key_dates_once(body: Json) -> Iterator[Fault]:
    """There is one key date of each kind."""
    return listed_once(body.get("keyDates") or (), ("type",), "/keyDates", "key-dates-once")


RULES: Mapping[str, Rule] = {
    "sentence-periods": sentence_periods,
    "officers-in-order": officers_in_order,
    "key-dates-once": key_dates_once,
}
