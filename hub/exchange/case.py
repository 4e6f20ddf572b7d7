"""The working memory of one batch of `share`: what was fetched, and what the submissions make of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import orjson

from hub.domain.canonical import Json, canonical
from hub.domain.convergence import Rule, Standing, since_through
from hub.domain.joining import Likely, Pair, Verdict
from hub.domain.recognition import Recognised
from hub.domain.risk import carried_with_risk, speaks_of_risk
from hub.domain.rulings import Ruling
from hub.domain.submission import Order
from hub.exchange.prepare import Prepared
from hub.ports import LocalIdRow, OnRecord, People, RecordId, RecordRow, Seal, ShareTransaction, StandingRow


@dataclass(slots=True)
class Live:
    """The standing assertion of a slot while the batch is decided.

    key, rid: empty for a withdrawal of what was never said. prepared: the submission, where it is of this batch.
    row: as the store has it, where it is from there; its body is opened when it is needed.
    """

    slot: str
    local: str
    agency: str
    record_type: str
    key: str
    rid: str
    order: Order
    withdrawn: bool
    since: Mapping[str, Order]
    prepared: Prepared | None = None
    row: StandingRow | None = None
    opened: Json = None

    def body(self, seal: Seal) -> Json:
        """What is said; None for a withdrawal."""
        if self.prepared is not None:
            return self.prepared.body
        if self.opened is None and self.row is not None and self.row.body is not None:
            self.opened = orjson.loads(seal.open(f"local:{self.local}", self.row.body))
        return self.opened

    def said(self, kind: str, seal: Seal) -> Standing:
        """As convergence sees it."""
        return Standing(self.agency, kind, self.local, self.order, self.body(seal), self.since)


class Case:
    """One batch being decided."""

    def __init__(
        self,
        fresh: Sequence[Prepared],
        people: People,
        slots: Sequence[StandingRow],
        rules: Mapping[str, Rule],
        seal: Seal,
    ) -> None:
        self.fresh = fresh
        self.locals: dict[str, LocalIdRow] = dict(people.locals)
        self.before: dict[str, LocalIdRow] = dict(people.locals)
        self.live: dict[str, Live] = {row.slot: live_of(row, seal) for row in slots}
        self.keys: list[tuple[str, str]] = []
        """Key and rid of each of the fresh submissions."""
        self.watched: set[str] = set()
        """Local keys of which other things are said of risk, or of who holds the person, or in another record."""
        self.late: set[str] = set()
        """Slots in which a submission came after a later one."""
        self.touched: set[tuple[str, str]] = set()
        """(local key, rid) of the records spoken of, before and after."""
        self.crowded = people.crowded
        self.most_holders = people.most_holders
        self.verdicts: dict[Pair, Verdict] = {each.pair: each for each in people.verdicts}
        self.likely: dict[Pair, Likely] = {each.pair: each for each in people.likely}
        self.ruled: set[Pair] = set()
        """Pairs of whom something is decided now, or taken back, or found."""
        self.recognised: Recognised | None = None
        self.reexamined: set[str] = set()
        """Local keys whose claims or features changed."""
        self.people = Membership()
        self.standing: dict[str, Live] = {}
        self.records: dict[RecordId, RecordRow] = {}
        self.in_force: Mapping[str, str] = {}
        """Agency -> digest of the contract that it is served under."""
        self.rulings: dict[str, list[Ruling]] = defaultdict(list)
        """By rid: the rulings that may hold on what is said of it."""
        self._rules = rules
        self._seal = seal
        for each in fresh:
            self._fold(each)

    def rule(self, pair: Pair, verdict: Verdict | None) -> None:
        """Let this be what holds of two local ids; None: nothing."""
        self.ruled.add(pair)
        self.verdicts.pop(pair, None)
        if verdict is not None:
            self.verdicts[pair] = verdict

    def find(self, pair: Pair, found: Likely | None) -> None:
        """Let this be what likelihood says of two local ids; None: nothing."""
        self.ruled.add(pair)
        self.likely.pop(pair, None)
        if found is not None:
            self.likely[pair] = found

    def _fold(self, each: Prepared) -> None:
        """Let a submission take its place in its slot."""
        submission = each.submission
        earlier = self.live.get(each.slot)
        named = (each.key, each.rid) if each.key or earlier is None else (earlier.key, earlier.rid)
        self.keys.append(named)
        if earlier is not None:
            self.touched.add((each.local, earlier.rid))
            if submission.order < earlier.order:
                self.late.add(each.slot)
                self.watched.add(each.local)
                return
        self.touched.add((each.local, named[1]))
        since: Mapping[str, Order] = {}
        if earlier is not None and not earlier.withdrawn and each.body is not None:
            since = self._carry(submission.record_type)(earlier.said("", self._seal), each.body)
        before = None if earlier is None else earlier.body(self._seal)
        has_moved = earlier is not None and earlier.rid != named[1]
        speaks = speaks_of_risk(submission.record_type, each.body)
        if has_moved or speaks_of_risk(submission.record_type, before) != speaks:
            self.watched.add(each.local)
        self.live[each.slot] = Live(
            each.slot,
            each.local,
            submission.agency,
            submission.record_type,
            *named,
            submission.order,
            withdrawn=submission.withdrawn,
            since=since,
            prepared=each,
        )

    def add_histories(self, histories: Mapping[str, Sequence[tuple[Order, bytes | None]]]) -> None:
        """Since when each value has been said, by walking through all that was ever said on the late slots."""
        for slot in self.late:
            self._walk(slot, histories.get(slot, ()))

    def _walk(self, slot: str, history: Sequence[tuple[Order, bytes | None]]) -> None:
        live = self.live[slot]
        opened = [
            (order, None if sealed is None else orjson.loads(self._seal.open(f"local:{live.local}", sealed)))
            for order, sealed in history
        ]
        now = [(each.submission.order, each.body) for each in self.fresh if each.slot == slot]
        live.since = since_through(self._carry(live.record_type), [*opened, *now])

    def _carry(self, record_type: str) -> Callable[[Standing, Json], dict[str, Order]]:
        """Since when what an assertion says is said also by the one that follows it."""
        return partial(carried_with_risk, record_type, self._rules[record_type])

    def add_standing(self, rows: Iterable[StandingRow]) -> None:
        """Standing assertions from the store; those of this batch's slots are known better here."""
        for row in rows:
            if row.slot not in self.live and row.slot not in self.standing:
                self.standing[row.slot] = live_of(row, self._seal)

    def add_records(self, rows: Iterable[RecordRow]) -> None:
        """Shared records as the store has them."""
        self.records.update({row.id: row for row in rows})

    def add_rulings(self, found: Iterable[OnRecord]) -> None:
        """Rulings as the store has them."""
        for rid, ruling in found:
            self.rulings[rid].append(ruling)

    @property
    def rids(self) -> set[str]:
        """The records spoken of."""
        return {rid for _, rid in self.touched if rid}

    def spoken_by_rid(self) -> dict[str, dict[str, list[Live]]]:
        """All that stands: person -> rid -> live assertions, withdrawn ones among them."""
        spoken: dict[str, dict[str, list[Live]]] = defaultdict(lambda: defaultdict(list))
        for live in (*self.live.values(), *self.standing.values()):
            if live.rid:
                spoken[self.locals[live.local].person][live.rid].append(live)
        return spoken


@dataclass(slots=True)
class Membership:
    """Whose records must be looked at whole, because persons were joined or parted, and whose in part.

    Both by person id; `members` has every local key of every person concerned.
    """

    members: dict[str, set[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    part: set[str] = field(default_factory=set)

    def locals_of(self, persons: Iterable[str]) -> set[str]:
        """The local keys of these persons."""
        return {key for person in persons for key in self.members.get(person, ())}

    def of_several(self) -> set[str]:
        """The local keys of those to be looked at who have more than one: nobody differs from himself."""
        return self.locals_of(each for each in self.whole | self.part if len(self.members.get(each, ())) > 1)


async def look_at_the_rest(tx: ShareTransaction, case: Case) -> None:
    """Fetch what is decided on, once it is clear who the persons are, in a bounded number of statements."""
    concerned = case.people
    case.in_force = await tx.in_force()
    case.add_standing(await tx.standing(concerned.locals_of(concerned.part), case.rids))
    case.add_records(await tx.records(concerned.part, case.rids))
    case.add_rulings(await tx.rulings(concerned.of_several()))
    if concerned.whole:
        case.add_standing(await tx.standing(concerned.locals_of(concerned.whole), None))
        case.add_records(await tx.records(concerned.whole, None))


def live_of(row: StandingRow, seal: Seal) -> Live:
    """A row of the store as working memory."""
    since = {} if row.since is None else orjson.loads(seal.open(f"local:{row.local}", row.since))
    return Live(
        row.slot,
        row.local,
        row.agency,
        row.record_type,
        row.key,
        row.rid,
        row.order,
        withdrawn=row.withdrawn,
        since={path: Order(*order) for path, order in since.items()},
        row=row,
    )


def sealed_since(live: Live, seal: Seal) -> bytes | None:
    """The way back of `live_of` for `since`."""
    if not live.since:
        return None
    return seal.seal(f"local:{live.local}", canonical({path: list(order) for path, order in live.since.items()}))
