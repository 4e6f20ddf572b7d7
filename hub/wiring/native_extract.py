"""Native extracts: a payload of an agency's own system a line, taken through its adapter.

What an adapter says depends on all it was given before, for systems speak in parts. So a load that is taken up again
takes the extract from its beginning and says nothing until it is where it was. Ids are made of the extract's
fingerprint and the line: the same extract says the same again.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import orjson

from adapters.client.events import structured
from adapters.client.link import Event
from adapters.client.native import Payload, Said, System, Taken
from adapters.client.running.parts import StoredParts
from hub.domain.canonical import Json, parse
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.extract import Extract, Line, Round
from hub.exchange.loading import Refusal, original, too_long
from hub.ports import Position
from hub.spec.registry import Registry
from hub.store.times import from_micros
from hub.wiring.load_rounds import Read

_NOT_WHOLE = "something of this payload was not taken"
_UNKNOWN = "the adapter's tables do not know this field"


@dataclass(frozen=True, slots=True)
class Source:
    """Where payloads come from. mark: tells it from all others. about: what its name says of its payloads."""

    mark: str
    about: Mapping[str, str]


class Payloads:
    """Reads an extract of native payloads. Implements `hub.wiring.load_rounds.Reading`."""

    def __init__(
        self,
        system: System,
        agency: str,
        registry: Registry,
        source: Source,
        longest: int,
        unlisted: "Counter[str]",
    ) -> None:
        """longest: bytes a payload may have. unlisted: code list -> codes met that it does not have, counted here."""
        self._system = system
        self._agency = agency
        self._registry = registry
        self._source = source
        self._longest = longest
        self._unlisted = unlisted

    def rounds(self, extract: Extract, position: Position) -> Iterator[Read]:
        """As `Reading`; a last one tells of parts that became no record."""
        recorded = from_micros(position.recorded)
        number = offset = 0
        with closing(sqlite3.connect("", isolation_level=None)) as connection:
            parts, waiting = _Parts(connection), _Waiting()
            for each in extract.rounds():
                number, offset = each.number, each.offset
                read = self._read(each, parts, waiting, recorded)
                if number > position.line:
                    yield read
        left = Round(waiting.lines(), number + 1, offset)
        if left.lines and left.number > position.line:
            yield Read(left, [], {place: waiting.why(line) for place, line in enumerate(left.lines)})

    def _read(self, round_: Round, parts: "_Parts", waiting: "_Waiting", recorded: datetime) -> Read:
        read = Read(round_, [], {})
        for place, line in enumerate(round_.lines):
            try:
                document = self._document(line.text)
            except Rejected as rejection:
                read.refused[place] = Refusal.of(rejection)
                continue
            parts.touched.clear()
            taken = self._system.take(Payload(document, recorded, self._source.about), parts)
            read.events.extend((place, self._event(said, line, index)) for index, said in enumerate(taken.said))
            if faults := _faults(taken):
                read.refused[place] = Refusal(Reason.INVALID_BODY.value, _NOT_WHOLE, faults)
            waiting.note(line, taken, parts.touched)
            self._unlisted.update(each.code_list for each in taken.unlisted)
        return read

    def _document(self, text: bytes | None) -> Json:
        if text is None:
            raise too_long(self._longest)
        return original(parse(text))

    def _event(self, said: Said, line: Line, index: int) -> bytes:
        """Its id, which sorts as what is said does, is the same whenever this extract is loaded."""
        id_ = f"{self._source.mark}-{line.number:010}-{index:03}"
        version = self._registry.newest(said.record_type).version
        event = Event(
            id_, said.record_type, version, said.local_id, said.time, said.body, said.withdrawn, said.sequence
        )
        return orjson.dumps(structured(self._agency, event))


class _Parts(StoredParts):
    """Parts for as long as the load runs, beside memory. touched: which things were asked for or put."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.create()
        self.touched: set[str] = set()

    def get(self, about: str, part: str) -> Json | None:
        self.touched.add(about)
        return super().get(about, part)

    def put(self, about: str, part: str, document: Json) -> None:
        self.touched.add(about)
        super().put(about, part, document)

    def all(self, about: str) -> Mapping[str, Json]:
        self.touched.add(about)
        return super().all(about)

    def remove(self, about: str) -> None:
        self.touched.add(about)
        super().remove(about)


class _Waiting:
    """Payloads of which nothing has been said yet: they are parts, and wait for others."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[Line, str]] = {}
        self._about: dict[str, set[int]] = defaultdict(set)

    def note(self, line: Line, taken: Taken, touched: Set[str]) -> None:
        """What became of a payload that touched parts of these things: once one is said, nobody waits for it."""
        if taken.said:
            for about in touched:
                for number in self._about.pop(about, ()):
                    self._lines.pop(number, None)
        elif taken.waiting:
            self._lines[line.number] = line, taken.waiting
            for about in touched:
                self._about[about].add(line.number)

    def lines(self) -> list[Line]:
        """Those that still wait."""
        return [line for line, _ in self._lines.values()]

    def why(self, line: Line) -> Refusal:
        """What one of them waits for."""
        return Refusal("waiting", self._lines[line.number][1], ())


def _faults(taken: Taken) -> tuple[Fault, ...]:
    """What of a payload was not taken: refused, or in a field that the adapter's tables do not know."""
    unknown = (Fault(each.path, "unknown", _UNKNOWN) for each in taken.homeless if each.because is None)
    return (*taken.refused, *unknown)
