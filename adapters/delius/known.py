"""What the adapter knows of one case, from all parts that came: the records to say, worked out anew each time.

Parts of `offender/<crn>`, each with `at`, when the source recorded it:

    search, case                native objects: an offender of the search, the details of a case
    identifiers                 numbers that an event told
    entry/<reference>/<source>  one entry of a register, as one kind of payload tells it
    mappa/<reference>/<source>  the same of the register of MAPPA
    block/search, block/case    MAPPA as it stands within these; without a body: there is none
    deleted/<reference>         an entry that was deleted
    end/<code>/<at>             an entry of this register has ended; which one was not said
    flags                       registers named without number and days
    removed                     the case is deleted, or merged into another
    merged                      cases that were merged into this one
    into                        the one that this case was merged into, also when it is deleted or back since
    unmerged                    that such a merge of this case was undone
    said                        no part: of when what was said last is
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from adapters.client.native import Parts
from adapters.delius.registers import Held, entries, flags, mappa, own_mappa
from adapters.delius.tables import Tables
from hub.domain.canonical import Json

SEARCH, CASE = "search", "case"
_TABLES = {SEARCH: "offender", CASE: "case"}


class Name(NamedTuple):
    """A record of a case. reference: "" for the offender."""

    record_type: str
    reference: str


OFFENDER = Name("offender", "")


def about(crn: str) -> str:
    """What the parts of a case are kept under."""
    return f"offender/{crn}"


def records(crn: str, parts: Parts, tables: Tables) -> dict[Name, Json]:
    """Every record to be said of a case, with its body; none of one that is deleted or merged into another.

    Where both cases of a merge have MAPPA, which is one a person, that of the removed one stands until the
    survivor's is told anew: a level is not lost by a merge.
    """
    held = parts.all(about(crn))
    if removed := held.get("removed"):
        body = _not_yet_merged(held, removed, parts)
        return {} if body is None else {_named(body): body}
    said = {} if (body := offender(held, tables)) is None else {OFFENDER: body}
    family = list(_family(crn, parts))
    found = entries(family)
    joint = mappa(family)
    for each in (*found.values(), *flags(family, found.values()).values(), *([] if joint is None else [joint])):
        said[_named(each)] = each
    return said


def related(crns: Iterable[str], parts: Parts) -> list[str]:
    """These cases and every one that a merge ties to them."""
    found: dict[str, None] = {}
    waiting = list(crns)
    while waiting:
        if (crn := waiting.pop(0)) not in found:
            found[crn] = None
            into = parts.get(about(crn), "into")
            waiting += [*_merged(crn, parts), *([into["crn"]] if into else [])]
    return list(found)


def newest(crn: str, parts: Parts) -> str:
    """Of when the newest part of a case is, or what was said of it; "" when there is neither."""
    return max((part["at"] for part in parts.all(about(crn)).values() if part), default="")


def offender(held: Held, tables: Tables) -> Json:
    """The offender from all parts that speak of it; None when none says more than numbers."""
    told = sorted((part["at"], name) for name in _TABLES if (part := held.get(name)))
    if not told:
        return None
    whole: dict[str, Json] = {}
    for _, name in told:
        _add(whole, tables.lenses[_TABLES[name]].read(held[name]["native"]).body, main_only=name == CASE)
    numbers = [
        *(held.get("identifiers") or {"body": []})["body"],
        *({"scheme": "merged-crn", "value": crn} for crn in (held.get("merged") or {"crns": []})["crns"]),
    ]
    if numbers:
        whole["identifiers"] = _joined(whole.get("identifiers"), numbers)
    return whole


def _add(whole: dict[str, Json], body: Mapping[str, Json], *, main_only: bool) -> None:
    """The later telling, property by property. Numbers are joined; a main address alone replaces just the main one."""
    for name, value in body.items():
        before = whole.get(name)
        if name == "identifiers":
            whole[name] = _joined(before, value)
        elif name == "addresses" and main_only:
            whole[name] = [*(each for each in before or () if each.get("status") != "main"), *(value or ())]
        else:
            whole[name] = value


def _joined(one: Json, other: Json) -> list[Json]:
    joined = list(one or ())
    joined += (each for each in other or () if each not in joined)
    return joined


def _family(crn: str, parts: Parts) -> Iterator[Held]:
    """The parts of a case, then of those merged into it, however indirectly."""
    found: dict[str, None] = {}
    waiting = [crn]
    while waiting:
        if (each := waiting.pop(0)) not in found:
            found[each] = None
            waiting += _merged(each, parts)
    return (parts.all(about(each)) for each in found)


def _merged(crn: str, parts: Parts) -> list[str]:
    merged: list[str] = (parts.get(about(crn), "merged") or {"crns": []})["crns"]
    return merged


def _not_yet_merged(held: Held, removed: Json, parts: Parts) -> Json:
    survivor = own_mappa(parts.all(about(removed["into"]))) if removed["into"] else None
    own = own_mappa(held)
    return own.body if own and survivor and survivor.at <= removed["at"] else None


def _named(body: Json) -> Name:
    return Name("registration", body["reference"])
