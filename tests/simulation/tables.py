"""The hub's database in memory: what `hub.store.tables` has, as dictionaries, and how one decision changes them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

from hub.domain.joining import Likely, Pair, Verdict
from hub.domain.recognition import BY_LIKELIHOOD, Doubtful
from hub.domain.submission import micros
from hub.ports import (
    AssertionRow,
    AuditRow,
    Decision,
    Description,
    HeldId,
    HeldRow,
    LocalIdRow,
    Moved,
    Outlet,
    Owed,
    PersonRow,
    RecordId,
    RecordRow,
    RulingRow,
    SettledRow,
    StandingRow,
    SubmissionId,
)
from hub.store.alerts import AlertRow, Why
from hub.store.conflicts import DifferingRow, RulingKept
from hub.store.dead_letters import DeadLetterRow
from hub.store.notices import NoticeRow
from hub.store.parked import ParkedRow
from hub.store.receipts import Delivered
from hub.store.risk_reviews import RiskReviewRow
from hub.store.watching import Announced


@dataclass(frozen=True)
class Waiting:
    """A local id to be matched. turn: whose it is, until when."""

    since: datetime
    later: bool
    stamp: str = ""
    turn: tuple[str, datetime] | None = None


AlertName: TypeAlias = tuple[HeldId, int, str, datetime, str]
"""What an alert is about, the number of the delivery, why, by when it was due, and of which review."""


class Told(NamedTuple):
    """What is to be remembered of a record of an agency: `delivered`, `applied` or `raised`, in the order of commits.

    due: of what is delivered or raised.
    """

    what: str
    held: HeldId
    number: int
    due: datetime | None = None
    withdrawn: bool = False


def _kept(row: RulingRow) -> RulingKept:
    local = min(row.reasons)
    return RulingKept(row.ruling, local, row.by, row.at, row.reasons[local], None, None, None)


@dataclass
class Tables:
    """Committed state. Each process of a hub has its own way to it, all share one."""

    survivors: dict[str, str | None] = field(default_factory=dict)
    """Every person there ever was -> who it was merged into."""
    parted_from: dict[str, str | None] = field(default_factory=dict)
    """Every person there ever was -> out of whom it came."""
    locals: dict[str, LocalIdRow] = field(default_factory=dict)
    reviews: dict[tuple[str, str], Doubtful] = field(default_factory=dict)
    verdicts: dict[Pair, Verdict] = field(default_factory=dict)
    likely: dict[Pair, Likely] = field(default_factory=dict)
    settled: dict[str, SettledRow] = field(default_factory=dict)
    rulings: dict[str, RulingRow] = field(default_factory=dict)
    """By id; those taken back are not there."""
    assertions: dict[SubmissionId, AssertionRow] = field(default_factory=dict)
    standing: dict[str, StandingRow] = field(default_factory=dict)
    records: dict[RecordId, RecordRow] = field(default_factory=dict)
    owed: dict[HeldId, Owed] = field(default_factory=dict)
    held: dict[HeldId, HeldRow] = field(default_factory=dict)
    delivered: dict[tuple[str, int], Delivered] = field(default_factory=dict)
    given_out: dict[tuple[str, int], datetime] = field(default_factory=dict)
    parked: dict[HeldId, ParkedRow] = field(default_factory=dict)
    withheld: set[HeldId] = field(default_factory=set)
    outlets: dict[str, Outlet] = field(default_factory=dict)
    backfills: dict[str, RecordId | None] = field(default_factory=dict)
    """Agency that is filled from what is there -> the last record owed for it; the oldest first."""
    unmatched: dict[str, Waiting] = field(default_factory=dict)
    described: dict[str, tuple[int, Description]] = field(default_factory=dict)
    """Local key -> the number of its description, and that."""
    watch: dict[str, int] = field(default_factory=dict)
    """Person -> when to look at their risk again."""
    risk_reviews: dict[str, RiskReviewRow] = field(default_factory=dict)
    alerts: dict[AlertName, AlertRow] = field(default_factory=dict)
    announced: dict[tuple[str, str, str, str], tuple[int, Announced]] = field(default_factory=dict)
    """By agency, local key, event and day: when, and whether in time."""
    told: list[NoticeRow] = field(default_factory=list)
    journal: list[Told] = field(default_factory=list)
    """No table of the hub's: what was delivered, applied and raised, for whoever looks at the end."""
    audit: list[AuditRow] = field(default_factory=list)
    dead_letters: dict[str, DeadLetterRow] = field(default_factory=dict)
    notified: set[str] = field(default_factory=set)
    leader: object | None = None
    """Who holds the lock of the relay."""
    term: int = 0
    """Counts leads."""
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _stamps: int = 0
    _numbers: int = 0

    def block(self, form: bytes) -> list[str]:
        """The local keys of those who have a blocking key that begins so; one with several such keys comes again."""
        everybody = self.described.items()
        keys = ((local, {ladder[-1] for ladder in each.ladders}) for local, (_, each) in everybody)
        return [local for local, longest in keys for key in longest if key.startswith(form)]

    def next_number(self) -> int:
        """Of a description."""
        self._numbers += 1
        return self._numbers

    def write(self, decision: Decision) -> None:
        """All that one batch of `share` changes, at once.

        Raises:
            Moved: another transaction took one of the ids first.
        """
        ids = [SubmissionId(row.agency, row.order.id) for row in decision.assertions]
        if len(set(ids)) < len(ids) or any(each in self.assertions for each in ids):
            raise Moved
        self._write_people(decision)
        self._write_reviews(decision)
        self.assertions.update(zip(ids, decision.assertions, strict=True))
        for standing in decision.standing:
            said = self.assertions[SubmissionId(standing.agency, standing.order.id)]
            self.standing[standing.slot] = replace(standing, body=said.body)
        self.rulings.update({row.ruling.id: row for row in decision.rulings})
        for over in decision.rulings_over:
            self.rulings.pop(over.id)
        self.audit.extend(decision.audit)
        for gone in decision.records_gone:
            self.records.pop(gone, None)
        for row in decision.records:
            before = self.records.get(row.id, row)
            self.records[row.id] = replace(row, under_review=before.under_review)
        self.watch.update(dict.fromkeys(decision.watched, micros(decision.at)))
        self.owe(decision.owed, decision.at, later=decision.later)
        for local in decision.unmatched:
            waiting = self.unmatched.get(local, Waiting(decision.at, decision.later))
            later = waiting.later and decision.later
            self.unmatched[local] = replace(waiting, stamp=f"stamp-{self._stamps}", later=later)

    def _write_people(self, decision: Decision) -> None:
        for person, parted_from in decision.persons_new.items():
            self.survivors.setdefault(person, None)
            self.parted_from.setdefault(person, parted_from)
        for removed, kept in sorted(decision.persons_removed.items()):
            for person, survivor in self.survivors.items():
                if removed in {person, survivor}:
                    self.survivors[person] = kept
        for row in decision.locals:
            known = self.locals.get(row.key)
            claims = row.claims if row.key in decision.reclaimed or known is None else known.claims
            self.locals[row.key] = replace(row, claims=claims)

    def _write_reviews(self, decision: Decision) -> None:
        for pair in decision.taken_back:
            self.verdicts.pop(pair, None)
        self.verdicts.update({row.verdict.pair: row.verdict for row in decision.verdicts})
        for pair in decision.unlikely:
            self.likely.pop(pair, None)
        self.likely.update({each.pair: each for each in decision.likely})
        self.settled.update({row.local: row for row in decision.settled})
        over = {
            (one, other)
            for (one, other), open_ in self.reviews.items()
            if {one, other} <= decision.compared
            or ({one, other} & decision.reexamined and open_.doubt not in BY_LIKELIHOOD)
        }
        for pair in over:
            del self.reviews[pair]
        for doubt in decision.doubts:
            self.reviews.setdefault((doubt.one, doubt.other), doubt)

    def owe(self, ids: Iterable[HeldId], at: datetime, *, later: bool = False) -> None:
        """Owe these anew: what was owed already stays as old as it was, and waits only if it did."""
        self._stamps += 1
        for held in sorted(ids):
            before = self.owed.get(held, Owed(held, "", at, later))
            self.owed[held] = Owed(held, f"stamp-{self._stamps}", before.since, before.later and later)

    def keep_review(self, row: RiskReviewRow) -> None:
        """A risk review as it now is; alerts on one that is closed, or put to somebody else, are closed, too."""
        self.risk_reviews[row.id] = row
        asked = row.agency if row.closed is None else ""
        for name, alert in self.alerts.items():
            if alert.review == row.id and alert.agency != asked and alert.closed is None:
                self.alerts[name] = replace(alert, closed=row.closed or row.opened, closed_by="review")

    def close_alerts(self, ids: Iterable[HeldId], at: datetime) -> None:
        """Those on what has been applied since, or was never acknowledged and is gone."""
        sought = set(ids)
        for name, alert in self.alerts.items():
            held = self.held.get(name[0])
            if name[0] not in sought or held is None or alert.why != Why.NOT_APPLIED or alert.closed is not None:
                continue
            holds = (held.applied_number or 0) < held.number or held.applied_digest == held.digest
            if (held.applied_number or 0) >= alert.number and holds:
                self.alerts[name] = replace(alert, closed=at, closed_by="receipt")
            elif held.withdrawn and held.applied_number is None:
                self.alerts[name] = replace(alert, closed=at, closed_by="withdrawal")

    def differing(self, record: RecordRow) -> DifferingRow:
        """A record with all that stands of it and was ruled on it, as the desk sees it."""
        person = self.person(record.id.person)
        keys = {key for _, key, _ in person.locals}
        said = [row for row in self.standing.values() if row.local in keys and row.rid == record.rid]
        ruled = [each for each in self.rulings.values() if keys & each.ruling.settles.keys() and each.rid == record.rid]
        kept = [_kept(each) for each in ruled]
        return DifferingRow(record, person, [row for row in said if not row.withdrawn], kept)

    def people(self) -> set[str]:
        """Everybody there is."""
        return {row.person for row in self.locals.values()}

    def person(self, person: str) -> PersonRow:
        """A person as the relay needs it."""
        rows = [row for row in self.locals.values() if row.person == person]
        locals_ = tuple(sorted((row.agency, row.key, row.sealed) for row in rows))
        restricted = any(row.restricted for row in rows)
        return PersonRow(person, locals_, restricted, self.survivors[person], self.parted_from[person])
