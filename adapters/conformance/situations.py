"""What has hurt real hubs, one situation a function: it plays, and raises `Failed` when it goes wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from adapters.conformance.driver import Abilities
from adapters.conformance.people import CHANGED
from adapters.conformance.pretend import Failing
from adapters.conformance.stage import Failed, Stage, moment
from hub.domain.canonical import canonical

Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Situation:
    """name: a short sentence. applies: whether the tried side has anything to do with it."""

    name: str
    applies: Callable[[Abilities], bool]
    play: Play


def _takes(tried: Abilities) -> bool:
    return bool(tried.takes)


def _says(tried: Abilities) -> bool:
    return bool(tried.says)


def _both(tried: Abilities) -> bool:
    return bool(tried.says & tried.takes)


def _can(ability: str, record_type: str | None = None) -> Callable[[Abilities], bool]:
    return lambda tried: ability in tried.can and (record_type is None or record_type in tried.says)


async def released_twice(stage: Stage) -> None:
    """The same delivery comes twice: it is there once."""
    record = stage.told()
    delivered = stage.hub.release(record, stage.person())
    await stage.acknowledged(delivered)
    stage.hub.show(delivered, delivered)
    await stage.stay_quiet()
    await stage.shows(record)


async def released_in_the_wrong_order(stage: Stage) -> None:
    """An older delivery comes after a newer one: the newer one stays."""
    record, person = stage.told(), stage.person()
    earlier, later = (record.saying(changes) for changes in CHANGED[record.type])
    overtaken = stage.hub.release(earlier, person, shown=False)
    delivered = stage.hub.release(later, person)
    await stage.acknowledged(delivered)
    stage.hub.show(overtaken)
    await stage.stay_quiet()
    await stage.shows(later)


async def released_during_an_outage(stage: Stage) -> None:
    """The native system is away while releases come: afterwards it holds the last, and nothing was lost."""
    record, other, person = stage.told(), stage.told(), stage.person()
    earlier, later = (record.saying(changes) for changes in CHANGED[record.type])
    await stage.driver.go_away()
    stage.hub.release(earlier, person)
    last_of_other = stage.hub.release(other, stage.person())
    await stage.stay_quiet()
    delivered = stage.hub.release(later, person)
    await stage.stay_quiet()
    if delivered.number in stage.hub.receipts:
        raise Failed("a receipt came while the native system was away")
    await stage.driver.come_back()
    await stage.acknowledged(delivered)
    await stage.acknowledged(last_of_other)
    await stage.shows(later)
    await stage.shows(other)


async def withdrawn_by_the_hub(stage: Stage) -> None:
    """What is withdrawn, or is kept back by limited access, is no longer shown."""
    record, person = stage.told(), stage.person()
    await stage.acknowledged(stage.hub.release(record, person))
    delivered = stage.hub.withdraw(record, person)
    await stage.acknowledged(delivered)
    await stage.shows_nothing(record)


async def merged_and_parted_by_the_hub(stage: Stage) -> None:
    """Two persons turn out to be one, and then two again: each time the record stands where it belongs."""
    record, first, both = stage.told(), stage.person(), stage.person()
    other = stage.people.somebody()
    await stage.acknowledged(stage.hub.release(record, first))
    stage.hub.withdraw(record, first, moved_to=both)
    await stage.acknowledged(stage.hub.release(record, both))
    await stage.shows(record, record.local_id, other)
    stage.hub.withdraw(record, both, moved_to=first)
    await stage.acknowledged(stage.hub.release(record, first))
    await stage.shows(record)
    await stage.shows_nothing(replace(record, local_id=other))


async def released_with_an_unknown_code(stage: Stage) -> None:
    """A code no list names, of another system: it is held as it is, or parked; never turned into another."""
    record = stage.people.record("offender", stage.people.somebody()).saying({"sex": "elsewhere:ZZ"})
    delivered = stage.hub.release(record, stage.person())
    number, hub = delivered.number, stage.hub
    await stage.until("a receipt, or that it is parked", lambda: number in hub.receipts or number in hub.parked)
    if number in hub.parked:
        return
    if hub.receipts[number] != delivered.digest:
        raise Failed("the receipt has another digest than the release: the code was lost or turned into another")
    for body in await stage.driver.held(record.type, record.local_id):
        if body.get("sex") not in (None, "elsewhere:ZZ"):
            raise Failed("the code was turned into another")


async def risk_that_is_not_said(stage: Stage) -> None:
    """A cell of the risk summary that nobody filled is empty, never low."""
    record = stage.people.record("assessment", stage.people.somebody())
    await stage.acknowledged(stage.hub.release(record, stage.person()))
    await stage.shows(record)


async def long_text(stage: Stage) -> None:
    """30,000 characters of notes arrive as 30,000, or are parked: nothing is cut."""
    record = stage.people.record("registration", stage.people.somebody()).saying({"notes": "long " * 6_000 + "end"})
    delivered = stage.hub.release(record, stage.person())
    number, hub = delivered.number, stage.hub
    await stage.until("a receipt, or that it is parked", lambda: number in hub.receipts or number in hub.parked)
    if number not in hub.parked:
        await stage.acknowledged(delivered)
        await stage.shows(record)


async def two_quick_changes(stage: Stage) -> None:
    """Two changes within a second, whichever arrives first: the order they are given says which is the last."""
    record = stage.own()
    earlier, later = (record.saying(changes) for changes in CHANGED[record.type])
    at = stage.ago(minutes=5)
    await stage.driver.enter(earlier, at)
    await stage.driver.enter(later, at + timedelta(milliseconds=300))
    changed = next(iter(CHANGED[record.type][1].items()))

    def says_the_later(body: object) -> bool:
        return isinstance(body, dict) and canonical(body.get(changed[0])) == canonical(changed[1])

    await stage.said(record, lambda event: says_the_later(event.body))
    await stage.stay_quiet()
    if not says_the_later(stage.events(record)[-1].body):
        raise Failed("by time and sequence the earlier change is the last one")


async def answer_lost(stage: Stage) -> None:
    """The hub takes a submission, and its answer is lost: it is sent again with the same id, and is one."""
    record = stage.own()
    with stage.hub.fails(Failing.FORGETFUL):
        await stage.driver.enter(record, stage.ago(minutes=4))
        await stage.until("a second try", lambda: len(_arrived(stage, record.local_id)) > 1)
    await stage.stay_quiet()
    if len(set(_arrived(stage, record.local_id))) != 1:
        raise Failed("what was sent again had another id")


async def hub_away(stage: Stage) -> None:
    """The hub is away while the native system goes on: what it recorded arrives afterwards."""
    record = stage.own()
    with stage.hub.fails(Failing.AWAY):
        await stage.driver.enter(record, stage.ago(minutes=4))
        await stage.stay_quiet()
    await stage.said(record)


async def late_correction(stage: Stage) -> None:
    """What was recorded long ago and is sent only now says so: it must not look newer than what came between."""
    record, recorded = stage.own(), stage.ago(days=30)
    await stage.driver.enter(record, recorded)
    event = await stage.said(record)
    if abs(moment(event) - recorded) > timedelta(seconds=1):
        raise Failed("the submission's time is not when the native system recorded it")


async def withdrawn_by_the_system(stage: Stage) -> None:
    """What the native system deletes is withdrawn, not left standing."""
    record = stage.own()
    await stage.driver.enter(record, stage.ago(minutes=3))
    await stage.said(record)
    await stage.driver.withdraw(record, stage.ago(minutes=2))
    await stage.said(record, lambda event: event.withdrawn)


async def merged_by_the_system(stage: Stage) -> None:
    """Two persons of the native system become one: the removed number is withdrawn, the survivor says it."""
    survivor, removed = (stage.people.record("offender", stage.people.somebody()) for _ in range(2))
    await stage.driver.enter(survivor, stage.ago(minutes=6))
    await stage.driver.enter(removed, stage.ago(minutes=6))
    await stage.said(survivor)
    await stage.said(removed)
    await stage.driver.merge(survivor.local_id, removed.local_id, stage.ago(minutes=1))
    await stage.said(removed, lambda event: event.withdrawn)

    def says_it(body: object) -> bool:
        identifiers = body.get("identifiers") if isinstance(body, dict) else None
        return any(
            each["value"] == removed.local_id and each["scheme"].startswith("merged-") for each in identifiers or ()
        )

    await stage.said(survivor, lambda event: says_it(event.body))


async def unknown_code_of_the_system(stage: Stage) -> None:
    """A code of the native system that no list names is said raw; neither guessed nor dropped."""
    raw = f"{stage.tried.codes}:ZZ9"
    record = stage.people.record("offender", stage.people.somebody()).saying({"sex": raw})
    await stage.driver.enter(record, stage.ago(minutes=3))
    event = await stage.said(record)
    if event.body.get("sex") != raw:
        raise Failed("the submission does not say the code raw")


async def limited_access_of_the_system(stage: Stage) -> None:
    """A record that only some staff may open says so."""
    limits = {"limitedAccess": {"exclusion": False, "restriction": True}}
    record = stage.people.record("offender", stage.people.somebody()).saying(limits)
    await stage.driver.enter(record, stage.ago(minutes=3))
    event = await stage.said(record)
    if (event.body.get("limitedAccess") or {}).get("restriction") is not True:
        raise Failed("the submission does not say that access is limited")


async def no_echo(stage: Stage) -> None:
    """What the hub told the system and the system repeats is not said as its own."""
    shared = stage.tried.says & stage.tried.takes
    record = stage.people.record(stage.people.first_of(shared), stage.people.somebody())
    earlier, later = (record.saying(changes) for changes in CHANGED[record.type])
    await stage.driver.enter(earlier, stage.ago(minutes=3))
    await stage.said(record)
    await stage.acknowledged(stage.hub.release(later, stage.person()))
    before = len(stage.hub.taken)
    await stage.driver.enter(later, stage.ago(minutes=1))
    await stage.stay_quiet()
    name, value = next(iter(CHANGED[record.type][1].items()))
    if any(canonical(event.body.get(name)) == canonical(value) for event in stage.hub.taken[before:]):
        raise Failed(f"the value told at /{name} came back as the system's own")


def _arrived(stage: Stage, local_id: str) -> list[str]:
    return [event.id for event in stage.hub.arrivals if event.local_id == local_id]


def _risk_taken(tried: Abilities) -> bool:
    return "assessment" in tried.takes


SITUATIONS = (
    Situation("a release comes twice", _takes, released_twice),
    Situation("releases come in the wrong order", _takes, released_in_the_wrong_order),
    Situation(
        "releases during an outage of the system", lambda t: _takes(t) and "outage" in t.can, released_during_an_outage
    ),
    Situation("a release withdraws", _takes, withdrawn_by_the_hub),
    Situation("persons are merged, and the merge undone", _takes, merged_and_parted_by_the_hub),
    Situation(
        "a release with a code of another system", lambda t: "offender" in t.takes, released_with_an_unknown_code
    ),
    Situation("risk that nobody said is released", _risk_taken, risk_that_is_not_said),
    Situation("a long text is released", lambda t: "registration" in t.takes, long_text),
    Situation("two quick changes in the system", _says, two_quick_changes),
    Situation("an answer of the hub is lost", _says, answer_lost),
    Situation("the hub is away", _says, hub_away),
    Situation("a late correction", _says, late_correction),
    Situation("the system deletes", _can("withdraw"), withdrawn_by_the_system),
    Situation("the system merges two persons", _can("merge", "offender"), merged_by_the_system),
    Situation("the system uses a code no list names", _can("unlisted-codes", "offender"), unknown_code_of_the_system),
    Situation("the system limits access", _can("limited-access", "offender"), limited_access_of_the_system),
    Situation("the system repeats what it was told", _both, no_echo),
)
"""In the order of the table."""
