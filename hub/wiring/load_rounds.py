"""A round of a load: what its lines say, given out to the workers and gathered again."""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from hub.exchange.extract import Extract, Round
from hub.exchange.loading import Refusal, Verdict, entry
from hub.ports import Position
from hub.wiring.load_workers import LoadWorkers

_SUBJECT = re.compile(rb'"subject"\s*:\s*"([^"]{1,200})"')


@dataclass(frozen=True, slots=True)
class Read:
    """A round, and what its lines say.

    events: submissions as CloudEvents, each with the place of its line among the round's; None where the line is too
    long. refused: by place, what is not taken whoever else takes the rest of the line.
    """

    round: Round
    events: list[tuple[int, bytes | None]]
    refused: dict[int, Refusal]


class Reading(Protocol):
    """Reads the lines of an extract as submissions."""

    def rounds(self, extract: Extract, position: Position) -> Iterator[Read]:
        """The rounds beyond a position."""
        ...


class Events:
    """Reads an extract that has a submission a line."""

    def rounds(self, extract: Extract, position: Position) -> Iterator[Read]:
        """As `Reading`."""
        for each in extract.rounds(position.line, position.offset):
            yield Read(each, [(place, line.text) for place, line in enumerate(each.lines)], {})


class Given(NamedTuple):
    """A round given out. parts: places of lines in it, and what will be known of what they say."""

    read: Read
    parts: list[tuple[list[int], "Future[Verdict]"]]


def give_out(read: Read, agency: str, workers: LoadWorkers) -> Given:
    """A round to the workers: what is said on one local id to the same, so that none waits for another's lock.

    Raises:
        Unavailable: a worker has ended.
    """
    own: dict[int, list[tuple[int, bytes | None]]] = defaultdict(list)
    for place, event in read.events:
        own[_whose(event) % len(workers)].append((place, event))
    parts = [
        ([place for place, _ in events], workers.give(worker, agency, [event for _, event in events]))
        for worker, events in sorted(own.items())
    ]
    return Given(read, parts)


async def gather(given: Given, workers: LoadWorkers) -> Verdict:
    """What became of a round. refused: by place of the line, whatever of it was not taken.

    Raises:
        Unavailable, Halt: from a worker.
    """
    taken, repeated, refused = 0, 0, dict(given.read.refused)
    for places, part in given.parts:
        verdict = await workers.verdict(part)
        taken += verdict.taken
        repeated += verdict.repeated
        for each, refusal in verdict.refused.items():
            place = places[each]
            refused[place] = refused[place].also(refusal) if place in refused else refusal
    return Verdict(taken, repeated, dict(sorted(refused.items())))


def entries(round_: Round, verdict: Verdict) -> Iterator[dict[str, Any]]:
    """What is put aside of a round: its lines that were not taken, or not whole."""
    for place, refusal in verdict.refused.items():
        line = round_.lines[place]
        yield entry(line.number, line.text, line.offset, refusal)


def _whose(event: bytes | None) -> int:
    """A number that events on one local id have in common, as far as can be told without reading them."""
    subject = _SUBJECT.search(event or b"")
    return zlib.crc32(subject[1] if subject else b"")
