"""What the timekeeper reads and writes, in memory: alerts, and persons whose risk is to be looked at."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime

from hub.domain.ids import uuid7
from hub.domain.moves import RELEASE
from hub.domain.notices import NOTICE
from hub.domain.submission import micros
from hub.ports import HeldId
from hub.store.alerts import AlertRow, AlertState, AlertStore, Tell, Why
from hub.store.watching import LevelRow, Looked, Watched, WatchStore
from tests.simulation.tables import Tables, Told
from tests.simulation.wire import Calm, Wire


class MemoryAlertStore(AlertStore):
    """Alerts in memory; of sightings none, for nobody in a history says who has seen what."""

    def __init__(self, tables: Tables, wire: Wire | None = None) -> None:
        self._tables = tables
        self._wire = wire or Calm()

    async def overdue(self, now: datetime, limit: int, tell: Tell) -> list[AlertRow]:
        """Raise what is overdue, the longest overdue first, with what is to be told of it, at once."""
        await self._wire.cross("alerts.overdue")
        raised = self._noted(now, limit)
        self._keep(raised, tell)
        await self._wire.cross("alerts.raised")
        return raised

    async def listed(
        self, agency: str | None, state: AlertState | None, after: str | None, limit: int
    ) -> list[AlertRow]:
        """Alerts, the first raised first, beyond one. agency, state: None for all."""
        rows = sorted(self._tables.alerts.values(), key=lambda each: each.id)
        found = [each for each in rows if agency in {None, each.agency} and state in {None, each.state}]
        return [each for each in found if after is None or each.id > after][:limit]

    def _noted(self, now: datetime, limit: int) -> list[AlertRow]:
        """What is late, which is noted: it is not waited for any more."""
        return [*self._not_applied(now, limit), *self._not_reviewed(now, limit)]

    def _keep(self, raised: Sequence[AlertRow], tell: Tell) -> None:
        for each in raised:
            id_ = HeldId(each.agency, each.record)
            self._tables.alerts.setdefault((id_, each.number, each.why, each.due, each.review), each)
            if each.why is Why.NOT_APPLIED:
                self._tables.journal.append(Told("raised", id_, each.number, each.due))
        self._tables.told.extend(tell(raised))

    def _not_applied(self, now: datetime, limit: int) -> list[AlertRow]:
        held = self._tables.held
        late = sorted((row.due, id_) for id_, row in held.items() if row.due is not None and row.due <= now)[:limit]
        for _, id_ in late:
            held[id_] = replace(held[id_], due=None, awaited=held[id_].number)
        return [_alert(id_, held[id_].number, Why.NOT_APPLIED, due, now) for due, id_ in late]

    def _not_reviewed(self, now: datetime, limit: int) -> list[AlertRow]:
        reviews = self._tables.risk_reviews
        late = sorted((row.due, name) for name, row in reviews.items() if row.due is not None and row.due <= now)
        raised = []
        for due, name in late[:limit]:
            row = reviews[name] = replace(reviews[name], due=None)
            alert = _alert(HeldId(row.agency, row.record), 0, Why.NOT_REVIEWED, due, now)
            raised.append(replace(alert, review=row.id))
        return raised


_LEVELS = frozenset({"assessment", "registration"})


def _alert(held: HeldId, number: int, why: Why, due: datetime, now: datetime) -> AlertRow:
    return AlertRow(uuid7(micros(now) // 1_000), held.agency, held.record, number, why, due, now)


def _told_of_release(tables: Tables, locals_: Collection[str]) -> dict[str, list[int]]:
    """Agency -> when it was told of a release of who has these local keys."""
    told: dict[str, list[int]] = defaultdict(list)
    for at, each in tables.announced.values():
        if each.local in locals_ and each.event == RELEASE and not each.missed:
            told[each.agency].append(at)
    return told


class MemoryWatchStore(WatchStore):
    """The watch in memory. alone: as of `MemoryStore`."""

    def __init__(self, tables: Tables, wire: Wire | None = None, *, alone: bool = False) -> None:
        self._tables = tables
        self._wire = wire or Calm()
        self._alone = alone

    async def look(self, now: datetime, limit: int, decide: Callable[[Sequence[Watched]], Looked]) -> int:
        """Look at those who are due, the longest due first; whoever is locked is left to the next look."""
        await self._wire.cross("watch.look")
        at = micros(now)
        due = [person for _, person in sorted((when, person) for person, when in self._tables.watch.items())]
        due = [person for person in due if self._tables.watch[person] <= at][:limit]
        if not due:
            return 0
        async with self._locked(due) as free:
            await self._wire.cross("watch.commit")
            self._keep(decide([self._watched(each) for each in free]), now)
        await self._wire.cross("watch.looked")
        return len(due)

    @asynccontextmanager
    async def _locked(self, persons: Sequence[str]) -> AsyncIterator[list[str]]:
        """Those of these persons whom no other transaction is just changing."""
        async with AsyncExitStack() as locks:
            if self._alone:
                await locks.enter_async_context(self._tables.locks["everything"])
            free = [each for each in sorted(persons) if not self._tables.locks[f"person {each}"].locked()]
            for each in free:
                await locks.enter_async_context(self._tables.locks[f"person {each}"])
            yield free

    def _watched(self, person: str) -> Watched:
        tables = self._tables
        locals_ = {key: row.agency for key, row in sorted(tables.locals.items()) if row.person == person}
        records = [row for row in tables.records.values() if row.id.person == person]
        return Watched(
            person,
            agencies={agency: [key for key, of in locals_.items() if of == agency] for agency in locals_.values()},
            levels=[
                LevelRow(row.slot, row.local, row.agency, row.record_type, row.key, row.order, row.level)
                for row in tables.standing.values()
                if row.local in locals_ and row.level is not None
            ],
            offender=next((row.content for row in records if row.id.type == "offender"), None),
            movements=[row.content for row in records if row.id.type == "movement" and row.content is not None],
            ruled={row.id: row.content for row in records if row.ruled and row.id.type in _LEVELS and row.content},
            marks={row.id: row.under_review for row in records},
            reviews=[row for row in tables.risk_reviews.values() if row.local in locals_],
            told_of_release=_told_of_release(tables, locals_),
            notices={row.id: (row.digest, row.revision) for row in records if row.id.type == NOTICE},
        )

    def _keep(self, looked: Looked, now: datetime) -> None:
        tables = self._tables
        for review in looked.reviews:
            tables.keep_review(review)
        for id_, marks in looked.marks.items():
            row = tables.records[id_]
            tables.records[id_] = replace(row, under_review=marks, revision=row.revision + 1, changed=now)
        tables.records.update({row.id: row for row in looked.notices})
        for each in sorted(looked.announced):
            tables.announced.setdefault(each[:4], (micros(now), each))
        tables.owe(looked.owed, now)
        tables.audit.extend(looked.audit)
        for person, when in looked.next.items():
            if when is None:
                tables.watch.pop(person, None)
            else:
                tables.watch[person] = when
