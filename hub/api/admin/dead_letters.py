"""Dead letters: counted, found, read, mended, replayed, discarded."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.api.admin.asked import REFUSED, asked
from hub.api.admin.dead_letter_documents import (
    letter_document,
    line_document,
    mended,
    message_document,
    replay_document,
    tally_document,
)
from hub.api.admin.desk import desk_of
from hub.api.admin.routing import PRINTABLE, admin_router
from hub.api.admin.times import Time
from hub.api.bodies import answer
from hub.api.callers import Operator
from hub.api.describe import answers, body, problems
from hub.api.showing import After, Limit, next_page
from hub.domain.errors import Reason, Rejected
from hub.exchange.letters import SHORTEST_REASON
from hub.store.dead_letters import LetterState
from hub.store.letter_rows import LetterFilter, Place

router = admin_router()

_Agency = Annotated[str | None, Query(description="Of this agency.", max_length=80, pattern=PRINTABLE)]
_Reason = Annotated[Reason | None, Query(description="Refused for this reason when last tried.")]
_State = Annotated[LetterState | None, Query(description="In this state.")]
_Since = Annotated[Time | None, Query(description="First refused then or later; a time with its zone.")]
_Until = Annotated[Time | None, Query(description="First refused before; a time with its zone.")]
_Position = Annotated[
    str,
    Path(
        description="Where the message stands in its topic: its identity, slashes included, as its sender was told.",
        examples=["hub.in.prison/0/4711/1772357400250"],
        max_length=400,
        pattern=PRINTABLE,
    ),
]
_JUSTIFICATION = "Why you look at what an agency sent; kept in the audit. Name no person."
_PERSONAL = {"Cache-Control": "no-store"}


@router.get(
    "/dead-letters",
    summary="Find dead letters",
    response_class=Response,
    responses=answers("DeadLetters", "Those that match.") | problems(Reason.INVALID_ENVELOPE),
)
async def list_dead_letters(
    request: Request,
    caller: Operator,  # noqa: ARG001 - that there is one is the point
    agency: _Agency = None,
    reason: _Reason = None,
    state: _State = None,
    since: _Since = None,
    until: _Until = None,
    newest: Annotated[bool, Query(description="The newest first; else the oldest.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Messages that could not be taken, by when they were first refused; never what they say."""
    which = _which(agency, reason, state, since, until)
    letters = desk_of(request).letters
    lines = await letters.listed(which, limit + 1, _place(after), newest_first=newest)
    cursor = lines[limit - 1].place.cursor if len(lines) > limit else None
    return answer(
        {"deadLetters": [line_document(line) for line in lines[:limit]], "next": next_page(request, cursor, limit)}
    )


@router.get(
    "/dead-letters/counts",
    summary="Count dead letters by reason",
    response_class=Response,
    responses=answers("DeadLetterCounts", "So many.") | problems(),
)
async def count_dead_letters(
    request: Request,
    caller: Operator,  # noqa: ARG001 - as above
    agency: _Agency = None,
    state: _State = None,
    since: _Since = None,
    until: _Until = None,
) -> Response:
    """How many there are, by agency, state and reason."""
    tallied = await desk_of(request).letters.tallied(_which(agency, None, state, since, until))
    return answer({"counts": [tally_document(each) for each in tallied]})


@router.get(
    "/dead-letters/{position:path}/message",
    summary="Read what a dead letter says",
    response_class=Response,
    responses=answers("DeadLetterMessage", "Headers and body.") | problems(Reason.NOT_FOUND),
)
async def read_message(
    request: Request,
    caller: Operator,
    position: _Position,
    justification: Annotated[str, Header(description=_JUSTIFICATION, min_length=SHORTEST_REASON, max_length=200)],
    version: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="The newest unless told; 0: as sent.")] = None,
) -> Response:
    """The message as its agency sent it, or as an operator has mended it. This is a consultation, and audited."""
    message = await desk_of(request).letters.message(position, version, caller.name, justification)
    return answer(message_document(position, message), _PERSONAL)


@router.get(
    "/dead-letters/{position:path}",
    summary="Read a dead letter's reason and history",
    response_class=Response,
    responses=answers("DeadLetter", "The letter.") | problems(Reason.NOT_FOUND),
)
async def read_dead_letter(request: Request, caller: Operator, position: _Position) -> Response:  # noqa: ARG001 - as above
    """Why it was refused, with the places of the faults, and all that was done to it; not what it says."""
    return answer(letter_document(await desk_of(request).letters.read(position)))


@router.post(
    "/dead-letters/{position:path}/mend",
    summary="Mend a dead letter",
    response_class=Response,
    responses=answers("DeadLetter", "Kept; nothing is sent yet.")
    | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("Mend"),
)
async def mend_dead_letter(request: Request, caller: Operator, position: _Position) -> Response:
    """A version of your own, which is what is replayed from now on; what the agency sent is kept."""
    letters = desk_of(request).letters
    await letters.mend(position, mended(await asked(request, "Mend")), caller.name)
    return answer(letter_document(await letters.read(position)))


@router.post(
    "/dead-letters/{position:path}/replay",
    summary="Replay a dead letter",
    response_class=Response,
    responses=answers("Replay", "What came of it; the letter waits on if it is refused again.")
    | problems(Reason.NOT_FOUND, Reason.WRONG_STATE),
)
async def replay_dead_letter(request: Request, caller: Operator, position: _Position) -> Response:
    """The newest version goes the way of every message: checked, and taken once, however often it is replayed."""
    return answer(replay_document(await desk_of(request).replaying.one(position, caller.name)))


@router.post(
    "/dead-letters/{position:path}/discard",
    summary="Discard a dead letter",
    response_class=Response,
    responses=answers("DeadLetter", "Given up, and kept.") | problems(*REFUSED, Reason.NOT_FOUND, Reason.WRONG_STATE),
    openapi_extra=body("Discard"),
)
async def discard_dead_letter(request: Request, caller: Operator, position: _Position) -> Response:
    """For good: it stays to be found, and can be neither mended nor replayed."""
    letters = desk_of(request).letters
    document = await asked(request, "Discard")
    await letters.discard(position, document["why"], caller.name)
    return answer(letter_document(await letters.read(position)))


def _which(
    agency: str | None,
    reason: Reason | None,
    state: LetterState | None,
    since: datetime | None,
    until: datetime | None,
) -> LetterFilter:
    return LetterFilter(agency, reason and reason.value, state, since, until)


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    place = Place.parse(cursor)
    if place is None:
        raise Rejected(Reason.INVALID_ENVELOPE, "`after` is not a cursor this hub gave")
    return place
