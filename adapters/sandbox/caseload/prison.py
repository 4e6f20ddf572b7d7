"""What the prison service enters about a person, in the shape of its own system, in the order it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload.assessments import Assessed, assessment_row, hand_over
from adapters.sandbox.caseload.changes import Change, day, office_hours, some_time_after
from adapters.sandbox.caseload.dirt import corrected, seen
from adapters.sandbox.caseload.people import Person
from adapters.sandbox.caseload.prison_rows import OUTSIDE, Place, Stay, alert_row, movement_row, offender_row
from adapters.sandbox.caseload.probation import AGENCY as PROBATION
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
        person.crn if rng.random() < 0.2 else None,
        f"{chr(ord('A') + person.number // 99_999 % 26)}{person.number % 99_999:05}",
        received,
        rng.choice(words.prisons),
        received,
        rng.random() < 0.7,
    )
    found = [*_stay(stay, rng, words, until), *_alerts(stay, rng, words, until), *_assessments(stay, rng, words, until)]
    return sorted((change for change in found if change.recorded < until), key=lambda change: change.recorded)


def _stay(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Reception; perhaps a day in court, a transfer, a correction, the release."""
    court, here = Place("CRT", None, rng.choice(words.courts)), _inside(stay)
    yield _entered(stay, stay.received, rng, words)
    reason = rng.choice(_SENTENCED if stay.sentenced else _UNSENTENCED)
    yield _moved(stay, 1, "ADM IN", reason, stay.received, (court, here))
    sequence, at = 1, stay.received
    if rng.random() < 0.25:
        at = some_time_after(at, rng, until)
        yield _moved(stay, sequence + 1, "CRT OUT", "CRT", at, (here, court))
        yield _moved(stay, sequence + 2, "CRT IN", "R", at + timedelta(hours=7), (court, here))
        sequence += 2
    if rng.random() < 0.15:
        at = some_time_after(at + timedelta(days=1), rng, until)
        stay = replace(stay, prison=rng.choice(words.prisons), since=at)
        yield _moved(stay, sequence + 1, "TRN OUT", "INT", at, (here, _inside(stay)))
        yield _moved(stay, sequence + 2, "TRN IN", "INT", at + timedelta(hours=4), (here, _inside(stay)))
        sequence += 2
        yield _entered(stay, at + timedelta(hours=4), rng, words)
    if stay.written.wrong and rng.random() < 0.6:
        at = some_time_after(at + timedelta(days=1), rng, until)
        stay = replace(stay, written=corrected(stay.written, stay.person))
        yield _entered(stay, at, rng, words)
    if rng.random() < 0.35:
        at, here = some_time_after(at + timedelta(days=1), rng, until), _inside(stay)
        stay = replace(stay, prison=None, since=at)
        yield _moved(stay, sequence + 1, "REL OUT", rng.choice(_RELEASES), at, (here, OUTSIDE))
        yield _entered(stay, at + timedelta(minutes=2), rng, words)


def _inside(stay: Stay) -> Place:
    code, name = stay.prison or (None, None)
    return Place("INST", code, name)


def _entered(stay: Stay, at: datetime, rng: Random, words: Words) -> Change:
    return Change(AGENCY, stay.number, "offender", "", at, offender_row(stay, rng, words))


def _moved(stay: Stay, sequence: int, kind: str, reason: str, at: datetime, ends: tuple[Place, Place]) -> Change:
    row = movement_row(stay.booking, sequence, kind, reason, at, ends)
    return Change(AGENCY, stay.number, "movement", f"{stay.booking}/{sequence}", at + timedelta(minutes=1), row)


def _alerts(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    for index in range(rng.choice((0, 0, 1, 1, 2))):
        at = some_time_after(stay.received, rng, until)
        reference = f"{stay.booking}-{index + 1}"
        row = alert_row(stay, reference, at, rng, words)
        yield Change(AGENCY, stay.number, "registration", reference, at, row)
        chance, later = rng.random(), some_time_after(at, rng, until)
        if chance < 0.25:
            closed = row | {"expiry_date": day(later), "comment_text": words.notes[-1]}
            yield Change(AGENCY, stay.number, "registration", reference, later, closed)
        elif chance < 0.28:
            yield Change(AGENCY, stay.number, "registration", reference, later, None)


def _assessments(stay: Stay, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Of those whom probation knows too, some have an assessment that probation began and prison completes."""
    if rng.random() >= 0.2:
        return
    begun = some_time_after(stay.received, rng, until)
    completed = begun + timedelta(days=rng.randint(3, 20))
    joint = stay.person.crn is not None and rng.random() < 0.5
    number = oasys_number(stay.person) if joint else str(int(oasys_number(stay.person)) + 1)
    reference = f"{stay.booking}-OA1"
    assessed = Assessed(reference, number, AGENCY, f"{rng.choice(words.surnames)}, {words.female[0]}", begun, completed)
    row = assessment_row(stay.person, assessed, rng, words)
    if joint:
        row = hand_over(row, PROBATION, AGENCY, begun)
    yield Change(AGENCY, stay.number, "assessment", reference, completed + timedelta(minutes=1), row)
