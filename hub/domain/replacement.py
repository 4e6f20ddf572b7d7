"""Whether a local id has come to mean somebody else: mistyped for another person's, or given out again. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from hub.domain.recognition import Features, contradict
from hub.domain.submission import Order


class Replaced(NamedTuple):
    """What stands now, and what was said before: the last description of whom the local id meant."""

    before: Order
    now: Order


def replaced(descriptions: Iterable[tuple[Order, Features]], settled: Order | None = None) -> Replaced | None:
    """Whether what stands of a local id contradicts, by name and by date of birth, what was said before.

    Names and dates of births may change one after the other: each description that does not contradict those before
    it adds to them. One that does is passed over, so that nothing is wrong any more once it is corrected.

    descriptions: all that was ever said, withdrawals left out; in any order. settled: the one that somebody has found
    right; what came before it counts no more.
    """
    ordered = sorted((each for each in descriptions if settled is None or each[0] >= settled), key=lambda each: each[0])
    meant, last = Features(), None
    for order, features in ordered:
        if not contradict(meant, features):
            meant, last = Features(meant.names | features.names, meant.dates | features.dates), order
    return Replaced(last, ordered[-1][0]) if last is not None and last != ordered[-1][0] else None
