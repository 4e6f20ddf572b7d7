"""`share`, the spine: takes a batch of submissions, in one transaction, one outcome for each.

REST requests are gathered into a batch, a Kafka poll is one: there is no other way in.
"""

from collections.abc import Callable, Mapping, Sequence

from hub.clock import Clock
from hub.domain.contract import Contract
from hub.domain.errors import Reason, Rejected, Unavailable
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission
from hub.exchange.case import Case, look_at_the_rest
from hub.exchange.decide import Deciding
from hub.exchange.persons import Recognising
from hub.exchange.prepare import Prepared, Preparing, refused_by_store
from hub.ports import Keys, Moved, Seal, ShareTransaction, Store, SubmissionId, Taken, Unfit
from hub.spec.registry import Registry

_TRIES = 10
"""How often a batch looks again when persons are joined or parted under its eyes."""


class Sharing:
    """The use case, with everything it stands on."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        contracts: Mapping[str, Contract],
        keys: Keys,
        seal: Seal,
        now: Clock,
        new_person: Callable[[], str],
        *,
        later: bool = False,
    ) -> None:
        """later: agencies are told of what is shared here after what others share, as of a first filling."""
        self._store = store
        self._now = now
        self._seal = seal
        self._preparing = Preparing(registry, contracts, keys, seal)
        self._recognising = Recognising(seal, new_person)
        self._deciding = Deciding(registry, contracts, keys, seal, later=later)

    async def share(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Take what can be taken; one outcome for each submission, in their order.

        Raises:
            Unavailable: nothing is known of the whole batch; giving it again is right, ids stop doubles.
            Halt: the hub itself is wrong.
        """
        now = self._now()
        outcomes: list[Outcome | None] = []
        prepared: list[Prepared] = []
        for submission in submissions:
            try:
                prepared.append(self._preparing.prepare(submission, now))
                outcomes.append(None)
            except Rejected as rejection:
                outcomes.append(Refused(rejection))
        decided = iter(await self._commit(prepared) if prepared else ())
        return [outcome or next(decided) for outcome in outcomes]

    async def _commit(self, batch: list[Prepared]) -> list[Outcome]:
        """One transaction; halved until the culprit stands alone if the database refuses the data."""
        try:
            return await self._commit_whole(batch)
        except Unfit:
            if len(batch) == 1:
                return [Refused(refused_by_store())]
            middle = len(batch) // 2
            return await self._commit(batch[:middle]) + await self._commit(batch[middle:])

    async def _commit_whole(self, batch: list[Prepared]) -> list[Outcome]:
        for _ in range(_TRIES):
            try:
                async with self._store.sharing() as tx:
                    return await self._take(tx, batch)
            except Moved:
                continue
        raise Unavailable("persons keep being joined and parted; try again")

    async def _take(self, tx: ShareTransaction, batch: list[Prepared]) -> list[Outcome]:
        now = self._now()
        firsts = dict(await tx.taken([_id(each) for each in batch]))
        fresh = {_id(each): each for each in reversed(batch) if _id(each) not in firsts and not each.uncovered}
        if fresh:
            case = await self._fetch(tx, [each for each in batch if fresh.get(_id(each)) is each])
            for each, (key, _) in zip(case.fresh, case.keys, strict=True):
                firsts[_id(each)] = Taken(each.digest, each.submission.record_type, key, now)
            await tx.write(self._deciding.decide(case, now))
        return [
            Refused(each.uncovered)
            if each.uncovered and _id(each) not in firsts
            else _outcome(each, firsts[_id(each)], repeated=fresh.get(_id(each)) is not each)
            for each in batch
        ]

    async def _fetch(self, tx: ShareTransaction, fresh: list[Prepared]) -> Case:
        """Everything the decision needs, in a bounded number of statements."""
        own = {each.local: {claim.digest for claim in each.own} for each in fresh}
        said = {claim.digest for each in fresh if each.spoken for claim in each.spoken.claims}
        people = await tx.people(own, said, {each.local for each in fresh if each.spoken})
        slots = await tx.slots({each.slot for each in fresh})
        case = Case(fresh, people, slots, self._deciding.rules, self._seal)
        if case.late:
            case.add_histories(await tx.histories(case.late))
        self._recognising.recognise(case)
        await look_at_the_rest(tx, case)
        return case


def _id(each: Prepared) -> SubmissionId:
    return SubmissionId(each.submission.agency, each.submission.id)


def _outcome(each: Prepared, first: Taken, *, repeated: bool) -> Outcome:
    """What becomes of a submission whose id was `first` taken for what; repeated: this is not that first one."""
    if first.digest != each.digest:
        return Refused(Rejected(Reason.ID_REUSED, "this id was used for another submission"))
    submission = each.submission
    return Accepted(submission.agency, submission.id, first.record_type, first.key, first.received, repeated)
