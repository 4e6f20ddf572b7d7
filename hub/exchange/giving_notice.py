"""Notice of what is to happen to who is at risk: who is told by now, and what was told too late or not at all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import orjson

from hub.domain.canonical import Json, canonical
from hub.domain.contract import Contract, People
from hub.domain.holding import Holder
from hub.domain.moves import RELEASE, Move, move_of
from hub.domain.notices import NOTICE, is_late, missed_release, notices_of, overtaken_at, told_from
from hub.domain.risk import Said
from hub.domain.submission import micros
from hub.ports import HeldId, Keys, RecordId, RecordRow, Seal
from hub.store.watching import Announced, Looked, Watched
from hub.trust.naming import record_key


class GivingNotice:
    """One look at some persons; what comes of it goes into `looked`. Pure but for opening the seal."""

    def __init__(
        self, contracts: Mapping[str, Contract], keys: Keys, seal: Seal, now: datetime, looked: Looked
    ) -> None:
        self._contracts = contracts
        self._keys = keys
        self._seal = seal
        self._now = now
        self._looked = looked

    def give(self, watched: Watched, offender: Json, holder: Holder | None, levels: Sequence[Said]) -> int | None:
        """Tell whoever is to know by now; when somebody is to be told next, or another day may be announced."""
        now, moves = micros(self._now), self._moves(watched)
        notices = notices_of(offender, holder, levels, moves, now)
        events = {*notices, *(record_id.key for record_id in watched.notices)}
        next_told = [self._give(watched, event, notices.get(event)) for event in sorted(events)]
        self._count_missed(watched, moves, levels)
        looks = [*next_told, *map(overtaken_at, notices.values())]
        return min((each for each in looks if each is not None and each > now), default=None)

    def _moves(self, watched: Watched) -> list[Move]:
        """What the shared movement records say is to happen, and of releases that were made."""
        opened = (self._seal.open(f"person:{watched.person}", each) for each in watched.movements)
        moves = (move_of(orjson.loads(each)["body"]) for each in opened)
        return [each for each in moves if each is not None]

    def _give(self, watched: Watched, event: str, notice: Json) -> int | None:
        """Whoever is to know by now is told; when the next is to be, if any."""
        record_id, now = RecordId(watched.person, NOTICE, event), micros(self._now)
        whom = concerned(self._contracts, record_id, watched.agencies)
        moments = {each.agency: told_from(notice, self._days(each.agency)) for each in whom if notice is not None}
        told = sorted(agency for agency, moment in moments.items() if moment <= now)
        content = (
            canonical({"body": notice, "contested": (), "ruled": (), "sources": {}, "told": told}) if told else None
        )
        digest = self._keys.keyed_bytes("content", content or b"")
        before, revision = watched.notices.get(record_id, (self._keys.keyed_bytes("content", b""), 0))
        if digest != before:
            sealed = None if content is None else self._seal.seal(f"person:{watched.person}", content)
            rid = record_key(self._keys, NOTICE, event)
            self._looked.notices.append(RecordRow(record_id, rid, revision + 1, digest, sealed, (), self._now))
            self._looked.owed |= whom
            for agency in told:
                late = is_late(notice, self._days(agency), now)
                self._count(watched, Announced(agency, "", event, notice["date"], late=late))
        return min((moment for moment in moments.values() if moment > now), default=None)

    def _count_missed(self, watched: Watched, moves: Sequence[Move], levels: Sequence[Said]) -> None:
        """A release of which an agency that knows the person was told nothing: no delivery will ever tell of that."""
        for each in concerned(self._contracts, RecordId(watched.person, NOTICE, RELEASE), watched.agencies):
            told = watched.told_of_release.get(each.agency, ())
            day = missed_release(moves, levels, told, self._days(each.agency), micros(self._now))
            if day is not None:
                self._count(watched, Announced(each.agency, "", RELEASE, day.isoformat(), late=True, missed=True))

    def _count(self, watched: Watched, announced: Announced) -> None:
        """For every local id by which the agency knows the person."""
        known_by = watched.agencies.get(announced.agency, ())
        self._looked.announced += [announced._replace(local=local) for local in known_by]

    def _days(self, agency: str) -> int:
        return self._contracts[agency].receives[NOTICE].notice_days


def concerned(contracts: Mapping[str, Contract], record_id: RecordId, agencies: Collection[str]) -> set[HeldId]:
    """Who is to hold a record of a person. agencies: those that know the person."""
    return {
        HeldId(each.agency, record_id)
        for each in contracts.values()
        if record_id.type in each.receives and (each.people is People.ALL or each.agency in agencies)
    }
