"""Whose the local ids of a batch are, with what it says of them: recognition, on a case."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import orjson

from hub.domain.canonical import canonical
from hub.domain.recognition import Features, Known, Recognised, recognise
from hub.exchange.case import Case, Membership
from hub.exchange.prepare import Prepared, Spoken
from hub.ports import AuditRow, LocalIdRow, Seal


class Recognising:
    """Recognises the persons of cases. new_person: makes the id of a person not known before."""

    def __init__(self, seal: Seal, new_person: Callable[[], str]) -> None:
        self._seal = seal
        self._new_person = new_person

    def recognise(self, case: Case) -> None:
        """Whose the local ids of this case are, with what its submissions say of them."""
        spoken = self._spoken(case)
        changed = {key for key, row in spoken.items() if self._is_changed(case.before.get(key), row)}
        limited = {
            key for key in spoken if key not in changed and spoken[key].restricted != case.before[key].restricted
        }
        case.locals.update({key: spoken[key] for key in changed | limited})
        recognised = None
        if changed or case.ruled:
            known = {key: self._known(case, key, row) for key, row in case.locals.items()}
            recognised = recognise(
                known,
                self._new_person,
                case.verdicts.values(),
                case.likely.values(),
                crowded=case.crowded,
                most_holders=case.most_holders,
            )
            for key, person in recognised.persons.items():
                if case.locals[key].person != person:
                    case.locals[key] = replace(case.locals[key], person=person)
        case.recognised, case.reexamined = recognised, changed
        case.people = _membership(case)

    def _spoken(self, case: Case) -> dict[str, LocalIdRow]:
        """The rows of the local ids of which this batch says something new, not yet recognised."""
        rows: dict[str, LocalIdRow] = {}
        for each in case.fresh:
            before = rows.get(each.local) or case.before.get(each.local)
            if before is None:
                rows[each.local] = self._row(each, "", Spoken(each.own, None, restricted=False))
            elif each.local not in rows and each.submission.record_type != "offender":
                continue
            if case.live[each.slot].prepared is each and each.spoken is not None:
                rows[each.local] = self._row(each, before.person if before else "", each.spoken)
        return rows

    def _row(self, each: Prepared, person: str, spoken: Spoken) -> LocalIdRow:
        features = None
        if spoken.features is not None:
            features = self._seal.seal(f"local:{each.local}", _features_bytes(spoken.features))
        return LocalIdRow(
            each.local,
            each.submission.agency,
            person,
            each.sealed_local,
            features,
            spoken.claims,
            restricted=spoken.restricted,
        )

    def _is_changed(self, before: LocalIdRow | None, now: LocalIdRow) -> bool:
        return before is None or before.claims != now.claims or self._features(before) != self._features(now)

    def _known(self, case: Case, key: str, row: LocalIdRow) -> Known:
        person = case.before[key].person if key in case.before else None
        return Known(person, row.claims, self._features(row), row.agency)

    def _features(self, row: LocalIdRow) -> Features:
        if row.features is None:
            return Features()
        names, dates = orjson.loads(self._seal.open(f"local:{row.key}", row.features))
        return Features(frozenset((surname, forename) for surname, forename in names), frozenset(dates))


def _membership(case: Case) -> Membership:
    """Who must be looked at whole (joined, parted, access limited or lifted), who in part."""
    members: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for key, row in case.locals.items():
        members[row.person].add(key)
    for key, row in case.before.items():
        before[row.person].add(key)
    whole = {person for person in before if before[person] != members.get(person)}
    whole |= {case.locals[key].person for person in whole for key in before[person]}
    whole |= {person for person in before if _access_changed(case, before[person])}
    touched = {case.locals[local].person for local, _ in case.touched}
    return Membership(dict(members), whole, touched - whole)


def _access_changed(case: Case, keys: set[str]) -> bool:
    was = any(case.before[key].restricted for key in keys)
    return was != any(case.locals[key].restricted for key in keys)


def _features_bytes(features: Features) -> bytes:
    return canonical([sorted(features.names), sorted(features.dates)])


def joined_and_parted(recognised: Recognised, now: datetime) -> list[AuditRow]:
    """The log of persons that became one, and of those that became two."""
    joined = [
        AuditRow(now, "combination", "hub", "hub", survivor, "offender", "-", removed)
        for removed, survivor in sorted(recognised.merged.items())
    ]
    parted = [
        AuditRow(now, "parting", "hub", "hub", origin, "offender", "-", fresh)
        for fresh, origin in sorted(recognised.split.items())
    ]
    return joined + parted
