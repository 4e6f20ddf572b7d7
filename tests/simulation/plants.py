"""Faults to plant: each breaks one rule of the straight path, and the simulation must find it."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.client.link import Delivery
from hub.domain.contract import NOTICE_DAYS
from hub.domain.errors import Unavailable
from hub.domain.joining import Joining
from hub.domain.notices import told_from
from hub.domain.outcome import Outcome
from hub.domain.risk import Said
from hub.domain.submission import micros
from hub.exchange import giving_notice, persons, risk_watch, streams
from hub.exchange.case import Case, Membership
from hub.exchange.consume import Consumption
from hub.exchange.parked import Parked, Parking, Parkings
from hub.exchange.prepare import Prepared
from hub.exchange.share import Sharing
from hub.exchange.streams import Streams
from hub.ports import (
    AuditRow,
    HeldId,
    HeldRow,
    Message,
    Moved,
    OnRecord,
    Outlet,
    Owed,
    Publication,
    RecordId,
    TopicExtent,
)
from hub.store.alerts import AlertRow, Tell
from hub.store.watching import Looked, Watched
from tests.simulation import agencies, received, relayed
from tests.simulation.received import MemoryParkedStore
from tests.simulation.relayed import MemoryRelayStore
from tests.simulation.stored import _Transaction
from tests.simulation.tables import Tables
from tests.simulation.timekept import MemoryAlertStore, MemoryWatchStore


@dataclass(frozen=True, slots=True)
class Plant:
    """One fault. name: what the faulty hub does. owner, attribute: what is replaced, and by what.

    shows_with: the kind of mishap, `rough`, `limited` or `decided`, that it takes for it to show, where that is rare.
    """

    name: str
    owner: Any
    attribute: str
    fault: Any
    shows_with: str | None = None


async def _notes_before_publishing(self: Any, agency: str, publications: Sequence[Publication], number: int) -> None:
    outlet = self._outlets[agency]
    self._outlets[agency] = replace(outlet, published=max(outlet.published, number))
    await self._store.published(self._outlets[agency])
    if publications:
        await self._publisher.release(agency, publications)


async def _answers_before_it_is_kept(self: Any, batch: list[Prepared]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        async with self._store.sharing() as tx:
            outcomes = await self._take(tx, batch)
    except (Moved, Unavailable):
        if not outcomes:
            raise Unavailable("looked in vain") from None
    return outcomes


_take = Consumption.take


async def _commits_what_was_not_taken(self: Consumption, messages: Sequence[Message]) -> None:
    try:
        await _take(self, messages)
    except Unavailable:
        return


def _drops_withdrawals(
    self: agencies.Store, deliveries: Sequence[Delivery], refuses: Callable[[Delivery], bool]
) -> None:
    apply(self, [each for each in deliveries if not each.withdrawn], refuses)


apply = agencies.Store.apply


async def _forgets_what_was_overtaken(self: Any, agency: str, numbers: Collection[int], at: datetime) -> None:
    held = [row.id for row in self._tables.held.values() if row.id.agency == agency and row.number in numbers]
    self._tables.owe(held, at)


async def _takes_no_locks(self: Any, kind: str, names: Iterable[str]) -> None:
    await asyncio.sleep(0)


_TAKES_ITS_TIME_S = 1.0
"""For a fault that shows only where something comes between."""

_deliver = MemoryRelayStore.deliver


async def _drops_debts_owed_anew(self: Any, settled: Sequence[Owed], *rest: Any) -> None:
    await asyncio.sleep(_TAKES_ITS_TIME_S)
    await _deliver(self, [self._tables.owed.get(debt.held, debt) for debt in settled], *rest)


_backfill = MemoryRelayStore.backfill


async def _fills_no_more_than_a_slice(self: Any, limit: int, at: datetime) -> bool:
    going_on = await _backfill(self, limit, at)
    self._tables.backfills.clear()
    return going_on


_fold = Case._fold


def _believes_what_comes_last(self: Case, each: Prepared) -> None:
    earlier = self.live.get(each.slot)
    if earlier is not None and each.submission.order < earlier.order:
        earlier.order = replace(each.submission, sequence=-2).order
    _fold(self, each)


def _looks_at_nobody_whole(case: Case) -> Membership:
    membership = _membership(case)
    return Membership(membership.members, set(), membership.part | membership.whole & _touched(case))


_membership = persons._membership


def _touched(case: Case) -> set[str]:
    return {case.locals[each.local].person for each in case.fresh}


def _keeps_removed_records(self: Tables, decision: Any) -> None:
    _write(self, replace(decision, records_gone=[]))


_write = Tables.write


def _joins_all(self: Joining, one: str, other: str) -> bool:
    self._apart = ()
    return _join(self, one, other)


_join = Joining.join


def _looks_at_nobody_bound(self: Any, locals_: Iterable[str], digests: Iterable[str]) -> set[str]:
    """Nor does it notice that something was decided, or found, of somebody else together with one of these."""
    verdicts, likely = self._tables.verdicts.values(), self._tables.likely.values()
    self._verdicts_on = lambda these: frozenset(each for each in verdicts if {each.one, each.other} <= these.keys())
    self._likely_on = lambda these: frozenset(each for each in likely if these.keys() >= set(each.pair))
    return {self._tables.locals[key].person for key in self._known(locals_, digests)}


async def _finds_no_ruling(_self: Any, _locals: Iterable[str]) -> list[OnRecord]:
    return []


def _never(*_: object) -> bool:
    return False


async def _forgets_what_is_parked(_self: Parkings, _agency: str, parked: Sequence[Parked]) -> list[Parking]:
    return [Parking.PARKED for _ in parked]


async def _owes_again_what_it_believes_is_held(self: Any, agency: str, number: int, entry: AuditRow) -> RecordId | None:
    tables = self._tables
    for held, row in tables.parked.items():
        if (held.agency, row.number) == (agency, number):
            tables.owe([held], entry.at)
            return row.record  # type: ignore[no-any-return]  # as the store has it
    return None


_start = Streams._start


async def _overlooks_others(self: Any, outlet: Outlet, extent: TopicExtent) -> int | None:
    self._shared.clear()
    return await _start(self, outlet, extent._replace(end=min(extent.end, outlet.topic_end)))


def _gives_out_offsets_again(_outlet: Outlet, extent: TopicExtent, _at_once: int) -> int:
    return extent.end


_merged = relayed._merged


def _puts_deadlines_off(before: HeldRow, row: HeldRow) -> HeldRow:
    return _merged(replace(before, due=None), row)


async def _notes_before_it_raises(self: Any, now: datetime, limit: int, tell: Tell) -> list[AlertRow]:
    raised: list[AlertRow] = self._noted(now, limit)
    await self._wire.cross("alerts.noted")
    self._keep(raised, tell)
    return raised


_look = MemoryWatchStore.look


async def _looks_at_whom_it_has_struck_off(
    self: Any, now: datetime, limit: int, decide: Callable[[Sequence[Watched]], Looked]
) -> int:
    due = {person: when for person, when in self._tables.watch.items() if when <= micros(now)}
    for person in due:
        del self._tables.watch[person]
    await asyncio.sleep(3 * _TAKES_ITS_TIME_S)
    await self._wire.cross("watch.struck-off")
    self._tables.watch.update(due)
    return await _look(self, now, limit, decide)


def _leaves_open(_self: Tables, _ids: Iterable[HeldId], _at: datetime) -> None:
    pass


def _waits_for_what_is_there(row: HeldRow, _settled: int) -> HeldRow:
    return row


def _watches_nobody(self: Tables, decision: Any) -> None:
    _write(self, replace(decision, watched=set()))


def _nobody_waits(_levels: Iterable[Said], _now: int) -> None:
    return None


def _tells_all_at_once(notice: Any, _days: int) -> int:
    return told_from(notice, NOTICE_DAYS)


PLANTS = [
    Plant("notes releases before it publishes them", Streams, "_publish", _notes_before_publishing),
    Plant("answers before it is kept", Sharing, "_commit_whole", _answers_before_it_is_kept),
    Plant("commits what was not taken", Consumption, "take", _commits_what_was_not_taken),
    Plant("drops withdrawals", agencies.Store, "apply", _drops_withdrawals),
    Plant("forgets what was overtaken", MemoryRelayStore, "pass_over", _forgets_what_was_overtaken),
    Plant("forgets what is parked", Parkings, "park", _forgets_what_is_parked),
    Plant("delivers nothing again", MemoryParkedStore, "retry", _owes_again_what_it_believes_is_held),
    Plant("takes no locks", _Transaction, "_lock", _takes_no_locks),
    Plant("drops debts that are owed anew", MemoryRelayStore, "deliver", _drops_debts_owed_anew),
    Plant(
        "fills no more than a slice", MemoryRelayStore, "backfill", _fills_no_more_than_a_slice, shows_with="contract"
    ),
    Plant("believes what comes last", Case, "_fold", _believes_what_comes_last),
    Plant("keeps nobody apart", Joining, "join", _joins_all),
    Plant("looks at nobody it was decided of", _Transaction, "_persons_of", _looks_at_nobody_bound, "decided"),
    Plant("forgets what was ruled", _Transaction, "rulings", _finds_no_ruling),
    Plant("carries no since", Case, "_walk", lambda self, slot, history: None),
    Plant("does not follow who is joined or parted", persons, "_membership", _looks_at_nobody_whole),
    Plant("keeps records that are gone", Tables, "write", _keeps_removed_records),
    Plant("overlooks that access is limited", persons, "_access_changed", _never, "limited"),
    Plant("overlooks that a topic lost something", streams, "has_lost", _never, shows_with="cut"),
    Plant("overlooks who else writes", Streams, "_start", _overlooks_others, shows_with="lead"),
    Plant("lets a relay go on that leads no longer", MemoryRelayStore, "_confirm", _never, shows_with="lead"),
    Plant("gives out lost offsets again", streams, "resume_at", _gives_out_offsets_again, shows_with="cut"),
    Plant("puts deadlines off with every change", relayed, "_merged", _puts_deadlines_off),
    Plant("waits for what has been applied", received, "_waited_for", _waits_for_what_is_there),
    Plant("notes what is late before it raises it", MemoryAlertStore, "overdue", _notes_before_it_raises, "kill"),
    Plant("leaves alerts open when the receipt has come", Tables, "close_alerts", _leaves_open),
    Plant("strikes off before it looks", MemoryWatchStore, "look", _looks_at_whom_it_has_struck_off, "rough"),
    Plant("looks at nobody's risk when it changes", Tables, "write", _watches_nobody),
    Plant("looks at nobody's risk when a day has passed", risk_watch, "next_look", _nobody_waits),
    Plant("announces a release to all at once", giving_notice, "told_from", _tells_all_at_once),
]
