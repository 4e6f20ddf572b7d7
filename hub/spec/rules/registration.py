"""Rules of a registration."""

from collections.abc import Iterator, Mapping

from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.rules.relations import days_in_order
from hub.spec.validation import Rule


def period_in_order(body: Json) -> Iterator[Fault]:
    """A registration is not reviewed and does not end before it starts."""
    yield from days_in_order(body["period"], "start", "review", "/period", "period-in-order")
    yield from days_in_order(body["period"], "start", "end", "/period", "period-in-order")


def mappa(body: Json) -> Iterator[Fault]:
    """Category and level belong to MAPPA and to nothing else: a potentially dangerous person is kept apart.

    The scheme is part of every key, so all assertions on one record have the same: relating to it is safe.
    """
    if (body["scheme"] == "mappa") != ("mappa" in body):
        yield Fault("/mappa", "mappa", "is required for scheme mappa and allowed for no other")


RULES: Mapping[str, Rule] = {"period-in-order": period_in_order, "mappa": mappa}
