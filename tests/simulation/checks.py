"""What must hold when a history has come to rest."""

from base64 import b64decode
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import orjson

from adapters.client.fresh import fresh
from adapters.client.link import RecordName
from hub.domain.contract import Delivery
from hub.domain.convergence import State
from hub.domain.notices import NOTICE
from hub.domain.outcome import Accepted
from hub.domain.submission import Submission
from hub.exchange.resolve import Choice
from hub.ports import HeldId, OnRecord, RecordId, SubmissionId
from hub.release import Release, render
from tests.simulation.agencies import Agency, StreamAgency, delivery_of
from tests.simulation.histories import History
from tests.simulation.hub import Ground
from tests.simulation.overdue import open_reviews, wrong_by_now
from tests.simulation.tables import Tables


@dataclass(frozen=True, slots=True)
class Ending:
    """A history at rest."""

    ground: Ground
    agencies: Sequence[Agency]
    history: History
    accepted: Mapping[SubmissionId, Sequence[Submission]]
    """Id -> whatever was accepted under it: the same submission again and again."""
    refused: Set[SubmissionId]
    random: Random


async def broken(ending: Ending) -> str:
    """What does not hold, in words; empty when all does."""
    return (
        _taken(ending)
        or _refused(ending)
        or _held(ending)
        or _withheld(ending)
        or _receipts(ending)
        or wrong_by_now(ending.ground, ending.agencies)
        or _rebuilt(ending)
        or _kept_apart(ending.ground.tables)
        or _differing(ending.ground)
        or await _the_law(ending)
    )


def _taken(ending: Ending) -> str:
    """Every accepted submission is in, once, and nothing else is; every step of the history has an outcome."""
    stored = set(ending.ground.tables.assertions)
    if missing := set(ending.accepted) - stored:
        return f"accepted, but not in: {sorted(missing)}"
    if surplus := stored - set(ending.accepted):
        return f"in, but never accepted: {sorted(surplus)}"
    if two := {id_ for id_, each in ending.accepted.items() if any(_said(one) != _said(each[0]) for one in each)}:
        return f"accepted, with two bodies: {sorted(two)}"
    steps = ending.history.steps.items()
    sent = {SubmissionId(agency, step.event.id) for agency, each in steps for step in each}
    if forgotten := sent - set(ending.accepted) - ending.refused:
        return f"sent, and neither accepted nor refused: {sorted(forgotten)}"
    return ""


def _said(submission: Submission) -> tuple[object, ...]:
    """What makes a repeated id the same submission: all but when it was recorded."""
    return submission.record_type, submission.version, submission.withdrawn, submission.local_id, submission.body


def _refused(ending: Ending) -> str:
    """What was refused on a topic is a dead letter; nothing else is."""
    ground = ending.ground
    kept = set()
    for row in ground.tables.dead_letters.values():
        headers = orjson.loads(ground.seal.open(f"rejections:{row.agency}", row.headers))
        kept.add(SubmissionId(row.agency, b64decode(headers["ce_id"]).decode()))
    streams = {agency.name for agency in ending.agencies if isinstance(agency, StreamAgency)}
    due = {id_ for id_ in ending.refused if id_.agency in streams}
    return f"refused and not kept, or kept and not refused: {sorted(kept ^ due)}" if kept != due else ""


def releases(ground: Ground, agency: str) -> dict[RecordId, Release]:
    """What an agency is to hold now, by the shared records."""
    contract, tables = ground.contracts[agency], ground.tables
    rendered = {
        id_: render(contract, id_, row, tables.person(id_.person), ground.seal) for id_, row in tables.records.items()
    }
    return {id_: release for id_, release in rendered.items() if not release.withdrawn}


def _held(ending: Ending) -> str:
    """Every agency holds what is released to it: no more, no less, nothing else."""
    for agency in ending.agencies:
        holds = {tuple(record): (each.digest, each.local_ids) for record, each in agency.store.holds.items()}
        if wrong := _difference(_due(ending.ground, agency.name), holds):
            return f"{agency.name} {wrong}"
    return ""


def _due(ground: Ground, agency: str) -> dict[object, object]:
    """Record -> digest of its release to an agency, and that agency's own local ids of the person."""
    due: dict[object, object] = {}
    for id_, release in releases(ground, agency).items():
        own = [(key, sealed) for of, key, sealed in ground.tables.person(id_.person).locals if of == agency]
        local_ids = sorted(ground.seal.open(f"local:{key}", sealed).decode() for key, sealed in own)
        due[tuple(id_)] = release.digest, tuple(local_ids)
    return due


def _difference(due: Mapping[Any, object], holds: Mapping[Any, object]) -> str:
    if missing := due.keys() - holds.keys():
        return f"does not hold {sorted(map(str, missing))}"
    if surplus := holds.keys() - due.keys():
        return f"still holds {sorted(map(str, surplus))}"
    differing = sorted(str(record) for record in due if due[record] != holds[record])
    return f"holds something else of {differing}" if differing else ""


def _withheld(ending: Ending) -> str:
    """What limited access keeps back is counted, exactly."""
    ground = ending.ground
    due = set()
    for agency, contract in ground.contracts.items():
        for id_, row in ground.tables.records.items():
            if render(contract, id_, row, ground.tables.person(id_.person), ground.seal).withheld:
                due.add(HeldId(agency, id_))
    counted = ground.tables.withheld
    if due != counted:
        return f"withheld but not counted {sorted(due - counted)}, counted but not withheld {sorted(counted - due)}"
    return ""


def _receipts(ending: Ending) -> str:
    """Every release that stands was applied by its agency, and its receipt has come, where one is sent at all."""
    forgets = {agency.name: agency.forgets for agency in ending.agencies}
    for held, row in ending.ground.tables.held.items():
        if forgets[held.agency](RecordName(*held.record)):
            continue
        if not row.withdrawn and (row.applied_number, row.applied_digest) != (row.number, row.digest):
            return f"no receipt of {held}: number {row.number}, applied {row.applied_number}"
    return ""


def _rebuilt(ending: Ending) -> str:
    """Whoever reads a compacted topic from its start, from nothing, ends up with everything."""
    for agency in ending.agencies:
        if ending.ground.contracts[agency.name].delivery is not Delivery.STREAM:
            continue
        topic = ending.ground.broker.topic(f"hub.out.{agency.name}")
        topic.compact(ending.random)
        seen: dict[RecordName, int] = {}
        holds: dict[object, object] = {}
        for each in fresh([delivery_of(record) for record in topic.records], seen):
            holds.pop(tuple(each.record), None)
            if not each.withdrawn:
                holds[tuple(each.record)] = each.digest, each.local_ids
        if wrong := _difference(_due(ending.ground, agency.name), holds):
            return f"{agency.name}, rebuilt from its topic, {wrong}"
    return ""


def _kept_apart(tables: Tables) -> str:
    """Nobody is one person with somebody from whom an operator keeps them apart."""
    persons = _persons(tables)
    one = [each.pair for each in tables.verdicts.values() if each.apart and persons[each.one] == persons[each.other]]
    return f"kept apart, and one person: {one}" if one else ""


def _differing(ground: Ground) -> str:
    """Every record tells where agencies differ, without a ruling and by one, as all that is said and ruled has it."""
    differing = ground.differing()
    for record in ground.tables.records.values():
        if record.content is None or record.id.type == NOTICE:
            continue
        row = ground.tables.differing(record)
        if not row.standing:
            return f"shared, and said by nobody: {record.id}"
        found = differing.differences(row)
        due = [tuple(each.path for each in found if each.state is state) for state in (State.OPEN, State.RULED)]
        if due != [record.contested, record.ruled]:
            return (
                f"{record.id} is contested and ruled on at {record.contested, record.ruled}, and ought to be at {due}"
            )
    return ""


async def _the_law(ending: Ending) -> str:
    """The same submissions in any order, one by one, and the same decisions give the same persons, reviews, digests."""
    anew = replace(ending.ground, tables=Tables(), told=lambda _submission, _outcome: None)
    sharing = anew.sharing()
    orders = {id_: row.order for id_, row in ending.ground.tables.assertions.items()}
    submissions = [
        next(submission for submission in ending.accepted[id_] if submission.order == orders[id_])
        for id_ in sorted(ending.accepted)
    ]
    ending.random.shuffle(submissions)
    for submission in submissions:
        (outcome,) = await sharing.share([submission])
        if not isinstance(outcome, Accepted):
            return f"{submission.agency} {submission.id} was accepted, and is not in another order"
    await _decided_again(ending, anew)
    matching = anew.matching()
    while anew.tables.unmatched:
        await matching.step()
    watch = anew.risk_watch()
    while await watch.step():
        pass
    return _compared(ending.ground, anew)


async def _decided_again(ending: Ending, anew: Ground) -> None:
    verdicts = sorted(ending.ground.tables.verdicts.values())
    ending.random.shuffle(verdicts)
    resolving = anew.resolving()
    for each in verdicts:
        choice = Choice.KEEP_APART if each.apart else Choice.LINK
        await resolving.rule_pair(*each.pair, choice, "as both files say", "anna")
    rulings = sorted(ending.ground.tables.rulings.values(), key=lambda each: each.ruling.id)
    ending.random.shuffle(rulings)
    for ruled in rulings:
        await anew.recorder().record(OnRecord(ruled.rid, ruled.ruling))


def _compared(first: Ground, second: Ground) -> str:
    if _persons(first.tables) != _persons(second.tables):
        return "another order gives other persons"
    if set(first.tables.reviews.values()) != set(second.tables.reviews.values()):
        return "another order opens other reviews"
    if open_reviews(first) != open_reviews(second):
        return "another order opens other risk reviews"
    for agency in first.contracts:
        one, other = _digests(first, agency), _digests(second, agency)
        if wrong := _difference(one, other):
            return f"in another order, {agency} {wrong}"
    return ""


def _persons(tables: Tables) -> dict[str, frozenset[str]]:
    """Local key -> all local keys of the same person."""
    together: dict[str, set[str]] = {}
    for key, row in tables.locals.items():
        together.setdefault(row.person, set()).add(key)
    return {key: frozenset(together[row.person]) for key, row in tables.locals.items()}


def _digests(ground: Ground, agency: str) -> dict[object, str]:
    """What an agency is to hold, told by local ids and not by the hub's own ids of persons."""
    named = {row.person: min(_persons(ground.tables)[key]) for key, row in ground.tables.locals.items()}
    return {
        (named.get(id_.person, "nobody"), id_.type, id_.key): each.digest
        for id_, each in releases(ground, agency).items()
    }
