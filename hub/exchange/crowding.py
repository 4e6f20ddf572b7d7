"""Which identifiers come to be held by too many to identify anybody, and which are so no more, through a batch."""

from collections import Counter

from hub.exchange.case import Case


def crowding(case: Case) -> tuple[dict[str, int], set[str]]:
    """Claim digests whose holders change: those crowded now, with how many hold them, and those that no longer are."""
    change: Counter[str] = Counter()
    for key, row in case.locals.items():
        before = case.before.get(key)
        if before is None or before.claims != row.claims:
            change.update(claim.digest for claim in row.claims)
            change.subtract(claim.digest for claim in (before.claims if before else ()))
    changed = {digest for digest, by in change.items() if by}
    loaded = Counter(claim.digest for row in case.locals.values() for claim in row.claims if claim.digest in changed)
    now = {each: case.crowded[each] + change[each] if each in case.crowded else loaded[each] for each in changed}
    crowded = {each: holders for each, holders in now.items() if holders > case.most_holders}
    return crowded, {each for each in changed - crowded.keys() if now[each] - change[each] > case.most_holders}
