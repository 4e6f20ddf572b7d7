"""What a batch changes: who is known, what is shared, what is owed. Pure: everything was fetched before."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from hub.domain.canonical import canonical
from hub.domain.contract import Contract
from hub.domain.contract import People as Whose
from hub.domain.convergence import Rule, Standing, converge, latest_per_local_id
from hub.domain.errors import Halt
from hub.domain.holding import SAID, holder_of
from hub.domain.moves import MOVEMENT
from hub.domain.notices import NOTICE
from hub.domain.risk import level_of
from hub.domain.rulings import Rulings
from hub.exchange.case import Case, Live, sealed_since
from hub.exchange.crowding import crowding
from hub.exchange.persons import joined_and_parted
from hub.ports import (
    AssertionRow,
    AuditRow,
    Decision,
    HeldId,
    Keys,
    RecordId,
    RecordRow,
    Seal,
    StandingLevel,
    StandingRow,
)
from hub.spec.convergence import compile_rule
from hub.spec.registry import Registry
from hub.trust.contracts import contract_digest
from hub.trust.naming import said_digest


class Deciding:
    """Decides cases under the contracts, the specification and the keys in force."""

    def __init__(
        self,
        registry: Registry,
        contracts: Mapping[str, Contract],
        keys: Keys,
        seal: Seal,
        *,
        later: bool = False,
    ) -> None:
        """later: what is owed may wait behind what other processes decide."""
        self._later = later
        self.rules: dict[str, Rule] = {
            record_type: compile_rule(registry.newest(record_type).schema) for record_type in registry.types()
        }
        self._contracts = contracts
        self._keys = keys
        self._seal = seal
        self._digests = {agency: contract_digest(each) for agency, each in contracts.items()}
        self._receivers: dict[str, list[Contract]] = {
            record_type: [each for each in contracts.values() if record_type in each.receives]
            for record_type in registry.types()
        }

    def decide(self, case: Case, now: datetime) -> Decision:
        """All that changes. `case` has been recognised and has its standing assertions and records."""
        decision = self._people_decided(case, now)
        decision.assertions.extend(self._asserted(case, now))
        decision.standing.extend(
            self._standing_row(live)
            for slot, live in case.live.items()
            if live.prepared is not None or slot in case.late
        )
        decision.audit.extend(_collected(case, now))
        decision.unmatched.update(
            live.local
            for slot, live in case.live.items()
            if live.record_type == "offender" and (live.prepared is not None or slot in case.late)
        )
        self._converge(case, decision)
        return decision

    def _people_decided(self, case: Case, now: datetime) -> Decision:
        recognised = case.recognised
        old = {row.person for row in case.before.values()}
        rows = [row for key, row in case.locals.items() if row is not case.before.get(key)]
        split = recognised.split if recognised else {}
        crowded, uncrowded = crowding(case)
        return Decision(
            assertions=[],
            standing=[],
            locals=rows,
            reclaimed={
                row.key for row in rows if row.key not in case.before or case.before[row.key].claims != row.claims
            },
            persons_new={person: split.get(person) for person in sorted({row.person for row in rows} - old)},
            persons_removed=dict(recognised.merged) if recognised else {},
            records=[],
            records_gone=[],
            owed=set(),
            later=self._later,
            doubts=recognised.doubts if recognised else frozenset(),
            reexamined=case.reexamined,
            compared=set(case.locals) if recognised else set(),
            audit=joined_and_parted(recognised, now) if recognised else [],
            at=now,
            crowded=crowded,
            uncrowded=uncrowded,
            watched={case.locals[key].person for key in case.watched} | case.people.whole,
        )

    def _asserted(self, case: Case, now: datetime) -> list[AssertionRow]:
        return [
            AssertionRow(
                each.submission.agency,
                each.submission.order,
                each.slot,
                each.local,
                each.submission.record_type,
                key,
                rid,
                each.submission.version,
                withdrawn=each.submission.withdrawn,
                received=now,
                digest=each.digest,
                body=each.sealed,
                traceparent=each.submission.traceparent,
            )
            for each, (key, rid) in zip(case.fresh, case.keys, strict=True)
        ]

    def _standing_row(self, live: Live) -> StandingRow:
        return StandingRow(
            live.slot,
            live.local,
            live.agency,
            live.record_type,
            live.key,
            live.rid,
            live.order,
            withdrawn=live.withdrawn,
            body=None,
            since=sealed_since(live, self._seal),
            level=self._level(live),
        )

    def _level(self, live: Live) -> StandingLevel | None:
        said = level_of(live.record_type, live.body(self._seal))
        if said is None:
            return None
        subject = self._keys.keyed("risk", said.subject)
        since = live.since.get(SAID, live.order).micros
        days = [day and day.isoformat() for day in (said.review, said.ends)]
        level = self._keys.keyed_bytes("level", canonical([said.subject, said.path, said.value, said.dated, *days]))
        return StandingLevel(subject, said.path, since, said.review, said.ends, level)

    def _converge(self, case: Case, decision: Decision) -> None:
        """The shared records of everybody concerned, and who is owed what changed."""
        spoken = case.spoken_by_rid()
        existing = {(record.id.person, record.rid): record for record in case.records.values()}
        for person, rid in sorted(_targets(case, spoken)):
            self._converge_record(case, decision, existing.get((person, rid)), spoken[person].get(rid, []))
        for record_id in {*case.records, *(each.id for each in decision.records)}:
            if record_id.person in case.people.whole:
                agencies = {each.agency for each in self._receivers[record_id.type]} | self._served_otherwise(case)
                decision.owed.update(HeldId(each, record_id) for each in agencies)

    def _converge_record(self, case: Case, decision: Decision, existing: RecordRow | None, lives: list[Live]) -> None:
        """One record: as it now stands, or gone where nobody of this person speaks of it any more."""
        if not lives:
            if existing is not None:
                decision.records_gone.append(existing.id)
                decision.owed.update(self._owed(case, existing.id))
            return
        record_id = RecordId(case.locals[lives[0].local].person, lives[0].record_type, lives[0].key)
        content, contested, ruled = self._content(case, record_id, lives)
        digest = self._keys.keyed_bytes("content", content or b"")
        if digest == existing.digest if existing is not None else content is None:
            return
        of_several = record_id.type == MOVEMENT and len(lives) > 1  # what none of them says anew may come to stand
        if ruled or (existing is not None and existing.ruled) or of_several:
            decision.watched.add(record_id.person)
        decision.records.append(
            RecordRow(
                record_id,
                lives[0].rid,
                1 if existing is None else existing.revision + 1,
                digest,
                None if content is None else self._seal.seal(f"person:{record_id.person}", content),
                contested,
                decision.at,
                ruled=ruled,
            )
        )
        decision.owed.update(self._owed(case, record_id))

    def _owed(self, case: Case, record_id: RecordId) -> set[HeldId]:
        """Who is to be told of a change; a person joined or parted is told to everybody, elsewhere."""
        known_to = {case.locals[key].agency for key in case.people.members.get(record_id.person, ())}
        receivers = {
            each.agency
            for each in self._receivers[record_id.type]
            if each.people is Whose.ALL or each.agency in known_to
        }
        return {HeldId(each, record_id) for each in receivers | self._served_otherwise(case)}

    def _served_otherwise(self, case: Case) -> set[str]:
        """Agencies whose contract is not the same to the relay and to this process, as while they start anew in turn.

        They are owed whatever changes, and the relay gives them what they may have: its backfill may have passed by.
        """
        return {agency for agency, digest in case.in_force.items() if self._digests.get(agency) != digest}

    def _content(
        self, case: Case, record_id: RecordId, lives: list[Live]
    ) -> tuple[bytes | None, tuple[str, ...], tuple[str, ...]]:
        """What is shared, and where agencies differ in it: contested, and ruled on."""
        standing = self.standing(lives)
        if not standing:
            return None, (), ()
        converged = converge(self.rules[record_id.type], standing, self.rulings(case, lives[0].rid))
        content = {
            "body": converged.body,
            "contested": converged.contested,
            "ruled": converged.ruled,
            "sources": converged.sources,
        }
        if converged.overruled:
            content["overruled"] = converged.overruled
        if record_id.type == "offender" and (holder := holder_of(converged, standing)):
            content["holder"] = asdict(holder)
        return canonical(content), converged.contested, converged.ruled

    def standing(self, lives: Sequence[Live]) -> list[Standing]:
        """What speaks of one record; withdrawn assertions do not."""
        speaking = [live for live in lives if not live.withdrawn]
        said = [live.said(self._kind(live.agency), self._seal) for live in speaking]
        return latest_per_local_id(self.rules[speaking[0].record_type], said) if said else []

    def rulings(self, case: Case, rid: str) -> Rulings:
        """The rulings that may hold on a record."""
        return Rulings(case.rulings.get(rid, ()), partial(said_digest, self._keys))

    def _kind(self, agency: str) -> str:
        try:
            return self._contracts[agency].kind
        except KeyError:
            raise Halt(f"the agency {agency} has said something, but has no contract any more") from None


def _targets(case: Case, spoken: Mapping[str, Mapping[str, list[Live]]]) -> set[tuple[str, str]]:
    """(person, rid) of every record that may have changed."""
    touched = {(case.locals[local].person, rid) for local, rid in case.touched if rid}
    spoken_whole = {(person, rid) for person in case.people.whole for rid in spoken[person]}
    shared_whole = {
        (each.id.person, each.rid)
        for each in case.records.values()
        if each.id.person in case.people.whole and not _is_kept_by_the_watch(case, each.id)
    }
    return touched | spoken_whole | shared_whole


def _is_kept_by_the_watch(case: Case, record_id: RecordId) -> bool:
    """Whether it is a notice, which nobody asserts: the watch looks again at the person, while there is one."""
    return record_id.type == NOTICE and record_id.person in case.people.members


def _collected(case: Case, now: datetime) -> list[AuditRow]:
    return [
        AuditRow(
            now,
            "withdrawal" if each.submission.withdrawn else "collection",
            each.submission.agency,
            each.submission.agency,
            case.locals[each.local].person,
            each.submission.record_type,
            key,
            each.submission.id,
        )
        for each, (key, _) in zip(case.fresh, case.keys, strict=True)
    ]
