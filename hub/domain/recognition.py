"""Recognising the person: which local ids are one person. Pure.

A person is a set of local ids joined by links, computed anew from what the agencies now say and from what was
decided, so that a corrected typing error corrects the person. Links are applied by strength: those an operator
decided, those of an agency that merged two local ids of its own, verified identifiers in common, unverified ones
that name and date of birth bear out; links of one strength by the local keys; likelihood last of all. A doubtful link
is never made, nor one that would join a pair kept apart: it is put up for review, and each side stays a person of its
own.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

from hub.domain.joining import Joining, Likely, Pair, Verdict, pair_of
from hub.domain.likelihood.traits import folded
from hub.domain.likeness import join_likely

MOST_HOLDERS = 20
"""Local ids that may hold one identifier. With more it is crowded: a placeholder, say, that somebody typed to get on.

One person is known to a few dozen services at the most, and each has seldom more than one local id for them.
"""
MOST_COMPARED = 40
"""Local ids of one person that are held against each other, the first by their keys: work that is bounded."""


class Claim(NamedTuple):
    """A strong identifier an agency gives for a local id, as keyed digest. verified: its form is proven.

    Where the digest is a local key, the agency says that it merged that local id of its own into this one.
    """

    digest: str
    verified: bool


class Doubt(StrEnum):
    """Why two local ids with an identifier in common are not simply one person."""

    CONTRADICTED = "contradicted"
    """A verified identifier in common, but both name and date of birth differ; also where others make them one."""
    UNCORROBORATED = "uncorroborated"
    """An unverified identifier in common, and name and date of birth do not both agree."""
    JOINED_BY_OTHERS = "joined-by-others"
    """Both name and date of birth differ and nothing says of these two that they are one; but others make them one."""
    KEPT_APART = "kept-apart"
    """They would be one person, were it not that this joined two others who are kept apart."""
    LIKELY = "likely"
    """No identifier says so, but they are more likely one person than two."""
    REPLACED = "replaced"
    """One local id, not two: it is described as somebody else than before, by name and by date of birth."""


BY_LIKELIHOOD = frozenset({Doubt.LIKELY, Doubt.REPLACED})
"""Doubts that come of comparing descriptions, not of identifiers."""


@dataclass(frozen=True, slots=True)
class Features:
    """What recognition compares: (surname, first forename) in every variant given, and dates of birth.

    Names are folded (`fold`); a part that is missing is an empty string. Dates are YYYY-MM-DD.
    """

    names: frozenset[tuple[str, str]] = frozenset()
    dates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A local id as recognition sees it. person: whose it is so far, None when it is new. agency: whose local id."""

    person: str | None
    claims: frozenset[Claim]
    features: Features
    agency: str = ""


class Doubtful(NamedTuple):
    """Two local ids, in order, that somebody must look at; or one of them, twice."""

    one: str
    other: str
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Recognised:
    """The persons after recognition.

    persons: local key -> person id. merged: removed person id -> survivor. split: new person id -> the person
    it came out of. doubts: pairs to review, among the local ids given.
    """

    persons: Mapping[str, str]
    merged: Mapping[str, str]
    split: Mapping[str, str]
    doubts: frozenset[Doubtful]


def fold(name: str | None) -> str:
    """A name for comparison: case, blanks, punctuation and accents, however written, do not count."""
    return folded(name or "")


def recognise(
    known: Mapping[str, Known],
    new_person: Callable[[], str],
    verdicts: Collection[Verdict] = (),
    likely: Collection[Likely] = (),
    crowded: Collection[str] = (),
    most_holders: int = MOST_HOLDERS,
) -> Recognised:
    """Join the local ids given into persons.

    known: every local id of every person that is touched, and every one that shares a claim with them; and everybody
    of whom something was decided together with one of these, or whom likelihood links, in however many steps.
    new_person: makes the id of a person not known before. verdicts, likely: all there are on those known.
    crowded: the digests of claims that more local ids hold than `most_holders`, where not all of these are known here.
    """
    apart = {each.pair for each in verdicts if each.apart}
    holders = _holders(known, crowded, most_holders)
    proven, borne_out, doubts = _by_identifiers(known, holders)
    decided = [each.pair for each in verdicts if not each.apart], _merged_by_agencies(known, holders)
    by_strength = [*decided, proven, borne_out]
    joining = Joining(known, apart)
    for link in [link for links in by_strength for link in sorted(links)]:
        if not joining.join(*link):
            doubts[link] = Doubt.KEPT_APART
    contradicted = {pair for pair, doubt in doubts.items() if doubt is Doubt.CONTRADICTED}
    join_likely(joining, likely, {key: entry.agency for key, entry in known.items()}, contradicted)
    joined_anyway = contradicted.difference(*decided)
    components = joining.components()
    persons = _assign(known, components, new_person)
    linked = {*contradicted, *chain(*decided), *(each.pair for each in likely if each.link)}
    doubts = {each.pair: Doubt.LIKELY for each in likely} | doubts
    open_ = {
        Doubtful(one, other, doubt)
        for (one, other), doubt in doubts.items()
        if (one, other) not in apart and (persons[one] != persons[other] or (one, other) in joined_anyway)
    }
    open_ |= {Doubtful(*pair, Doubt.JOINED_BY_OTHERS) for pair in _at_odds(known, components) - linked}
    open_ |= {Doubtful(*each.pair, Doubt.REPLACED) for each in likely if each.one == each.other}
    return Recognised(persons, _merged(known, persons), _split(known, persons), frozenset(open_))


_Holders: TypeAlias = Mapping[str, Mapping[str, bool]]
"""Digest -> the local keys that claim it, in order, and whether verified; crowded ones, which say nothing, left out."""


def _holders(known: Mapping[str, Known], crowded: Collection[str], most: int) -> _Holders:
    holders: dict[str, dict[str, bool]] = defaultdict(dict)
    for key in sorted(known):
        for claim in known[key].claims:
            holders[claim.digest][key] = claim.verified
    return {digest: held for digest, held in holders.items() if len(held) <= most and digest not in crowded}


def _by_identifiers(known: Mapping[str, Known], holders: _Holders) -> tuple[list[Pair], list[Pair], dict[Pair, Doubt]]:
    """Links by a verified identifier in common, by an unverified one that the rest bears out; and doubts."""
    proven: list[Pair] = []
    borne_out: list[Pair] = []
    doubts: dict[Pair, Doubt] = {}
    for one, other, verified in _pairs(holders):
        doubt = _doubt(known[one].features, known[other].features, verified=verified)
        if doubt is not None:
            doubts[one, other] = doubt
        else:
            (proven if verified else borne_out).append((one, other))
    return proven, borne_out, doubts


def _merged_by_agencies(known: Mapping[str, Known], holders: _Holders) -> list[Pair]:
    """Local ids of one agency that it says it merged."""
    return [
        pair_of(key, digest) for digest, held in holders.items() if digest in known for key in held if key != digest
    ]


def _pairs(holders: _Holders) -> Iterable[tuple[str, str, bool]]:
    """Pairs of local keys with a claim in common, each once; whether one is verified on both sides."""
    pairs: dict[tuple[str, str], bool] = {}
    for holding in holders.values():
        for one, other in combinations(holding, 2):
            both = holding[one] and holding[other]
            pairs[one, other] = pairs.get((one, other), False) or both
    return [(one, other, verified) for (one, other), verified in sorted(pairs.items())]


def _doubt(one: Features, other: Features, *, verified: bool) -> Doubt | None:
    if verified:
        return Doubt.CONTRADICTED if contradict(one, other) else None
    borne_out = names_agree(one.names, other.names) and dates_agree(one.dates, other.dates)
    return None if borne_out else Doubt.UNCORROBORATED


def _at_odds(known: Mapping[str, Known], components: Iterable[Sequence[str]]) -> set[Pair]:
    """Who contradict each other and are one person."""
    return {
        (one, other)
        for component in components
        for one, other in combinations(component[:MOST_COMPARED], 2)
        if contradict(known[one].features, known[other].features)
    }


def contradict(one: Features, other: Features) -> bool:
    """Whether both name and date of birth differ."""
    return names_agree(one.names, other.names) is False and dates_agree(one.dates, other.dates) is False


def dates_agree(one: frozenset[str], other: frozenset[str]) -> bool | None:
    """Whether some date of birth of each is the same; None when one has none."""
    return bool(one & other) if one and other else None


def names_agree(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> bool | None:
    """Whether some variant of each has the same surname and first forename; None when one has no name.

    A part missing on one side leaves the other part to decide.
    """
    if not one or not other:
        return None
    return bool((one & other) - {("", "")}) or _in_part(one, other) or _in_part(other, one)


def _in_part(short: frozenset[tuple[str, str]], whole: frozenset[tuple[str, str]]) -> bool:
    """Whether some variant that lacks a part has its other part in common with one. There may be too many to pair."""
    surnames, forenames = {surname for surname, _ in whole if surname}, {forename for _, forename in whole if forename}
    return any(
        (not forename and surname in surnames) or (not surname and forename in forenames) for surname, forename in short
    )


def _assign(known: Mapping[str, Known], components: list[list[str]], new_person: Callable[[], str]) -> dict[str, str]:
    """Give every component a person id: the oldest of those it may keep, else a new one.

    A person that falls apart leaves its id to the component of its first local key.
    """
    first_holder: dict[str, str] = {}
    for key in sorted(known):
        person = known[key].person
        if person is not None:
            first_holder.setdefault(person, key)
    persons: dict[str, str] = {}
    for component in components:
        members = set(component)
        kept = sorted(person for person, key in first_holder.items() if key in members)
        survivor = kept[0] if kept else new_person()
        persons.update(dict.fromkeys(component, survivor))
    return persons


def _merged(known: Mapping[str, Known], persons: Mapping[str, str]) -> dict[str, str]:
    alive = set(persons.values())
    removed: dict[str, str] = {}
    for key in sorted(known):
        person = known[key].person
        if person is not None and person not in alive:
            removed.setdefault(person, persons[key])
    return removed


def _split(known: Mapping[str, Known], persons: Mapping[str, str]) -> dict[str, str]:
    before = {entry.person for entry in known.values()}
    came_from: dict[str, str] = {}
    for key in sorted(known):
        person = known[key].person
        if person is not None and persons[key] not in before:
            came_from.setdefault(persons[key], person)
    return came_from
