"""What the prison service enters about a person, in the form of its own systems, in the order it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.assessments import Assessed, assessment_document
from adapters.sandbox.caseload.changes import Change, day, office_hours, some_time_after
from adapters.sandbox.caseload.dirt import corrected, seen
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.prison_documents import (
    OUTSIDE,
    Place,
    Stay,
    alert_document,
    movement_document,
    offender_document,
)
from adapters.sandbox.caseload.probation import oasys_number
from adapters.sandbox.caseload.words import Words

AGENCY = "prison"

_SENTENCED = ("I", "I", "L")
_UNSENTENCED = ("N", "V")
_RELEASES = ("CR", "AR", "HR", "PX")


def prison_life(person: Person, number: str, rng: Random, words: Words, until: datetime) -> list[Change]:
    """Everything the service enters about a person from reception on, by the time it is entered."""
    received = office_hours(until - timedelta(days=rng.randint(20, 300)), rng.randrange(600))
    stay = Stay(
        person,
        number,
        seen(person, rng, words),
        1_200_000 + person.number,
        received,
        rng.choice(words.prisons),
        received,
        rng.random() < 0.7,
    )
    found = [*_stay(stay, rng, words, until), *_alerts(stay, rng, words, until), *_assessments(stay, rng, words, until)]
    return sorted((change for change in found if change.recorded < until), key=lambda change: change.recorded)


def _stay(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Reception; perhaps a day in court, a transfer, a correction, the release."""
    court, here = Place(None, None, rng.choice(words.towns)[0]), _inside(stay)
    yield _entered(stay, stay.received, rng)
    reason = rng.choice(_SENTENCED if stay.sentenced else _UNSENTENCED)
    yield _moved(stay, "ADM", reason, stay.received, (court, here))
    at = stay.received
    if rng.random() < 0.25:
        at = some_time_after(at, rng, until)
        yield _moved(stay, "CRT", "CRT", at, (here, court))
        yield _moved(stay, "CRT", "R", at + timedelta(hours=7), (court, here))
    if rng.random() < 0.15:
        at = some_time_after(at + timedelta(days=1), rng, until)
        elsewhere = [prison for prison in words.prisons if prison != stay.prison]
        moved = replace(stay, prison=rng.choice(elsewhere), since=at)
        yield _moved(stay, "TRN", "INT", at, (here, _inside(moved)))
        stay = moved
        yield _moved(stay, "ADM", "INT", at + timedelta(hours=4), (here, _inside(stay)))
        yield _entered(stay, at + timedelta(hours=4), rng)
    if stay.written.wrong and rng.random() < 0.6:
        at = some_time_after(at + timedelta(days=1), rng, until)
        stay = replace(stay, written=corrected(stay.written, stay.person))
        yield _entered(stay, at, rng)
    if rng.random() < 0.35:
        at, here = some_time_after(at + timedelta(days=1), rng, until), _inside(stay)
        yield _moved(stay, "REL", rng.choice(_RELEASES), at, (here, OUTSIDE))
        yield _entered(replace(stay, prison=None, since=at), at + timedelta(minutes=2), rng)


def _inside(stay: Stay) -> Place:
    code, name = stay.prison or (None, None)
    return Place(code, name)


def _entered(stay: Stay, at: datetime, rng: Random) -> Change:
    return Change(AGENCY, "nomis", stay.number, "offender", "", at, offender_document(stay, rng))


def _moved(stay: Stay, kind: str, reason: str, at: datetime, ends: tuple[Place, Place]) -> Change:
    document = movement_document(stay, kind, reason, at, ends)
    reference = f"{stay.booking}/{document[0]['movementDateTime']}"
    return Change(AGENCY, "nomis", stay.number, "movement", reference, at + timedelta(minutes=1), document)


def _alerts(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    for sequence in range(1, rng.choice((0, 0, 1, 1, 2)) + 1):
        at = some_time_after(stay.received, rng, until)
        document = alert_document(stay, sequence, at, rng, words)
        reference = f"{stay.booking}-{sequence}"
        entered = Change(AGENCY, "nomis", stay.number, "registration", reference, at, document)
        yield entered
        later = some_time_after(at, rng, until)
        if rng.random() < 0.25:
            ended = {"dateExpires": day(later), "expired": True, "active": False, "comment": words.notes[-1]}
            yield replace(entered, recorded=later, document=[{**document[0], **ended}])


def _assessments(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Of those whom probation knows too, some have an assessment that probation began and prison completes."""
    if rng.random() >= 0.2:
        return
    begun = some_time_after(stay.received, rng, until)
    completed = begun + timedelta(days=rng.randint(3, 20))
    joint = stay.person.crn is not None and rng.random() < 0.5
    number = oasys_number(stay.person) if joint else str(int(oasys_number(stay.person)) + 1)
    assessor = f"{rng.choice(words.surnames)}, {words.female[0]}"
    assessed = Assessed(None, stay.number, number, assessor, begun, completed)
    document = assessment_document(stay.person, assessed, rng, words)
    yield Change(AGENCY, "oasys", stay.number, "assessment", number, completed + timedelta(minutes=1), document)
