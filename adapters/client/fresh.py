"""Which deliveries are news to an agency: repeated and overtaken ones are left out."""

from collections.abc import Iterable, Sequence

from adapters.client.link import Delivery, RecordName


def fresh(deliveries: Iterable[Delivery], seen: dict[RecordName, int]) -> list[Delivery]:
    """Those with a number beyond the last seen of their record; `seen` moves on.

    The withdrawal of a record that was never seen is no news.
    """
    news = []
    for each in deliveries:
        last = seen.get(each.record, 0)
        if each.number <= last:
            continue
        seen[each.record] = each.number
        if last or not each.withdrawn:
            news.append(each)
    return news


def last_of_each(deliveries: Iterable[Delivery]) -> Sequence[Delivery]:
    """The last delivery of every record, in the order of their numbers; its receipt settles the earlier ones."""
    last = {each.record: each for each in deliveries}
    return sorted(last.values(), key=lambda each: each.number)
