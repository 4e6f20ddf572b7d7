"""A broker in memory: topics that keep, compact, lose and vanish, and the places of their readers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from hub.ports import InputPosition, Publication, TopicExtent
from tests.simulation.wire import Calm, Wire


class Record(NamedTuple):
    """A message in a topic."""

    offset: int
    key: str
    headers: Mapping[str, bytes]
    value: bytes | None


@dataclass
class Topic:
    """One partition. start: the lowest offset there may be. end: the next to be given out."""

    id: str
    start: int = 0
    end: int = 0
    records: list[Record] = field(default_factory=list)

    def append(self, publication: Publication) -> None:
        """Add one message at the end."""
        headers = {name: value.encode() for name, value in publication.headers.items()}
        self.records.append(Record(self.end, publication.key, headers, publication.value))
        self.end += 1

    def compact(self, random: Random) -> None:
        """Drop what a later message of the same key replaces, up to some point."""
        last = {record.key: record.offset for record in self.records}
        head = random.randint(self.start, self.end)
        self.records = [each for each in self.records if each.offset >= head or last[each.key] == each.offset]

    def empty(self) -> None:
        """Delete all records, as an operator may, or a retention that should not be there."""
        self.start = self.end
        self.records = []

    def cut(self, lost: int) -> None:
        """Lose the last records, as in a power cut; their offsets are given out again."""
        self.end = max(self.start, self.end - lost)
        self.records = [each for each in self.records if each.offset < self.end]


class Broker:
    """Topics of one partition each, by name, and how far each group has read them."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}
        self._committed: dict[str, int] = {}
        self._made = 0

    def topic(self, name: str) -> Topic:
        """A topic, made if it is not there."""
        if name not in self._topics:
            self._made += 1
            self._topics[name] = Topic(f"topic-{self._made}")
        return self._topics[name]

    def find(self, name: str) -> Topic | None:
        """A topic, if it is there."""
        return self._topics.get(name)

    def delete(self, name: str) -> None:
        """Delete a topic, and with it the place of its reader."""
        self._topics.pop(name, None)
        self._committed.pop(name, None)

    def read(self, name: str, place: int, limit: int) -> list[Record]:
        """What stands from a place on; a place that is out of range is taken for the start."""
        topic = self.topic(name)
        start = place if topic.start <= place <= topic.end else topic.start
        return [record for record in topic.records if record.offset >= start][:limit]

    def names(self) -> Collection[str]:
        """Every topic there is."""
        return self._topics.keys()

    def place(self, name: str) -> int | None:
        """How far the topic's one group has read; None when it has committed nothing."""
        return self._committed.get(name)

    def committed(self, name: str) -> int:
        """The same, from the start when nothing is committed."""
        return self._committed.get(name, 0)

    def commit(self, name: str, place: int) -> None:
        """Note how far it has."""
        self._committed[name] = place


class MemoryPublisher:
    """Implements `Publisher`: what is cut off in between may have got through in part."""

    def __init__(self, broker: Broker, wire: Wire | None = None) -> None:
        self._broker = broker
        self._wire = wire or Calm()

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        """Publish on `hub.out.<agency>` in this order; returns the offset after the last one."""
        return await self._append(f"hub.out.{agency}", publications)

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        """Publish on `hub.rejected.<agency>`."""
        await self._append(f"hub.rejected.{agency}", publications)

    async def extent(self, agency: str) -> TopicExtent:
        """What `hub.out.<agency>` holds, making the topic if it is not there."""
        await self._wire.cross("broker.extent")
        topic = self._broker.topic(f"hub.out.{agency}")
        return TopicExtent(topic.id, topic.start, topic.end)

    async def _append(self, name: str, publications: Iterable[Publication]) -> int:
        end = 0
        for publication in publications:
            await self._wire.cross("broker.publish")
            topic = self._broker.topic(name)
            topic.append(publication)
            end = topic.end
        await self._wire.cross("broker.published")
        return end


class MemoryPositions:
    """Implements `InputPositions`: each partition is a topic of its own, `hub.in.<agency>/<partition>`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def positions(self, agencies: Collection[str]) -> list[InputPosition]:
        """Every partition of these agencies' input."""
        return [
            InputPosition(agency, partition, topic.start, topic.end, self._broker.place(name))
            for agency, partition, name in self._inputs(agencies)
            if (topic := self._broker.find(name)) is not None
        ]

    def _inputs(self, agencies: Collection[str]) -> list[tuple[str, int, str]]:
        inputs = []
        for name in self._broker.names():
            topic, _, partition = name.partition("/")
            if topic.removeprefix("hub.in.") in agencies and partition:
                inputs.append((topic.removeprefix("hub.in."), int(partition), name))
        return sorted(inputs)
