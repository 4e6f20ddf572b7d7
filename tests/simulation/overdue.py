"""What must have been raised, opened and announced when a history has come to rest."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from adapters.client.link import RecordName
from hub.domain.canonical import Json
from hub.domain.contract import People
from hub.domain.holding import SAID, Holder
from hub.domain.moves import Move, move_of
from hub.domain.notices import NOTICE, notices_of, told_from
from hub.domain.risk import Said, level_of, lies_at, questions
from hub.domain.submission import micros
from hub.ports import HeldId, RecordRow, StandingRow
from hub.store.alerts import AlertRow, AlertState, Why
from tests.simulation.agencies import Agency
from tests.simulation.hub import Ground
from tests.simulation.tables import AlertName, Told


def wrong_by_now(ground: Ground, agencies: Sequence[Agency]) -> str:
    """What is not as deadlines, days of review and days of notice have it, in words; empty when all is."""
    forgetful = {agency.name: agency.forgets for agency in agencies}
    return (
        _raised(ground, forgetful) or _told(ground) or _reviewed(ground) or _late_reviews(ground) or _announced(ground)
    )


@dataclass(slots=True)
class _Waiting:
    """What is waited for of one record of an agency. late: number and deadline of what it has not applied.

    open: the numbers raised of which an alert is to be open. in_part: it has applied some of it since anything was
    raised; the rest may then count from its last delivery.
    """

    late: list[tuple[int, datetime | None]] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    applied: bool = False
    in_part: bool = False

    def follow(self, told: Told) -> str:
        """What is wrong with what happened next."""
        match told.what:
            case "delivered":
                if told.withdrawn and not self.applied:
                    self.late, self.open = [], set()
                else:
                    self.late.append((told.number, told.due))
            case "applied":
                self.applied = True
                self.late = [each for each in self.late if each[0] > told.number]
                self.open = {number for number in self.open if number > told.number}
                self.in_part = bool(self.late)
            case _:
                return self._raised(told)
        return ""

    def _raised(self, told: Told) -> str:
        dues = [due for _, due in self.late if due is not None]
        oldest = min(dues, default=None)
        if oldest is None or told.due is None:
            return "though nothing of it was waited for"
        if told.due != oldest and not (self.in_part and told.due > oldest):
            return f"for {told.due}, and the oldest deadline is {oldest}"
        self.late, self.in_part = [], False
        self.open.add(told.number)
        return ""


def _raised(ground: Ground, forgetful: Mapping[str, Callable[[RecordName], bool]]) -> str:
    """What was late was raised, once and by its own deadline; an alert of it is open until it is applied, or gone."""
    waiting: dict[HeldId, _Waiting] = defaultdict(_Waiting)
    for told in ground.tables.journal:
        if wrong := waiting[told.held].follow(told):
            return f"raised of {told.held}, {wrong}"
    for held, each in waiting.items():
        if late := [due for _, due in each.late if due is not None and due <= ground.now()]:
            return f"late since {min(late)}, and not raised: {held}"
        if each.open and not forgetful[held.agency](RecordName(*held.record)):
            return f"never applied, by an agency that does not forget it: {held}"
    due = {(held, number) for held, each in waiting.items() for number in each.open}
    open_ = {name[:2] for name, alert in _alerts(ground) if alert.why is Why.NOT_APPLIED}
    return f"late without an open alert {due - open_}, alerts of nothing {open_ - due}" if due != open_ else ""


def _alerts(ground: Ground) -> list[tuple[AlertName, AlertRow]]:
    """Those that are open."""
    return [(name, alert) for name, alert in ground.tables.alerts.items() if alert.state is AlertState.OPEN]


def _late_reviews(ground: Ground) -> str:
    """One alert is open of each risk review that is late, at whoever is asked; no other."""
    due = sorted(
        (row.id, row.agency)
        for row in ground.tables.risk_reviews.values()
        if row.closed is None and row.deadline <= ground.now()
    )
    open_ = sorted((alert.review, alert.agency) for _, alert in _alerts(ground) if alert.why is Why.NOT_REVIEWED)
    return f"late reviews {due}, alerts of reviews {open_}" if due != open_ else ""


def _told(ground: Ground) -> str:
    """Of every alert, one notice tells outside."""
    told = [id_ for row in ground.tables.told for id_ in orjson.loads(row.content)["alerts"]]
    raised = [alert.id for alert in ground.tables.alerts.values()]
    return "" if sorted(told) == sorted(raised) else f"{len(raised)} alerts, and notices tell of {len(told)}"


def _reviewed(ground: Ground) -> str:
    """A risk review is open of each level that is to be looked at, put to whoever is to look; of no other."""
    due = {
        (each.said.slot, each.cause, each.since, each.to)
        for person in ground.tables.people()
        for each in questions(_levels(ground, person), _offender(ground, person)[1], micros(ground.now()))
    }
    open_ = open_reviews(ground)
    return f"to be reviewed {due - open_}, reviews of nothing {open_ - due}" if due != open_ else ""


def open_reviews(ground: Ground) -> set[tuple[str, str, int, str]]:
    """Slot, cause and moment of each open review, and who is asked."""
    rows = ground.tables.risk_reviews.values()
    return {(row.slot, row.cause, row.since, row.agency) for row in rows if row.closed is None}


def _announced(ground: Ground) -> str:
    """The notice of what is to happen is there for exactly those whose day it is to be told."""
    tables, now = ground.tables, micros(ground.now())
    for person in tables.people():
        notices = notices_of(*_offender(ground, person), _levels(ground, person), _moves(ground, person), now)
        due = {event: (each, _to_be_told(ground, person, each)) for event, each in notices.items()}
        rows = [row for row in tables.records.values() if row.id[:2] == (person, NOTICE) and row.content]
        given = {row.id.key: (content["body"], content["told"]) for row in rows if (content := _content(ground, row))}
        if given != {event: (notice, told) for event, (notice, told) in due.items() if told}:
            return f"announced of {person} is {given}, and to be announced is {due}"
    return ""


def _to_be_told(ground: Ground, person: str, notice: Json) -> list[str]:
    known = {row.agency for row in ground.tables.locals.values() if row.person == person}
    return sorted(
        contract.agency
        for contract in ground.contracts.values()
        if NOTICE in contract.receives and (contract.people is People.ALL or contract.agency in known)
        if told_from(notice, contract.receives[NOTICE].notice_days) <= micros(ground.now())
    )


def _moves(ground: Ground, person: str) -> list[Move]:
    """What is planned, and what was made."""
    rows = [row for row in ground.tables.records.values() if row.id[:2] == (person, "movement")]
    moves = [move_of((_content(ground, row) or {}).get("body")) for row in rows]
    return [each for each in moves if each is not None]


def _offender(ground: Ground, person: str) -> tuple[Json, Holder | None]:
    """The shared offender record, and who holds the person."""
    rows = [row for row in ground.tables.records.values() if row.id[:2] == (person, "offender")]
    content = next((_content(ground, row) for row in rows), None)
    if content is None:
        return None, None
    return content["body"], Holder(**content["holder"]) if "holder" in content else None


def _content(ground: Ground, row: RecordRow) -> Json:
    return orjson.loads(ground.seal.open(f"person:{row.id.person}", row.content)) if row.content else None


def _levels(ground: Ground, person: str) -> list[Said]:
    """The levels of risk that all that stands of a person says, from the bodies themselves."""
    return list(_said(ground, person))


def _body(ground: Ground, row: StandingRow) -> Json:
    return orjson.loads(ground.seal.open(f"local:{row.local}", row.body or b""))


def _has_ended(body: Json) -> bool:
    """Whether an entry of a register says that it stands no more; then it speaks after one that stands."""
    period = body.get("period") or {}
    return period.get("end") is not None or period.get("active") is False or period.get("expired") is True


def _said(ground: Ground, person: str) -> Iterable[Said]:
    latest = {}
    overruled = {
        (row.id.type, row.id.key, place, local)
        for row in ground.tables.records.values()
        if row.id.person == person
        for place, local in (_content(ground, row) or {}).get("overruled", ())
    }
    rows = [row for row in ground.tables.standing.values() if ground.tables.locals[row.local].person == person]
    bodies = {row.slot: _body(ground, row) for row in rows if not row.withdrawn}
    standing = [row for row in rows if row.slot in bodies]
    for row in sorted(standing, key=lambda each: (not _has_ended(bodies[each.slot]), each.order)):
        latest[row.local, row.record_type, row.key] = row
    for row in latest.values():
        level = level_of(row.record_type, bodies[row.slot])
        if level is None:
            continue
        since = {} if row.since is None else orjson.loads(ground.seal.open(f"local:{row.local}", row.since))
        yield Said(
            row.slot,
            row.agency,
            ground.contracts[row.agency].kind,
            row.record_type,
            row.key,
            level.subject,
            level.path,
            since[SAID][0] if SAID in since else row.order.micros,
            level.review,
            level.ends,
            level="",
            overruled=any(
                (type_, key, local) == (row.record_type, row.key, row.local) and lies_at(place, level.path)
                for type_, key, place, local in overruled
            ),
        )
