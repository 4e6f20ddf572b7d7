"""How fast a compiled lens maps a person of 3 KB, against the same mapping written by hand with the same checks."""

import time
from collections.abc import Callable
from pathlib import Path

from hub.domain.canonical import Json
from hub.spec.codes import load_code_lists
from hub.spec.lens.lens import Lens, load_lens
from hub.spec.registry import schemas_folder
from tests.bench.by_hand import ByHand
from tests.bench.table import Measure

_LEAST = 0.5


def both() -> tuple[Lens, ByHand]:
    """The two that are compared."""
    lists = load_code_lists(schemas_folder() / "codes")
    return load_lens(Path(__file__).parent / "person.toml", lists), ByHand(lists)


def person() -> Json:
    """A native person of some 3 KB."""
    return {
        "offenderId": 490001467,
        "surname": "Hollinworth",
        "firstName": "Dorian",
        "middleNames": ["Elias", "Tam"],
        "dateOfBirth": "1981-04-17",
        "gender": "Male",
        "partitionArea": "Northern data",
        "otherIds": {"crn": "X481516", "pncNumber": "2004/0712343H", "nomsNumber": "A2342BC"},
        "currentTier": "B2",
        "contactDetails": {"addresses": [_address(number) for number in range(4)]},
        "aliases": [
            {"id": 7000 + number, "firstName": "Dory", "surname": surname, "dateOfBirth": "1981-04-18"}
            for number, surname in enumerate(("Hollin", "Worth"))
        ],
        "profile": {
            "riskColour": "Amber",
            "nationality": "British",
            "religion": "None",
            "ethnicity": "White: British/English/Welsh/Scottish/Northern Irish",
            "languages": {"primary": "English", "interpreter": False},
            "disabilities": [_disability(code, number) for number, code in enumerate(("RM", "MI"))],
        },
    }


def _address(number: int) -> Json:
    return {
        "id": 100 + number,
        "noFixedAbode": False,
        "addressNumber": f"Flat {number}",
        "streetName": f"{number} Long Acre Rise, behind the old wool exchange",
        "district": "Harbour Side",
        "town": "Kelmouth",
        "county": "Northshire",
        "postcode": f"KM{number} 4QT",
        "telephoneNumber": f"07700 90012{number}",
        "from": f"201{number}-01-11",
        **({"to": f"201{number}-12-30"} if number else {}),
        "notes": "Access by the yard; the bell does not work. Ring the number given before any visit after six. " * 2,
        "status": {"code": "P" if number else "M", "description": "Previous" if number else "Main"},
    }


def _disability(code: str, number: int) -> Json:
    return {
        "disabilityId": 8800 + number,
        "type": {"code": code, "description": "as the system words it"},
        "notes": "Adjustments were agreed at the first appointment and are looked at every half year.",
        "startDate": f"2013-04-1{number}",
    }


def changed(body: Json) -> Json:
    """The body after what a release may bring: a move, a name, an item less."""
    first, second, *rest = body["addresses"]
    moved = {**first, "status": "previous", "to": "2024-01-05"}
    new = {"status": "main", "lines": ["9 New Row"], "town": "Kelmouth", "from": "2024-01-06"}
    return {
        **body,
        "religion": "Quaker",
        "addresses": [new, moved, {**second, "notes": "No longer in use."}, *rest[:-1]],
    }


def measures() -> list[Measure]:
    """Reading, writing anew, and writing onto what is there."""
    lens, by_hand = both()
    native = person()
    body = lens.read(native).body
    release = changed(body)
    return [
        _measure("reading", lambda: by_hand.read(native), lambda: lens.read(native)),
        _measure("writing anew", lambda: by_hand.write(body), lambda: lens.write(body)),
        _measure(
            "writing a change onto it", lambda: by_hand.write(release, native), lambda: lens.write(release, native)
        ),
        _measure("writing back the same", lambda: by_hand.write(body, native), lambda: lens.write(body, native)),
    ]


def _measure(what: str, one: Callable[[], object], other: Callable[[], object]) -> Measure:
    hand, compiled = _seconds(one, other)
    return Measure(
        f"mapping a 3 KB person, {what}: lens / by hand",
        hand / compiled,
        f"at least {_LEAST}",
        met=hand / compiled >= _LEAST,
        detail=f"{compiled * 1e6:.0f} us against {hand * 1e6:.0f} us",
    )


def _seconds(*works: Callable[[], object]) -> list[float]:
    """The best of twenty rounds of each, a time, in processor seconds; in turns, so that both meet the same machine."""
    best = [float("inf")] * len(works)
    for _ in range(20):
        for number, work in enumerate(works):
            start = time.process_time()
            for _ in range(300):
                work()
            best[number] = min(best[number], (time.process_time() - start) / 300)
    return best
