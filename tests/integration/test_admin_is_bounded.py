"""No question of an operator's reads a whole table, however much there is: told by PostgreSQL's own plans.

With a million records a scan takes seconds, and takes them from the hub's own work.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.convergence import State
from hub.domain.inventory import Named
from hub.ports import RecordId
from hub.store.alerts import AlertState, AlertStore
from hub.store.auditing import AuditPlace, AuditStore, Sought
from hub.store.conflicts import ConflictStore, Wanted
from hub.store.deliveries import DeliveriesStore
from hub.store.engine import create_schema, open_engine
from hub.store.notices import NoticeStore
from hub.store.parked import ParkedStore
from hub.store.punctuality import PunctualityStore
from hub.store.reading import SqlReading
from hub.store.receipts import Applied, ReceiptStore
from hub.store.reconciling import DifferenceRow, ReconcileStore
from hub.store.reviews import ReviewPlace, ReviewStore
from hub.store.risk_reviews import RiskReviewState, RiskReviewStore, SoughtReviews
from hub.store.sightings import Sighting
from hub.store.verdicts import VerdictPlace, VerdictStore
from hub.store.watching import Looked, WatchStore

ROWS = 30_000
AT = datetime(2026, 3, 1, tzinfo=UTC)
MICROS = int(AT.timestamp()) * 1_000_000
PRISON, PEOPLE = "prison", ["person-7", "person-8"]

_FILL = """
INSERT INTO person SELECT 'person-' || n, CASE WHEN n % 3 = 0 THEN 'person-' || n + 1 END, NULL, n FROM {n};
INSERT INTO local_id SELECT 'key-' || n, {agency}, 'person-' || n, '\\x00', NULL, false FROM {n};
INSERT INTO review SELECT 'key-' || n, 'key-' || n + 1, 'contradicted', n FROM {n};
INSERT INTO verdict SELECT 'key-' || n, 'key-' || n + 1, false, 'anna', n, '\\x00' FROM {n};
INSERT INTO assertion SELECT {agency}, 's-' || n, n, -1, 'slot-' || n, 'key-' || n, 'offender', '-', 'rid', '1.0.0',
  false, n, 'd', '\\x00', NULL FROM {n};
INSERT INTO standing SELECT 'slot-' || n, 'key-' || n, {agency}, 's-' || n, n, -1, 'offender', '-', 'rid', false, NULL
  FROM {n};
INSERT INTO record SELECT 'person-' || n, 'offender', '-', 'rid', 1, 'd', '\\x00',
  CASE WHEN n % 100 = 0 THEN '/sex' ELSE '' END, CASE WHEN n % 500 = 0 THEN '/sex' ELSE '' END, n FROM {n};
INSERT INTO ruling SELECT 'key-' || n, 'id-' || n, 'rid', '/sex', '{{}}', 'key-' || n, 'anna', n, '\\x00' FROM {n};
INSERT INTO owed SELECT {agency}, 'person-' || n, 'offender', '-', 's', n, false FROM {n};
INSERT INTO held SELECT {agency}, 'person-' || n, 'offender', '-', n, 'd', false, n, n,
  CASE WHEN n % 100 > 0 THEN n END, 'd', n, 'k', CASE WHEN n % 100 = 0 THEN n END, n, n, substr(md5('' || n), 1, 3)
  FROM {n};
INSERT INTO delivery SELECT {agency}, n, 'person-' || n, 'offender', '-', 'd', n FROM {n};
INSERT INTO inventory SELECT 'i' || n, {agency}, n, n, 'offender', 1, '', '', 0, 0, 0, 0, 0, 0 FROM {n};
INSERT INTO difference SELECT 'i1', 'person-' || n, 'offender', '-', 'missing', n FROM {n};
INSERT INTO outlet VALUES ('prison', {rows}, {rows} - 5, NULL, 0, 0, false, NULL);
INSERT INTO acknowledged VALUES ('prison', {rows}, 1);
INSERT INTO withheld SELECT {agency}, 'person-' || n, 'offender', '-' FROM {n};
INSERT INTO parked SELECT {agency}, 'person-' || n, 'offender', '-', n, n, '\\x00', NULL FROM {n};
INSERT INTO dead_letter SELECT 'position-' || n, {agency}, n, 'bad-json', 'd', '[]', '\\x00', NULL, true,
  CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'taken' END FROM {n};
INSERT INTO audit (at, action, actor, agency, person, type, key, reference, basis, purpose)
  SELECT {micros} + n, 'disclosure', 'hub', {agency}, 'person-' || n, 'offender', '-', '1', '', '' FROM {n};
INSERT INTO alert SELECT {agency}, 'person-' || n, 'offender', '-', n, 'not-applied', 'id-' || n, n, n,
  CASE WHEN n % 2 = 0 THEN n END, 'anna', 'seen to', CASE WHEN n % 100 > 0 THEN n END, 'receipt', '' FROM {n};
INSERT INTO watch SELECT 'person-' || n, {micros} + n FROM {n};
INSERT INTO risk_review SELECT 'id-' || n, 'slot-' || n, 'past-review-date', n, 'high', n, 'key-' || n, 'person-' || n,
  'offender', '-', '', {agency}, {agency}, n, n, CASE WHEN n % 100 = 0 THEN n END, CASE WHEN n % 100 > 0 THEN n END
  FROM {n};
INSERT INTO sighting SELECT {agency}, 'person-' || n, 'offender', '-', n, CASE WHEN n % 100 = 0 THEN n END, n, n,
  n, 'anna', n FROM {n};
INSERT INTO announced SELECT {agency}, 'key-' || n, 'release', '2026-03-01', n, false, false FROM {n};
INSERT INTO notice SELECT 'id-' || n, '\\x00', 0, n FROM {n};
ANALYZE;
"""

_ROW_FOR_EACH_AGENCY = {"outlet", "acknowledged"}


async def _differences(engine: AsyncEngine) -> list[DifferenceRow]:
    store = ReconcileStore(engine)
    row = await store.one("i1")
    assert row is not None
    return await store.differences(row, Named("person-5", "", ""), 50)


QUESTIONS: dict[str, Callable[[AsyncEngine], Awaitable[object]]] = {
    "deliveries of all": lambda engine: DeliveriesStore(engine).states(["prison", "probation"], ["prison"]),
    "unacknowledged": lambda engine: DeliveriesStore(engine).unacknowledged(PRISON, 100, ROWS, 50),
    "parked": lambda engine: ParkedStore(engine).listed(PRISON, 100, 50),
    "alerts": lambda engine: AlertStore(engine).listed(None, None, "id-5", 50),
    "alerts that are open": lambda engine: AlertStore(engine).listed(None, AlertState.OPEN, None, 50),
    "alerts of an agency": lambda engine: AlertStore(engine).listed(PRISON, AlertState.OPEN, "id-5", 50),
    "what is overdue": lambda engine: AlertStore(engine).overdue(AT, 50, lambda _raised: ()),
    "notices": lambda engine: NoticeStore(engine).take(AT, AT),
    "a person's receipts": lambda engine: PunctualityStore(engine).of_persons([PRISON], PEOPLE, None, 50),
    "receipts": lambda engine: ReceiptStore(engine).apply(
        PRISON,
        [Applied(8, RecordId("person-8", "offender", "-"), "d")],
        AT,
        [Sighting(8, RecordId("person-8", "offender", "-"), "anna", AT)],
    ),
    "reviews": lambda engine: ReviewStore(engine).listed(None, None, None, 50),
    "reviews beyond a place": lambda engine: ReviewStore(engine).listed(None, None, ReviewPlace(90, "a", "b"), 50),
    "reviews of a person": lambda engine: ReviewStore(engine).listed(PEOPLE, None, None, 50),
    "reviews of an agency": lambda engine: ReviewStore(engine).listed(None, PRISON, None, 50),
    "decisions on a person": lambda engine: VerdictStore(engine).of_persons(PEOPLE, VerdictPlace(90, "a", "b"), 50),
    "conflicts": lambda engine: ConflictStore(engine).listed(Wanted(state=State.OPEN), None, 50),
    "conflicts that are ruled on": lambda engine: ConflictStore(engine).listed(Wanted(state=State.RULED), None, 50),
    "conflicts beyond a place": lambda engine: ConflictStore(engine).listed(
        Wanted(), RecordId("person-5", "offender", "-"), 50
    ),
    "conflicts of a person": lambda engine: ConflictStore(engine).listed(Wanted(PEOPLE), None, 50),
    "conflicts of an agency": lambda engine: ConflictStore(engine).listed(Wanted(agency=PRISON), None, 50),
    "levels of risk of a person": lambda engine: ConflictStore(engine).listed(
        Wanted(PEOPLE, state=State.LEVELS), None, 50
    ),
    "one conflict": lambda engine: ConflictStore(engine).one(PEOPLE, "rid"),
    "risk reviews": lambda engine: RiskReviewStore(engine).listed(SoughtReviews(), "id-5", 50),
    "risk reviews that are open": lambda engine: RiskReviewStore(engine).listed(
        SoughtReviews(RiskReviewState.OPEN), "id-5", 50
    ),
    "risk reviews put to an agency": lambda engine: RiskReviewStore(engine).listed(
        SoughtReviews(RiskReviewState.OPEN, agency=PRISON), None, 50
    ),
    "risk reviews of an author": lambda engine: RiskReviewStore(engine).listed(
        SoughtReviews(RiskReviewState.OPEN, author=PRISON), None, 50
    ),
    "risk reviews of a person": lambda engine: RiskReviewStore(engine).listed(SoughtReviews(persons=PEOPLE), None, 50),
    "whose risk is to be looked at": lambda engine: WatchStore(engine).look(
        AT + timedelta(microseconds=9), 50, lambda _watched: Looked()
    ),
    "reconciliations": lambda engine: ReconcileStore(engine).listed(None, None, 50),
    "reconciliations of an agency": lambda engine: ReconcileStore(engine).listed(PRISON, "i9", 50),
    "differences": _differences,
    "audit": lambda engine: AuditStore(engine).search(Sought(), None, 50),
    "audit of people": lambda engine: AuditStore(engine).search(Sought(persons=PEOPLE), None, 50),
    "audit of an agency": lambda engine: AuditStore(engine).search(Sought(agency=PRISON), None, 50),
    "audit of an agency beyond a place": lambda engine: AuditStore(engine).search(
        Sought(agency=PRISON), AuditPlace(MICROS + 900, 900), 50
    ),
    "audit of a time": lambda engine: AuditStore(engine).search(Sought(since=AT), AuditPlace(MICROS + 900, 900), 50),
    "audit of something rare": lambda engine: AuditStore(engine).search(
        Sought(agency=PRISON, action="agency-suspended"), None, 50
    ),
    "a person and whoever was merged into it": lambda engine: _family(engine, "person-4"),
}


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    await create_schema(engine)
    filled = _FILL.format(
        n=f"generate_series(1, {ROWS}) n",
        agency="CASE WHEN n % 2 = 0 THEN 'prison' ELSE 'probation' END",
        rows=ROWS,
        micros=MICROS,
    )
    async with engine.begin() as connection:
        for statement in filled.split(";\n"):
            if statement.strip():
                await connection.exec_driver_sql(statement)
    yield engine
    await engine.dispose()


@contextmanager
def _asked(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def keep(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        sent.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", keep)


async def _family(engine: AsyncEngine, person: str) -> list[str]:
    async with SqlReading(engine).viewing() as view:
        return await view.family(person)


async def _plan(engine: AsyncEngine, statement: str, parameters: Any) -> str:  # noqa: ANN401 - the driver's own
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return "\n".join(rows.scalars())


async def test_no_question_reads_a_whole_table(engine: AsyncEngine) -> None:
    scans = {}
    for name, ask in QUESTIONS.items():
        with _asked(engine) as sent:
            await ask(engine)
        assert sent, name
        plans = [await _plan(engine, *each) for each in sent]
        scanned = {found for plan in plans for found in re.findall(r"Seq Scan on (\w+)", plan)}
        if scanned - _ROW_FOR_EACH_AGENCY:
            scans[name] = plans

    assert scans == {}


async def test_a_scan_would_be_seen(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP INDEX ix_audit_agency_at"))
        await connection.execute(text("DROP INDEX ix_audit_at"))
    with _asked(engine) as sent:
        await AuditStore(engine).search(Sought(agency=PRISON), None, 50)

    assert "Seq Scan on audit" in "\n".join([await _plan(engine, *each) for each in sent])
