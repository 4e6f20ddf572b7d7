"""What the probation service enters about a person, in the form of its own systems, in the order it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.caseload import numbers
from adapters.sandbox.caseload.assessments import Assessed, assessment_document
from adapters.sandbox.caseload.changes import Change, day, office_hours, some_time_after
from adapters.sandbox.caseload.dirt import corrected, seen
from adapters.sandbox.caseload.people import Person, move_house
from adapters.sandbox.caseload.probation_documents import (
    Case,
    offender_document,
    registration_deleted,
    registration_document,
)
from adapters.sandbox.caseload.words import Words

AGENCY = "probation"

_VERY_HIGH = 3


def probation_life(person: Person, crn: str, rng: Random, words: Words, until: datetime) -> list[Change]:
    """Everything the service enters about a person under one CRN, by the time it is entered."""
    case = Case(
        person,
        crn,
        seen(person, rng, words),
        person.address,
        _officer(rng, words),
        _noms_number(person, rng),
        office_hours(until - timedelta(days=rng.randint(60, 400)), rng.randrange(600)),
        rng.choice((1, 1, 2, 3)) if person.risk == _VERY_HIGH else None,
    )
    found = [_entered(case, case.since, rng, words), *_later(case, rng, words, until)]
    found.extend(_registrations(case, rng, words, until))
    found.extend(_assessments(case, rng, words, until))
    return sorted((change for change in found if change.recorded < until), key=lambda change: change.recorded)


def _noms_number(person: Person, rng: Random) -> str | None:
    """Known for most who have been in prison, and now and then the number of the next in the list."""
    chance = rng.random()
    if chance < 0.004 and person.number:
        return numbers.prison_number(person.number - 1)
    return person.prison_number if chance < 0.7 else None


def _officer(rng: Random, words: Words) -> str:
    return f"{rng.choice(words.surnames)}, {rng.choice(words.female)}"


def _entered(case: Case, at: datetime, rng: Random, words: Words) -> Change:
    return Change(AGENCY, "delius", case.crn, "offender", "", at, offender_document(case, rng, words))


def _later(case: Case, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Corrections, moves and new officers; each submits the whole record again."""
    at = case.since
    if case.written.wrong and rng.random() < 0.6:
        at = some_time_after(at, rng, until)
        case = replace(case, written=corrected(case.written, case.person))
        yield _entered(case, at, rng, words)
    if rng.random() < 0.15:
        at = some_time_after(at, rng, until)
        case = replace(case, address=move_house(rng, words, rng.choice(words.towns)))
        yield _entered(case, at, rng, words)
    if rng.random() < 0.1:
        at = some_time_after(at, rng, until)
        case = replace(case, manager=_officer(rng, words))
        yield _entered(case, at, rng, words)
        if rng.random() < 0.3:
            yield _entered(case, at + timedelta(minutes=9), rng, words)


def _registrations(case: Case, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    for index in range(rng.choice((0, 1, 1, 2))):
        at = some_time_after(case.since, rng, until)
        number = 2_500_000 + case.person.number * 10 + index
        document = registration_document(case, number, at, index, rng, words)
        entered = Change(AGENCY, "delius", case.crn, "registration", str(number), at, document)
        yield entered
        chance, later = rng.random(), some_time_after(at, rng, until)
        if chance < 0.2:
            review = {"nextReviewDate": day(later + timedelta(days=180)), "notes": words.notes[4]}
            yield replace(entered, recorded=later, document={**document, **review})
        elif chance < 0.3:
            yield replace(entered, recorded=later, document={**document, "endDate": day(later), "active": False})
        elif chance < 0.33:
            yield replace(entered, recorded=later, document=registration_deleted(case, number, later), deleted=True)


def _assessments(case: Case, rng: Random, words: Words, until: datetime) -> Iterator[Change]:
    """Six in ten have one; half of these were sent while still open."""
    if rng.random() >= 0.6:
        return
    begun = some_time_after(case.since, rng, until)
    completed = begun + timedelta(days=rng.randint(1, 12), minutes=17)
    number = oasys_number(case.person)
    assessed = Assessed(case.crn, None, number, case.manager, begun, completed)
    if rng.random() < 0.5:
        document = assessment_document(case.person, replace(assessed, completed=None), rng, words)
        yield Change(AGENCY, "oasys", case.crn, "assessment", number, begun + timedelta(hours=2), document)
    document = assessment_document(case.person, assessed, rng, words)
    yield Change(AGENCY, "oasys", case.crn, "assessment", number, completed + timedelta(minutes=1), document)


def oasys_number(person: Person) -> str:
    """The number both services know the person's assessment by."""
    return str(9_000_000 + person.number * 3)
