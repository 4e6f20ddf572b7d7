"""`hub dead-letter ...`: what agencies sent over Kafka and the hub could not take."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.api.admin.dead_letter_documents import (
    letter_document,
    line_document,
    message_document,
    replay_document,
    tally_document,
)
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_list, show_one
from hub.domain.errors import Reason
from hub.exchange.letters import LetterMessage, Mended
from hub.store.dead_letters import LetterState
from hub.store.letter_rows import Dossier, LetterFilter, ReplayOutcome
from hub.wiring.desk import desk_of_commands
from hub.wiring.foundation import Foundation

commands = typer.Typer(no_args_is_help=True, help="Messages that agencies sent over Kafka and the hub could not take.")

_REFUSED_AGAIN = 1
_STANDARD_INPUT = Path("-")

_Position = Annotated[str, typer.Argument(metavar="POSITION", help="of the message in its topic, as in the list")]
_COLUMNS = {
    "position": "position",
    "at (UTC)": "at",
    "state": "state",
    "reason": "reason",
    "detail": "detail",
}
_COUNTS = {"agency": "agency", "state": "state", "reason": "reason", "letters": "count"}


def moment(given: str) -> datetime:
    """A time with its zone, as an option gives it."""
    try:
        time = datetime.fromisoformat(given)
        if time.tzinfo is None:
            raise typer.BadParameter("a time needs its zone, such as 2026-03-01T10:00:00+00:00")
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter("a time is written like 2026-03-01T10:00:00+00:00") from None


Agency = Annotated[str | None, typer.Option(help="of this agency")]
Because = Annotated[Reason | None, typer.Option(help="refused for this reason when last tried")]
Since = Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="first refused then or later")]
Until = Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME", help="first refused before")]
_State = Annotated[LetterState | None, typer.Option(help="in this state")]


@commands.command(name="list")
def list_(
    agency: Agency = None,
    reason: Because = None,
    state: _State = None,
    since: Since = None,
    until: Until = None,
    newest: Annotated[bool, typer.Option("--newest", help="the newest first; else the oldest")] = False,
    limit: Annotated[int, typer.Option(help="so many at most", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the messages that were not taken, and why; never what they said."""
    which = LetterFilter(agency, reason and reason.value, state, since, until)
    lines = on_foundation(lambda base: desk_of_commands(base).letters.listed(which, limit, newest_first=newest))
    show_list("deadLetters", [line_document(line) for line in lines], _COLUMNS, as_json=as_json)


@commands.command()
def count(
    agency: Agency = None, state: _State = None, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """Count them by agency, state and reason."""
    which = LetterFilter(agency, None, state, since, until)
    tallied = on_foundation(lambda base: desk_of_commands(base).letters.tallied(which))
    show_list("counts", [tally_document(each) for each in tallied], _COUNTS, as_json=as_json)


@commands.command()
def show(position: _Position, as_json: AsJson = False) -> None:
    """Show why one was refused and all that was done to it; not what it says."""
    dossier = on_foundation(lambda base: desk_of_commands(base).letters.read(position))
    show_one(letter_document(dossier), as_json=as_json)


@commands.command()
def message(
    position: _Position,
    justification: Annotated[str, typer.Option(help="why you look, for the audit; name no person")],
    version: Annotated[int | None, typer.Option(help="0: as it was sent; the newest unless told", min=0)] = None,
    raw: Annotated[bool, typer.Option("--raw", help="the body alone, byte for byte, to be mended in a file")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what one says: its headers and its body. This is a consultation, and audited."""

    async def read(base: Foundation) -> LetterMessage:
        return await desk_of_commands(base).letters.message(position, version, operator(base), justification)

    said = on_foundation(read)
    if raw:
        typer.echo(said.value or b"", nl=False)
    else:
        show_one(message_document(position, said), as_json=as_json)


@commands.command()
def mend(
    position: _Position,
    body: Annotated[Path | None, typer.Option(help="a file with the new body; - for standard input")] = None,
    header: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="a header that changes")] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="NAME", help="a header that is taken away")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a version of your own, which is replayed from now on; what was sent is kept."""
    headers: dict[str, bytes | None] = dict(_header(each) for each in header or ())
    headers |= dict.fromkeys(without or ())
    mended = Mended(headers, None if body is None else _content(body), keeps_value=body is None)

    async def keep(base: Foundation) -> Dossier:
        letters = desk_of_commands(base).letters
        await letters.mend(position, mended, operator(base))
        return await letters.read(position)

    show_one(letter_document(on_foundation(keep)), as_json=as_json)


@commands.command()
def replay(position: _Position, as_json: AsJson = False) -> None:
    """Send the newest version the way of every message. Exit status 1 if it is refused again."""
    done = on_foundation(lambda base: desk_of_commands(base).replaying.one(position, operator(base)))
    show_one(replay_document(done), as_json=as_json)
    if done.outcome is ReplayOutcome.REFUSED:
        raise typer.Exit(_REFUSED_AGAIN)


@commands.command()
def discard(
    position: _Position,
    why: Annotated[str, typer.Option(help="for the history; name no person")],
    as_json: AsJson = False,
) -> None:
    """Give one up, for good; it is kept."""

    async def give_up(base: Foundation) -> Dossier:
        letters = desk_of_commands(base).letters
        await letters.discard(position, why, operator(base))
        return await letters.read(position)

    show_one(letter_document(on_foundation(give_up)), as_json=as_json)


def _header(given: str) -> tuple[str, bytes]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise typer.BadParameter("a header is given as NAME=VALUE")
    return name, value.encode()


def _content(file: Path) -> bytes:
    if file == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    if not file.is_file():
        raise typer.BadParameter("there is no such file")
    return file.read_bytes()
