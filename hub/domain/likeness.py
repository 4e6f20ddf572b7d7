"""Likelihood in recognition: it joins last of all, and never against anything that is known. Pure.

What an agency or an operator says goes first. A likely link is left out, for somebody to look at, where it would join

- two who are kept apart,
- two with a verified identifier in common whom name and date of birth tell apart,
- two local ids of one agency: it holds them for two people, and only somebody who looks may say otherwise,
- a local id that is described as somebody else than before: it may be mistyped for somebody else's.
"""

from collections.abc import Collection, Mapping

from hub.domain.joining import Joining, Likely, Pair


def join_likely(
    joining: Joining, likely: Collection[Likely], agencies: Mapping[str, str], contradicted: Collection[Pair]
) -> None:
    """Join whom likelihood links, the likeliest first, but for those left out.

    likely: all that is said of those who are joined. agencies: whose each local key is.
    """
    replaced = {each.one for each in likely if each.one == each.other}
    links = [each for each in likely if each.link and replaced.isdisjoint(each.pair)]
    for link in sorted(links, key=lambda each: (-each.weight, each.pair)):
        ones, others = joining.members(link.one), joining.members(link.other)
        if ones is not others and not _speaks_against(set(ones), set(others), agencies, contradicted):
            joining.join(*link.pair)


def _speaks_against(
    ones: set[str], others: set[str], agencies: Mapping[str, str], contradicted: Collection[Pair]
) -> bool:
    """Whether these cannot be one person unless somebody says so."""
    if not {agencies[key] for key in ones}.isdisjoint(agencies[key] for key in others):
        return True
    return any((a in ones and b in others) or (a in others and b in ones) for a, b in contradicted)
