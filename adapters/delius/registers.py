"""What a case stands on registers for, from all parts that came: entries by number, MAPPA, flags without number.

Parts are as `adapters.delius.known` says. An end that was told without a number is taken as the end of an entry only
where it can be that of no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from adapters.delius.tables import MAPP, MAPPA
from hub.domain.canonical import Json

Held = Mapping[str, Json]
"""The parts of one case, by name."""


class Telling(NamedTuple):
    """What was told, and when at the latest."""

    at: str
    body: Json


def entries(family: Sequence[Held]) -> dict[str, Json]:
    """Entries of registers by reference. family: the parts of a case, then those of the cases merged into it."""
    found: dict[str, Json] = {}
    for held in family:
        own = _numbered(held, "entry")
        for code, end in _ends(held):
            if len(fitting := standing(held, code, end)) == 1:
                own[fitting[0]] = _ended(own[fitting[0]], end)
        found = {reference: telling.body for reference, telling in own.items()} | found
    return found


def standing(held: Held, code: str, end: Telling) -> list[str]:
    """References of the entries of one register that an end may be of: told of and begun before it, and standing."""
    return [
        reference
        for reference, telling in _numbered(held, "entry").items()
        if telling.body["code"] == code
        and telling.at <= end.at
        and not has_ended(telling.body)
        and _start(telling) <= (end.body.get("end") or _start(telling))
    ]


def told_since(held: Held, code: str, end: Telling) -> bool:
    """Whether an entry of a register was told of after an end: that telling knew which one ended."""
    told = _numbered(held, "entry").values()
    return any(telling.body["code"] == code and telling.at > end.at for telling in told)


def mappa(family: Sequence[Held]) -> Json:
    """MAPPA of a case, of which there is one; else of a case merged into it; None when nobody tells of it."""
    return next((telling.body for held in family if (telling := own_mappa(held))), None)


def own_mappa(held: Held) -> Telling | None:
    """MAPPA as told of one case itself: what stands, else what stood."""
    over, blocks = _blocks(held)
    numbered = [telling for telling in _numbered(held, "mappa").values() if telling.at > over]
    stands = [telling for telling in numbered if not has_ended(telling.body)]
    if not blocks:
        stands = stands or numbered
    told = [*blocks, *sorted(stands, key=_start)[-1:]]
    if not told:
        return _by_flag(held)
    whole = Telling(max(telling.at for telling in told), {**MAPPA, "mappa": {}} | _whole(told))
    for code, end in _ends(held):
        if code == MAPP and end.at >= whole.at and not has_ended(whole.body):
            whole = _ended(whole, end)
    return whole


def flags(family: Sequence[Held], said: Iterable[Json]) -> dict[str, Json]:
    """Flags of registers of which no entry stands, by reference. said: the entries.

    Flags of a case merged into this one count until its own are told anew.
    """
    known = {MAPP, *(body["code"] for body in said if not has_ended(body))}
    own = (family[0].get("flags") or {"at": ""})["at"]
    found: dict[str, Json] = {}
    for held in family:
        if held is family[0] or own <= (held.get("removed") or {"at": ""})["at"]:
            found = {body["reference"]: body for body in _flagged(held) if body["code"] not in known} | found
    return found


def _flagged(held: Held) -> Iterator[Json]:
    """The flags of one case, ended where that was told since."""
    part = held.get("flags") or {"at": "", "bodies": []}
    ends = {code: end for code, end in _ends(held) if end.at >= part["at"]}
    for body in part["bodies"]:
        end = ends.get(body["code"])
        yield body if end is None else _ended(Telling(part["at"], body), end).body


def has_ended(body: Json) -> bool:
    """Whether an entry says that it stands no more."""
    return body["period"].get("end") is not None or body["period"].get("active") is False


def _numbered(held: Held, kind: str) -> dict[str, Telling]:
    """The whole of every entry of a kind by its number, but for those deleted since."""
    tellings: dict[str, list[Telling]] = defaultdict(list)
    for name, part in held.items():
        if name.startswith(f"{kind}/") and part:
            reference = name.removeprefix(f"{kind}/").rpartition("/")[0]
            deleted = held.get(f"deleted/{reference}")
            if not deleted or part["at"] > deleted["at"]:
                tellings[reference].append(Telling(part["at"], part["body"]))
    return {reference: Telling(max(each.at for each in told), _whole(told)) for reference, told in tellings.items()}


def _blocks(held: Held) -> tuple[str, list[Telling]]:
    """Since when there is no MAPPA ("" when that was never said), and what was told of it since, apart from entries."""
    parts = [part for name in ("block/search", "block/case") if (part := held.get(name))]
    over = max((part["at"] for part in parts if part["body"] is None), default="")
    return over, [Telling(part["at"], part["body"]) for part in parts if part["body"] is not None and part["at"] > over]


def _ends(held: Held) -> Iterator[tuple[str, Telling]]:
    """The register of every end told without a number, and the period it gives."""
    for name, part in sorted(held.items()):
        if name.startswith("end/") and part:
            yield name.removeprefix("end/").rpartition("/")[0], Telling(part["at"], part["period"])


def _ended(telling: Telling, end: Telling) -> Telling:
    return Telling(end.at, telling.body | {"period": telling.body["period"] | end.body})


def _whole(tellings: Iterable[Telling]) -> Json:
    """Later tellings over earlier ones, property by property; the days of the period one by one."""
    whole: dict[str, Json] = {"period": {}}
    for telling in sorted(tellings, key=lambda told: told.at):
        whole |= telling.body | {"period": whole["period"] | telling.body.get("period", {})}
    return whole


def _start(telling: Telling) -> str:
    return str(telling.body["period"].get("start") or "")


def _by_flag(held: Held) -> Telling | None:
    part = held.get("flags")
    if part and any(body["code"] == MAPP for body in part["bodies"]):
        return Telling(part["at"], {**MAPPA, "mappa": {}, "period": {"active": True}})
    return None
