"""What several rules ask: are two days in order, is a thing listed once."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.domain.canonical import Json
from hub.domain.errors import Fault


def days_in_order(span: Json, first: str, last: str, path: str, rule: str) -> Iterator[Fault]:
    """The day `last` is not before the day `first`, where both are said. Days as YYYY-MM-DD."""
    earlier, later = span.get(first), span.get(last)
    if earlier is not None and later is not None and later < earlier:
        yield Fault(f"{path}/{last}", rule, f"must not lie before {first}")


def times_in_order(span: Json, first: str, last: str, path: str, rule: str) -> Iterator[Fault]:
    """The moment `last` is not before the moment `first`, where both are said. Times as in RFC 3339."""
    earlier, later = span.get(first), span.get(last)
    if earlier is not None and later is not None and moment(later) < moment(earlier):
        yield Fault(f"{path}/{last}", rule, f"must not lie before {first}")


def listed_once(items: Sequence[Json], names: tuple[str, ...], path: str, rule: str) -> Iterator[Fault]:
    """No two items are the same in the properties named."""
    keys = [tuple([item.get(name) for name in names]) for item in items]
    if len(set(keys)) == len(keys):
        return
    seen: set[tuple[Json, ...]] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield Fault(f"{path}/{index}", rule, f"is listed before with the same {' and '.join(names)}")
        seen.add(key)


def moment(time: str) -> datetime:
    """A time with its offset, as in RFC 3339."""
    return datetime.fromisoformat(time)
