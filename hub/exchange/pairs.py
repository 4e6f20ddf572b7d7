"""How two local ids that belong together are asked for: by one name, made of their keys."""

from hub.domain.errors import Reason, Rejected
from hub.domain.joining import Pair, pair_of


def pair_id(kind: str, pair: Pair) -> str:
    """The name of a pair. kind: a letter, so that no command takes the name for an option."""
    return ".".join((kind, *pair))


def pair_named(kind: str, id_: str, otherwise: str) -> Pair:
    """The way back. Raises `Rejected` (`not-found`), with the sentence `otherwise`: it names no pair of that kind."""
    match id_.split("."):
        case [given, one, other] if given == kind and one and other:
            return pair_of(one, other)
        case _:
            raise Rejected(Reason.NOT_FOUND, otherwise)
