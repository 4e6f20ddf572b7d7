"""What the hub needs from outside, as protocols, and the rows that pass through them.

The real implementations: `hub.store` (PostgreSQL, SQLite), `hub.trust.sealing`, `adapters.kafka`. The
simulation has its own in memory; each pair passes one suite.

Bodies are opaque bytes here: they went through a `Seal`. Local ids, slots and records are known by keyed digests
(`Keys`), so that no table holds an identifier in the clear.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from hub.domain.joining import Likely, Pair, Verdict
from hub.domain.recognition import MOST_HOLDERS, Claim, Doubtful
from hub.domain.rulings import Ruling
from hub.domain.submission import Order


class Moved(Exception):
    """Between looking and locking, a person was joined or parted: look again."""


class Unfit(Exception):
    """The store refuses the data of a batch; the batch is halved until the culprit stands alone."""


class SubmissionId(NamedTuple):
    """An agency's id of a submission."""

    agency: str
    id: str


class RecordId(NamedTuple):
    """A record of a person. key is "-" for the one offender record."""

    person: str
    type: str
    key: str


class HeldId(NamedTuple):
    """A record as one agency holds it."""

    agency: str
    record: RecordId


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted submission as found again by its id. digest: keyed digest of what was said."""

    digest: str
    record_type: str
    key: str
    received: datetime


@dataclass(frozen=True, slots=True)
class LocalIdRow:
    """A local id. key: keyed digest of agency and local id. person: whose it is.

    sealed: the local id itself. features: sealed names and dates for recognition, None while nobody said any.
    claims: the strong identifiers in its standing offender record, and itself.
    restricted: its agency flags the person as limited access.
    """

    key: str
    agency: str
    person: str
    sealed: bytes
    features: bytes | None
    claims: frozenset[Claim]
    restricted: bool


@dataclass(frozen=True, slots=True)
class AssertionRow:
    """A submission, once taken. slot: keyed digest of local id, type and the agency's own reference.

    rid: keyed digest of the record's type and key. body: sealed, None for a withdrawal.
    digest: keyed digest of what was said, by which a repeated id is told from one that is reused.
    """

    agency: str
    order: Order
    slot: str
    local: str
    record_type: str
    key: str
    rid: str
    version: str
    withdrawn: bool
    received: datetime
    digest: str
    body: bytes | None
    traceparent: str | None


class StandingLevel(NamedTuple):
    """A level of risk that stands, see `hub.domain.risk.Level`. subject: keyed digest. since: microseconds.

    level: keyed digest of all of it; equal where the same is said.
    """

    subject: str
    path: str
    since: int
    review: date | None
    ends: date | None
    level: str


@dataclass(frozen=True, slots=True)
class StandingRow:
    """The latest assertion of a slot. since: sealed, see `hub.domain.convergence.Standing.since`.

    level: what it says of a risk; None where it says none, and wherever it is not asked for.
    """

    slot: str
    local: str
    agency: str
    record_type: str
    key: str
    rid: str
    order: Order
    withdrawn: bool
    body: bytes | None
    since: bytes | None
    level: StandingLevel | None = None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """The current shared record. content: sealed body, contested places and sources; None when withdrawn.

    digest: of the content, so that what did not change is not written. changed: when, UTC.
    under_review: JSON Pointers, sorted, of levels of risk that somebody must look at; the timekeeper alone sets them.
    contested, ruled: the places in it where agencies differ, without a ruling and by one.
    """

    id: RecordId
    rid: str
    revision: int
    digest: str
    content: bytes | None
    contested: tuple[str, ...]
    changed: datetime
    ruled: tuple[str, ...] = ()
    under_review: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry of the log the Data Protection Act 2018 s.62 asks for.

    action: collection, withdrawal, consultation, disclosure, combination, parting, or what was done to agencies,
    contracts and keys. actor: the agency, operator or `hub`. reference: submission id or delivery number.
    basis, purpose: of a consultation or disclosure.
    """

    at: datetime
    action: str
    actor: str
    agency: str
    person: str
    type: str
    key: str
    reference: str
    basis: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What an operator decided of two local ids, and that holds. reason: sealed for the first of them. at: UTC."""

    verdict: Verdict
    by: str
    at: datetime
    reason: bytes


@dataclass(frozen=True, slots=True)
class SettledRow:
    """That a local id rightly is described as it was in this submission. reason: sealed for the local id. at: UTC."""

    local: str
    order: Order
    by: str
    at: datetime
    reason: bytes


class OnRecord(NamedTuple):
    """A ruling and the record it is on, by its rid."""

    rid: str
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class RulingRow:
    """What an operator ruled. reasons: local key -> the reason, sealed for each local id the ruling names. at: UTC."""

    rid: str
    ruling: Ruling
    by: str
    at: datetime
    reasons: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class RulingOver:
    """A ruling that an operator takes back. reasons: as in `RulingRow`. at: UTC."""

    id: str
    by: str
    at: datetime
    reasons: Mapping[str, bytes]


@dataclass(slots=True)
class People:
    """The local ids concerned: of the persons touched, and of those who share a claim with them."""

    locals: dict[str, LocalIdRow]
    """By local key; only those that the store knows."""
    verdicts: frozenset[Verdict] = frozenset()
    """All that was decided of these local ids, and holds."""
    likely: frozenset[Likely] = frozenset()
    """All that likelihood says of any two of these."""
    crowded: Mapping[str, int] = field(default_factory=dict)
    """Claim digests of these, or said of them, that are crowded, with how many hold them: those are not all loaded."""
    most_holders: int = MOST_HOLDERS
    """With more holders, a claim is crowded."""


@dataclass(slots=True)
class Decision:
    """All that one batch changes, written in one go. Later entries for one row have been folded into one."""

    assertions: list[AssertionRow]
    standing: list[StandingRow]
    locals: list[LocalIdRow]
    reclaimed: set[str]
    """Local keys among `locals` whose claims differ from what the store has."""
    persons_new: Mapping[str, str | None]
    """New person -> the person it was parted from, None for one nobody knew."""
    persons_removed: dict[str, str]
    """Removed person -> survivor."""
    records: list[RecordRow]
    records_gone: list[RecordId]
    """Records of a person that is no more, or that went to another person."""
    owed: set[HeldId]
    later: bool
    """Whether what is owed may wait: it comes of filling from files."""
    doubts: frozenset[Doubtful]
    """The open reviews among the local keys in `compared`, in place of what was open."""
    reexamined: set[str]
    """Local keys whose claims or features changed: what was open for them, whoever the other is, is over; but for
    what likelihood asked, which is compared anew elsewhere."""
    compared: set[str]
    audit: list[AuditRow]
    at: datetime
    verdicts: list[VerdictRow] = field(default_factory=list)
    """Decisions of operators; the last on two local ids is the one that holds."""
    taken_back: list[Pair] = field(default_factory=list)
    """Of whom nothing holds any more."""
    likely: list[Likely] = field(default_factory=list)
    """What likelihood says now, in place of what it said of the same two."""
    unlikely: list[Pair] = field(default_factory=list)
    """Of whom it says nothing any more."""
    settled: list[SettledRow] = field(default_factory=list)
    unmatched: set[str] = field(default_factory=set)
    """Local keys of whom another offender record was said, if only late: they are to be matched anew."""
    crowded: dict[str, int] = field(default_factory=dict)
    """Claim digests that are crowded and whose holders change, with how many those are now."""
    uncrowded: set[str] = field(default_factory=set)
    """Claim digests that were crowded and are no more."""
    watched: set[str] = field(default_factory=set)
    """Persons at whose risk the timekeeper must look again."""
    rulings: list[RulingRow] = field(default_factory=list)
    rulings_over: list[RulingOver] = field(default_factory=list)


class Keys(Protocol):
    """Keyed digests (HMAC), by which identifiers are looked up."""

    def keyed(self, kind: str, *parts: str) -> str:
        """22 characters; kind keeps digests of different things apart."""
        ...

    def keyed_bytes(self, kind: str, content: bytes) -> str:
        """The same for content."""
        ...


class Seal(Protocol):
    """The one seam bodies go through on their way to the store and back."""

    def seal(self, owner: str, content: bytes) -> bytes:
        """owner: whose data key, such as `local:<key>` or `person:<id>`."""
        ...

    def open(self, owner: str, sealed: bytes) -> bytes:
        """Raises `Halt` when it cannot be opened."""
        ...


class Candidate(NamedTuple):
    """A local id that may be the same person. number: of its description, another whenever that changes."""

    local: str
    number: int
    sealed: bytes


class ShareTransaction(Protocol):
    """One transaction of `share`: look, then write once. Its locks last until it ends."""

    async def taken(self, ids: Sequence[SubmissionId]) -> Mapping[SubmissionId, Taken]:
        """Which of these ids were accepted before."""
        ...

    async def people(
        self, own: Mapping[str, Iterable[str]], said: Iterable[str], changing: Collection[str] = ()
    ) -> People:
        """Lock and load the local ids concerned, with all other local ids of their persons.

        own: the local keys spoken of, each with the claim digests it has whatever is said of it. said: the claim
        digests said now. changing: the local keys of which they are said: what they claimed before, they may give up.
        Concerned are the local ids spoken of and all that hold one of these claims, but for claims that are crowded
        and stay so: those of the local ids are not looked for. A crowded claim that those changing may leave with few
        enough holders concerns them all. And everybody who is bound to one of these by decisions or by likely links,
        in however many steps.

        Raises:
            Moved: what was looked at changed before the locks were held.
        """
        ...

    async def standing(self, locals_: Iterable[str], rids: Iterable[str] | None) -> list[StandingRow]:
        """Standing assertions of these local keys, on these records only, or on all (None)."""
        ...

    async def slots(self, slots: Iterable[str]) -> list[StandingRow]:
        """The standing assertions of these slots."""
        ...

    async def histories(self, slots: Iterable[str]) -> Mapping[str, list[tuple[Order, bytes | None]]]:
        """Slot -> every submission taken on it: its order and its sealed body (None = withdrawal)."""
        ...

    async def records(self, persons: Iterable[str], rids: Iterable[str] | None) -> list[RecordRow]:
        """Current shared records of these persons, only these records, or all (None)."""
        ...

    async def described(self, locals_: Iterable[str]) -> Mapping[str, Candidate]:
        """Local key -> its description in `MatchingStore`, of those that have one."""
        ...

    async def likened(self, locals_: Iterable[str]) -> list[Likely]:
        """All that likelihood says of these local keys, whoever the other is."""
        ...

    async def match_alone(self) -> None:
        """Nobody else records what likelihood says, or describes anybody, until this transaction ends.

        To be asked for before anything else is: whoever waits for it must not hold what others wait for.
        """
        ...

    async def likened_by(self, keys: Collection[bytes]) -> list[Likely]:
        """All that likelihood says of those who were found by one of these forms of blocking keys."""
        ...

    async def large(self, keys: Collection[bytes]) -> set[bytes]:
        """Which of these forms of blocking keys have large blocks, as `MatchingStore.candidates` has it."""
        ...

    async def settled(self, locals_: Iterable[str]) -> Mapping[str, Order]:
        """Local key -> the description of it that somebody found right."""
        ...

    async def rulings(self, locals_: Iterable[str]) -> list[OnRecord]:
        """The rulings that name one of these local keys, each once; those taken back left out."""
        ...

    async def in_force(self) -> Mapping[str, str]:
        """Agency -> digest of the contract that it is served under, where it is by the active relay.

        To be asked for after `people`: no backfill under a contract begins until this transaction ends.
        """
        ...

    async def write(self, decision: Decision) -> None:
        """Write everything; seen by others when the transaction ends."""
        ...


@dataclass(frozen=True, slots=True)
class Owed:
    """A record whose current release an agency may not have yet. stamp: changes whenever it is owed anew.

    later: it waits behind what is not, for it comes of filling from what is there.
    withheld: it stands noted that limited access keeps the record back from the agency.
    again: the agency is to be told even what it was told last, or that there is nothing: it holds something else.
    """

    held: HeldId
    stamp: str
    since: datetime
    later: bool = False
    withheld: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the relay needs it.

    locals: (agency, local key, sealed local id). survivor: if merged away. parted_from: if it came out of a split.
    """

    id: str
    locals: tuple[tuple[str, str, bytes], ...]
    restricted: bool
    survivor: str | None
    parted_from: str | None = None


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What was last delivered to an agency for a record.

    number: in that agency's one order. digest: empty when it was overtaken before it was sent, so that whatever
    the record is next is news. withdrawn: the release says that there is nothing (any more).
    since: when the change it carries was committed, UTC. applied_*: by its receipts, None before the first.
    known_as: digest of the local ids by which the agency knew the person then; see `hub.release.Release`.
    last_due: by when this delivery must be applied, None for no deadline. due: by when what the agency has not applied
    of this record must be; None where nothing is waited for, or its being late has been raised. awaited: the delivery
    that `due` belongs to. seen_due: of a delivery that is being made: by when somebody must have seen it, None where
    nobody has to; kept apart from what is held.
    """

    id: HeldId
    number: int
    digest: str
    withdrawn: bool
    since: datetime
    delivered: datetime
    applied_number: int | None = None
    applied_digest: str | None = None
    applied_at: datetime | None = None
    known_as: str = ""
    due: datetime | None = None
    awaited: int = 0
    last_due: datetime | None = None
    seen_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """The state of one agency's stream. number: the last given out. published: up to which the broker has it.

    topic_*: its topic as the relay last saw it, to notice when it is emptied, cut or deleted behind its back.
    refill: an operator has asked for the topic to be filled again.
    contract: digest of the contract under which everything was last owed; None before the first.
    """

    agency: str
    number: int = 0
    published: int = 0
    topic_id: str | None = None
    topic_start: int = 0
    topic_end: int = 0
    refill: bool = False
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How far an extract has been loaded: all before this place is settled.

    line: the last one read. offset: bytes of its text. taken, repeated (taken before), rejected: lines, so far.
    kept: bytes of the file of rejected lines that belong to it. recorded: when the extract was made, for what does not
    say itself when it was recorded, in microseconds since 1970.
    """

    line: int = 0
    offset: int = 0
    taken: int = 0
    repeated: int = 0
    rejected: int = 0
    kept: int = 0
    recorded: int = 0


class Look(NamedTuple):
    """Debts with all that it takes to settle them: one snapshot, no older than the debts.

    records, persons: those concerned, as far as there are any. held: what the agencies concerned hold of them.
    """

    owed: list[Owed]
    records: dict[RecordId, RecordRow]
    persons: dict[str, PersonRow]
    held: dict[HeldId, HeldRow]


class RelayStore(Protocol):
    """What the relay reads and writes. Exactly one relay is active."""

    def leading(self) -> AbstractAsyncContextManager[bool]:
        """Try to become the active relay; True inside the context when this process is it."""
        ...

    async def confirm_lead(self) -> None:
        """Raises `Unavailable` when another process leads meanwhile."""
        ...

    async def look(self, limit: int, later: int) -> Look:
        """The oldest debts; those that may wait come last, and are no more than `later`."""
        ...

    async def current(self, records: Sequence[RecordId]) -> tuple[dict[RecordId, RecordRow], dict[str, PersonRow]]:
        """The shared records and their persons, as one snapshot."""
        ...

    async def outlets(self) -> dict[str, Outlet]:
        """Every agency's outlet."""
        ...

    async def deliver(
        self,
        settled: Sequence[Owed],
        deliveries: Sequence[HeldRow],
        withheld: Mapping[HeldId, bool],
        audit: Sequence[AuditRow],
    ) -> None:
        """Commit deliveries and their audit, note who is withheld what, drop debts whose stamp still stands."""
        ...

    async def unpublished(self, agency: str, after: int, limit: int) -> list[HeldRow]:
        """What this agency holds by number beyond `after`, ascending."""
        ...

    async def published(self, outlet: Outlet, *, refilling: bool = False) -> None:
        """Note how far a stream agency's topic has got; `number` and `contract` stay as they are.

        refilling: what `refill` asked for is under way; else `refill` stays as it is too.
        """
        ...

    async def given_out(self, agency: str, earlier: timedelta, than: int) -> int:
        """The last number that was given out so much earlier than this one; 0 if there was none."""
        ...

    async def pass_over(self, agency: str, numbers: Collection[int], at: datetime) -> None:
        """Owe anew what was overtaken before it was sent, where that is still the record's last number.

        The agency never gets these numbers, so their digests count for nothing: a record that becomes again what it
        was is sent all the same.
        """
        ...

    async def begin_backfill(self, agency: str, contract: str, at: datetime) -> None:
        """Begin to owe an agency every record there is and every one it holds, under a contract of this digest.

        What is still to be filled for it under another contract is begun again.
        """
        ...

    async def end_contracts(self, agencies: Collection[str]) -> None:
        """These agencies are served under no contract any more."""
        ...

    async def backfill(self, limit: int, at: datetime) -> bool:
        """Owe the next so many of the oldest backfill, to be settled later than what changes.

        What is owed already stays as it is. False: there is nothing more to be filled, for anybody.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an agency's input topic. position: topic, partition, offset and time in ms, joined by "/"."""

    agency: str
    position: str
    headers: Mapping[str, bytes]
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Publication:
    """One message for an agency's output or rejection topic. value: None for a tombstone."""

    key: str
    headers: Mapping[str, str]
    value: bytes | None


class TopicExtent(NamedTuple):
    """What a topic holds now. id: changes when a topic is deleted and made again. start, end: offsets."""

    id: str
    start: int
    end: int


class Publisher(Protocol):
    """Publishes on the agencies' topics.

    Every method raises `Unavailable` when the broker does not answer; whether a message got through is then
    unknown, and publishing it again is right.
    """

    async def release(self, agency: str, publications: Sequence[Publication]) -> int:
        """Publish on `hub.out.<agency>` in this order; returns the offset after the last one."""
        ...

    async def reject(self, agency: str, publications: Sequence[Publication]) -> None:
        """Publish on `hub.rejected.<agency>`."""
        ...

    async def extent(self, agency: str) -> TopicExtent:
        """What `hub.out.<agency>` holds, making the topic if it is not there."""
        ...


class AlertSender(Protocol):
    """Tells outside the hub that alerts were raised."""

    async def send(self, id_: str, content: bytes) -> None:
        """Send a notice, JSON without any person's data; the same id again is the same notice.

        Raises `Unavailable` when it may not have arrived.
        """
        ...


class InputPosition(NamedTuple):
    """How far the hub has read one partition of an agency's input.

    start, end: the offsets of the first message there and of the next to come. committed: the next message the hub
    will take; None before it has committed any.
    """

    agency: str
    partition: int
    start: int
    end: int
    committed: int | None

    @property
    def lag(self) -> int:
        """Messages the hub has still to take."""
        taken_to = self.start if self.committed is None else self.committed
        return max(0, self.end - max(taken_to, self.start))


class InputPositions(Protocol):
    """Tells how far the hub has read what agencies send."""

    async def positions(self, agencies: Collection[str]) -> list[InputPosition]:
        """Every partition of these agencies' input, by agency and partition; none where there is no topic.

        Raises `Unavailable` when the broker does not answer, `Halt` when it refuses the hub's credentials.
        """
        ...


class Store(Protocol):
    """The hub's store is the record."""

    def sharing(self) -> AbstractAsyncContextManager[ShareTransaction]:
        """One transaction: committed when the context ends, rolled back when it raises.

        Raises `Unavailable` when the database does not answer or has refused the moment, not the data.
        """
        ...


Ladder = tuple[bytes, ...]
"""A blocking key as keyed digests, from its shortest form to its longest; each begins with the one before it."""
SHORTEST_FORM, LONGER_BY = 7, 4
"""Bytes of a blocking key in its shortest form, and how many more each longer form has: there are many of them.

Two keys that come to the same bytes by chance bring together two people whom comparing then tells apart.
"""


def forms_of(key: bytes) -> Ladder:
    """The whole ladder of a blocking key in its longest form."""
    return tuple(key[:length] for length in range(SHORTEST_FORM, len(key) + 1, LONGER_BY))


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A local id to be matched. stamp: changes whenever it is to be matched anew.

    agency, sealed: as `LocalIdRow` has them.
    said: the sealed body of its standing offender record, None where that is withdrawn.
    described: what is compared of it so far, sealed; None where it has no description.
    """

    local: str
    stamp: str
    said: bytes | None
    described: bytes | None
    agency: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """Some local ids that one worker matches now; for a while nobody else is given them.

    by: names the turn. at: when it was taken.
    """

    by: str
    at: datetime
    rows: tuple[Unmatched, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What is compared of a local id, sealed, and all its blocking keys."""

    sealed: bytes
    ladders: frozenset[Ladder]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those to compare a local id with: most keys in common first.

    passed: forms of its keys by which nobody was sought, for their blocks are large. large: keys of which even the
    longest form is one of these. cut: how many were found and are not among the candidates, for there were too many.
    """

    found: tuple[Candidate, ...] = ()
    passed: frozenset[bytes] = frozenset()
    large: int = 0
    cut: int = 0


class MatchingStore(Protocol):
    """What matching by likelihood reads and writes. Any number of workers may do so at once.

    A worker takes a turn, describes, and only when that is committed looks for candidates: of two that describe one
    person each at the same time, the later one finds the other. What it then decides of two local ids may be out of
    date when it comes to be recorded; it is not as long as both have the description of that number
    (`ShareTransaction.described`, asked under the locks of `people`). If one has not, another turn compares the two.
    """

    async def take(self, limit: int, now: datetime) -> Turn:
        """Take a turn at no more than so many local ids, those that wait longest; those of a first filling last.

        A turn that does not end, as its worker has, is over after a while.
        """
        ...

    async def describe(self, turn: Turn, descriptions: Mapping[str, Description | None]) -> Mapping[str, int | None]:
        """Replace the descriptions of local ids of this turn; None: it has none any more.

        Returns the number of each description. Those missing there are not in this turn any more: another worker has
        them, and nothing was written of them. Others who have a key in common whose block was large before, and is not
        any more, wait to be compared by it.
        """
        ...

    async def candidates(self, sought: Mapping[str, Collection[Ladder]]) -> Mapping[str, Candidates]:
        """Whom to compare each local key with: others that have a blocking key in common with it.

        A short key with a large block gives way to the next longer one.
        """
        ...

    async def settle(self, turn: Turn) -> None:
        """End a turn; local ids of which something was said meanwhile wait for another."""
        ...

    async def all_described(self, after: int, limit: int) -> list[Candidate]:
        """The next so many descriptions there are, by their numbers, beyond this one."""
        ...
