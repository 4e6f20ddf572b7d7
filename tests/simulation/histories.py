"""What the agencies do in one history, from its seed: who says what, when it happened, and when it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from adapters.client.link import Event
from hub.domain.canonical import Json
from tests.simulation.bodies import Bodies, Individual, individual

START = datetime.fromisoformat("2026-05-01T23:59:56+00:00")
"""When every history begins: a day passes while it goes on."""
_OUT = 0.5
"""How often a movement is one out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One submission on its way. pause: seconds before it is sent. copies: how often it is sent at least."""

    event: Event
    pause: float
    copies: int = 1


@dataclass(slots=True)
class _Slot:
    """One thing that an agency keeps a record of."""

    record_type: str
    local_id: str
    properties: Mapping[str, Callable[[], object]]
    named: Json
    said: list[Json] = field(default_factory=list)


class History:
    """The plans of all agencies: agency -> its steps, in the order in which it sends them."""

    def __init__(self, random: Random, speakers: Mapping[str, str], length: int, limited: float) -> None:
        """speakers: agency -> kind of its local ids (`prison` or `probation`). length: submissions in all.

        limited: how often it is said of somebody whether access to what is known of them is limited.
        """
        self._random = random
        self._limited = limited
        self._times: dict[str, list[datetime]] = {agency: [START] for agency in speakers}
        self._sent: dict[str, int] = dict.fromkeys(speakers, 0)
        self._slots: dict[str, list[_Slot]] = {agency: [] for agency in speakers}
        self._know_people(speakers)
        self.steps: dict[str, list[Step]] = {agency: [] for agency in speakers}
        agencies = list(speakers)
        for _ in range(length):
            agency = random.choice(agencies)
            self.steps[agency].append(self._step(agency))

    def _know_people(self, speakers: Mapping[str, str]) -> None:
        random = self._random
        count = random.randint(2, 4)
        local_ids = {
            (agency, index): _local_ids(kind, number, index, random.choice((1, 1, 1, 2)))
            for number, (agency, kind) in enumerate(speakers.items())
            for index in range(count)
        }
        people = [
            individual(
                random,
                index,
                [_quoted(speakers[agency], ids[0]) for (agency, of), ids in local_ids.items() if of == index],
            )
            for index in range(count)
        ]
        bodies = self._bodies = Bodies(random, people, self._limited)
        for (agency, index), ids in local_ids.items():
            for local_id in ids:
                self._slots[agency].extend(self._slots_of(bodies, speakers[agency], local_id, people[index], index))

    def _slots_of(self, bodies: Bodies, kind: str, local_id: str, of: Individual, index: int) -> list[_Slot]:
        random = self._random
        reference = f"{random.choice('AB')}{index}"
        scheme = random.choice(("mappa", "probation-register"))
        slots = [
            *[_Slot("offender", local_id, bodies.offender(of), {})] * 3,
            _Slot("assessment", local_id, bodies.assessment(reference, f"9{index}"), {"reference": reference}),
            _Slot("registration", local_id, bodies.registration(reference, scheme), {"reference": reference}),
        ]
        if kind == "prison":
            booking, sequence = f"B{index}", random.randint(1, 2)
            named = {"booking": booking, "sequence": sequence}
            properties = bodies.movement(booking, sequence, out=random.random() < _OUT)
            slots.append(_Slot("movement", local_id, properties, named))
        return slots

    def _step(self, agency: str) -> Step:
        random = self._random
        slot = random.choice(self._slots[agency])
        withdrawn = random.random() < 0.12
        body = slot.named if withdrawn else self._body(slot)
        self._sent[agency] += 1
        event = Event(
            f"{agency}-{self._sent[agency]}",
            slot.record_type,
            "1.0.0",
            slot.local_id,
            self._time(agency),
            body,
            withdrawn=withdrawn,
            sequence=random.choice((None, None, 1, 9, 10)),
        )
        copies = random.choice((1, 1, 1, 1, 2, 3))
        return Step(self._spoilt(event, self.steps[agency]), random.expovariate(12), copies)

    def _body(self, slot: _Slot) -> Json:
        """Anew, changed a little, what was said before the last time, or anything said before."""
        chance = self._random.random()
        if not slot.said or chance < 0.15:
            body = self._bodies.whole(slot.properties)
        elif chance < 0.6:
            body = self._bodies.changed(slot.said[-1], slot.properties)
        elif chance < 0.8:
            body = slot.said[-2:][0]
        else:
            body = self._random.choice(slot.said)
        slot.said.append(body)
        return body

    def _time(self, agency: str) -> datetime:
        """Mostly later than before, now and then the same moment, now and then long ago or a little ahead."""
        times, chance = self._times[agency], self._random.random()
        if chance < 0.15:
            return self._random.choice(times)
        if chance < 0.3:
            return self._random.choice(times) - timedelta(seconds=self._random.randint(1, 600))
        times.append(min(times[-1] + timedelta(seconds=self._random.randint(0, 5)), START + timedelta(minutes=4)))
        return times[-1]

    def _spoilt(self, event: Event, earlier: Sequence[Step]) -> Event:
        """Now and then something that cannot be taken."""
        if self._random.random() > 0.05:
            return event
        match self._random.randrange(5):
            case 0:
                return replace(event, time=START + timedelta(days=1))
            case 1:
                return replace(event, version="9.9.9")
            case 2:
                return replace(event, body={"nonsense": True})
            case 3 if earlier:
                return replace(event, id=self._random.choice(earlier).event.id)
            case _:
                return replace(event, record_type="movement", body={}, withdrawn=False)


def _local_ids(kind: str, agency: int, index: int, count: int) -> list[str]:
    if kind == "prison":
        return [f"A{1000 + 10 * index + number}B{'CDEF'[agency]}" for number in range(count)]
    return [f"{'XYZW'[agency]}{100000 + 10 * index + number}" for number in range(count)]


def _quoted(kind: str, local_id: str) -> tuple[str, str]:
    return ("prison-number" if kind == "prison" else "crn", local_id)
