"""One person under different identifiers, made one and two again: what the prison holds in a process of its own.

Over real Kafka and PostgreSQL; and what a prison holds that starts from nothing and reads what compaction left.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import count

import orjson
import pytest

from adapters.client.link import RecordName
from adapters.client.stream import StreamLink
from deploy.servers.hub import Hub
from hub.domain.canonical import Json
from hub.exchange.resolve import Choice
from hub.trust.naming import local_key
from tests.builders.live import NOON, PrisonProcess, Service, prison_in_a_process, said
from tests.builders.records import assessment, movement, offender, registration
from tests.crash.agreement import shown
from tests.crash.closing import closing
from tests.crash.compacting import compacted
from tests.crash.holding import Holding
from tests.crash.installed import Installed
from tests.crash.operators import LocalId, Operator
from tests.crash.submissions import PRISON, PROBATION

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def hub(installed: Installed) -> Iterator[Hub]:
    with Hub(installed.installation) as hub:
        yield hub


@pytest.fixture(scope="module")
def process(installed: Installed, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrisonProcess]:  # noqa: ARG001 - it reads what the hub writes
    with prison_in_a_process(installed, tmp_path_factory.mktemp("prison")) as process:
        yield process


class Scene:
    """Both services, an operator, and the prison's process, which holds what comes on its topic."""

    def __init__(self, installed: Installed, hub: Hub, process: PrisonProcess, operator: Operator) -> None:
        self.probation = Service(installed, hub.url)
        self.operator = operator
        self.process = process
        self._installed = installed
        self._hub = hub

    async def both_are_right(self) -> dict[RecordName, str]:
        """Return what the prison holds as soon as that is what the hub shows it; probation's, by its feed, too."""
        wanted: dict[RecordName, str] = {}
        async with asyncio.timeout(_WITHIN_S):
            while not wanted or self.held() != wanted:
                wanted = await shown(self._installed, self._hub.url, PRISON)
                await asyncio.sleep(0.05)
        async with Holding(PROBATION, self._installed.feed(self._hub.url)) as probation:
            wanted = await shown(self._installed, self._hub.url, PROBATION)
            await probation.until(lambda: probation.digests == wanted)
        return self.held()

    async def holds(self, ending: str) -> None:
        """Return when the process holds a record whose key ends so."""
        async with asyncio.timeout(_WITHIN_S):
            while not any(name.key.endswith(ending) for name in self.held()):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)

    def held(self) -> dict[RecordName, str]:
        return {name: digest for name, digest in self.process.digests().items() if digest is not None}

    async def rebuilt(self) -> dict[RecordName, str]:
        """What a prison holds that starts from nothing, once it is what the process holds."""
        async with Holding(PRISON, self._installed.stream()) as store:
            await store.until(lambda: store.digests == self.held())
            assert not store.faults
            return store.digests

    async def person(self, service: str, local_id: str) -> str:
        """Who somebody is to a service."""
        asked = Service(self._installed, self._hub.url, service)
        found = await asked.shown(f"/v1/offenders/{local_id}")
        await asked.http.aclose()
        return str(found["person"])

    def moved_to(self, person: str) -> set[str | None]:
        """Where the prison was told that what it held of somebody is now."""
        return {each["movedTo"] for name, each in self.process.last().items() if name.person == person}

    def event(self, person: str) -> Json:
        """What the prison was told that somebody is to another."""
        (told,) = {orjson.dumps(each["event"]) for name, each in self.process.last().items() if name.person == person}
        return orjson.loads(told)


@pytest.fixture
async def scene(installed: Installed, hub: Hub, process: PrisonProcess) -> AsyncIterator[Scene]:
    async with Operator(installed, hub.url) as operator:
        scene = Scene(installed, hub, process, operator)
        yield scene
        await scene.probation.http.aclose()


@pytest.fixture
async def prison(installed: Installed) -> AsyncIterator[StreamLink]:
    """The prison service's way in, over Kafka."""
    async with closing(installed.stream()) as link:
        yield link


def of(person: str, held: Mapping[RecordName, str]) -> dict[tuple[str, str], str]:
    """Type and key of what is held of somebody -> digest."""
    return {(name.type, name.key): digest for name, digest in held.items() if name.person == person}


def _before(installed: Installed, other: LocalId, choices: Iterable[str]) -> str:
    """A local id of probation that goes on under the person's id when it is split from this other one."""
    keys, (service, local_id) = installed.lookup_keys, other
    last = local_key(keys, installed.names[service], local_id)
    return next(each for each in choices if local_key(keys, installed.names[PROBATION], each) < last)


async def test_two_whom_an_operator_links_are_one_in_the_prisons_process_and_split_again_what_they_were(
    installed: Installed, scene: Scene, prison: StreamLink
) -> None:
    number = "A0101AA"
    crn = _before(installed, (PRISON, number), (f"X0001{each:02d}" for each in range(90)))
    await scene.probation.put(f"/v1/offenders/{crn}", offender("Quill", "Rowan"))
    await scene.probation.put(f"/v1/offenders/{crn}/assessments/ASM-1", assessment("ASM-1"))
    await scene.probation.put(f"/v1/offenders/{crn}/registrations/REG-1", registration("REG-1"))
    await prison.submit([said("offender", number, offender("Quilliam", "R.", born=None))])
    await prison.submit([said("movement", number, movement(1))])
    await scene.holds("/B1/1")
    survivor, removed = await scene.person(PROBATION, crn), await scene.person(PRISON, number)
    before = await scene.both_are_right()
    two = ((installed.names[PROBATION], crn), (installed.names[PRISON], number))

    linked = await scene.operator.decides(*two, Choice.LINK)

    assert linked["merged"] == [{"removed": removed, "into": survivor}]
    held = await scene.both_are_right()
    assert of(removed, held) == {}
    assert scene.moved_to(removed) == {survivor}
    assert scene.event(removed) == {"type": "person.merged", "survivor": survivor, "removed": removed}
    assert {kind for kind, _ in of(survivor, held)} == {"offender", "assessment", "registration", "movement"}
    assert await scene.rebuilt() == held

    back = await scene.operator.decides(*two, Choice.TAKE_BACK)

    assert [each["outOf"] for each in back["split"]] == [survivor]
    held, parted = await scene.both_are_right(), await scene.person(PRISON, number)
    assert of(parted, held) == of(removed, before) != {}
    assert scene.event(parted) == {"type": "person.split", "survivor": survivor, "removed": parted}
    assert of(await scene.person(PROBATION, crn), held) == {}
    assert scene.moved_to(survivor) == {None}
    assert await scene.rebuilt() == held


async def test_a_merge_that_the_prison_announces_and_undoes_and_what_compaction_leaves_of_it(
    installed: Installed, scene: Scene, prison: StreamLink
) -> None:
    stays, merged, crn = "B0102BB", "A0102AA", "X000102"
    quoting = [{"scheme": "prison-number", "value": merged}]
    minutes = count()

    async def says(local_id: str, record_type: str, body: Json) -> None:
        await prison.submit([said(record_type, local_id, body, time=NOON + timedelta(minutes=next(minutes)))])

    async def stirs(number: int) -> None:
        await says(stays, "movement", movement(100 + number))
        await scene.holds(f"/{100 + number}")

    await says(stays, "offender", offender("Brook", "Alder"))
    survivor = await scene.person(PRISON, stays)
    await says(merged, "offender", offender("Brooke", "Alder"))
    await says(merged, "movement", movement(2, booking="B2"))
    await scene.holds("/B2/2")
    await scene.probation.put(f"/v1/offenders/{crn}", offender("Brooke", "Alder") | {"identifiers": quoting})
    await scene.probation.put(f"/v1/offenders/{crn}/assessments/ASM-2", assessment("ASM-2"))
    removed = await scene.person(PROBATION, crn)
    before = await scene.both_are_right()
    assert {kind for kind, _ in of(removed, before)} == {"offender", "movement", "assessment"}

    announced = offender("Brook", "Alder") | {"identifiers": [{"scheme": "merged-prison-number", "value": merged}]}
    await says(stays, "offender", announced)

    await scene.process.holding(RecordName(removed, "offender", "-"), None)
    held = await scene.both_are_right()
    assert of(removed, held) == {}
    assert scene.moved_to(removed) == {survivor}
    assert {kind for kind, _ in of(survivor, held)} == {"offender", "movement", "assessment"}
    await compacted(installed, stirs)
    held = await scene.both_are_right()
    assert await scene.rebuilt() == held

    await says(stays, "offender", offender("Brook", "Alder"))

    async with asyncio.timeout(_WITHIN_S):
        while await scene.person(PRISON, stays) == await scene.person(PROBATION, crn):  # noqa: ASYNC110 - the hub is another process
            await asyncio.sleep(0.05)
    held = await scene.both_are_right()
    assert of(await scene.person(PROBATION, crn), held) == of(removed, before)
    assert of(await scene.person(PRISON, stays), held).items() >= of(survivor, before).items()
    assert scene.moved_to(survivor) == {None}
    await compacted(installed, stirs)
    held = await scene.both_are_right()
    assert await scene.rebuilt() == held
