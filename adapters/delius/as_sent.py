"""Where a place of an object that was prepared for its table stands in the one that was sent."""

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.delius.prepared import FROM_CODE, is_nobody, manager_of, named_in, pool_of, previous_surnames
from hub.domain.canonical import Json
from hub.spec.lens.reading import Reading

_MADE_AREA = re.compile(r"/probationArea(?=/|$).*")


def offender_as_sent(reading: Reading, sent: Mapping[str, Json]) -> Reading:
    """A reading of an offender, with what is wrong with it standing where it was sent."""
    faults = (replace(each, path=offender_place(each.path, sent)) for each in reading.faults)
    homeless = (each for each in reading.homeless if "probationArea" in sent or not _MADE_AREA.match(each.path))
    return replace(reading, faults=tuple(dict.fromkeys(faults)), homeless=tuple(homeless))


def offender_place(at: str, sent: Mapping[str, Json]) -> str:
    """Where a place of a prepared offender stands in the one that was sent."""
    match at.split("/")[1:]:
        case ["probationArea", *_] if "probationArea" not in sent:
            return f"/offenderManagers/{_responsible(sent)}{at}"
        case ["previousSurnames", index] if int(index) == len(previous_surnames(sent)):
            return "/previousSurname"
        case ["offenderManagers", index, "staff", ("surname" | "forenames") as name]:
            manager = sent["offenderManagers"][int(index)]
            pool = pool_of(manager) if is_nobody(manager) else None
            return f"/offenderManagers/{index}/{pool[0] if pool else f'{named_in(manager)}/{name}'}"
        case _:
            return at


def _responsible(sent: Mapping[str, Json]) -> int | str:
    """Which of the managers is responsible now; `-` where none is."""
    managers = enumerate(sent["offenderManagers"]) if isinstance(sent.get("offenderManagers"), list) else ()
    now = (index for index, each in managers if isinstance(each, dict) and manager_of(each)["active"] is True)
    return next(now, "-")


def entry_as_sent(reading: Reading, native: Mapping[str, Json], code_at: str) -> Reading:
    """A reading of an entry, with what was filled in from its code standing at the code. native: as it was sent."""
    made = {f"/{name}" for name in FROM_CODE if name not in native}
    faults = (replace(each, path=entry_place(each.path, native, code_at)) for each in reading.faults)
    unlisted = (replace(each, path=entry_place(each.path, native, code_at)) for each in reading.unlisted)
    homeless = (each for each in reading.homeless if each.path not in made)
    return replace(reading, faults=tuple(dict.fromkeys(faults)), unlisted=tuple(unlisted), homeless=tuple(homeless))


def entry_place(at: str, native: Mapping[str, Json], code_at: str) -> str:
    """Where a place of a prepared entry stands in the one that was sent."""
    return code_at if at[1:] in FROM_CODE and at[1:] not in native else at
