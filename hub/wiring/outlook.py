"""Builds what operators look through, for the API and for commands."""

from uuid import uuid4

from hub.api.admin.outlook import Outlook
from hub.exchange.alerts import Alerts
from hub.exchange.auditing import Auditing
from hub.exchange.crowds import CrowdedIdentifiers
from hub.exchange.deliveries import Deliveries
from hub.exchange.describing import Describing
from hub.exchange.measuring import Measuring
from hub.exchange.people import People
from hub.exchange.positions import LookAtPositions
from hub.exchange.punctuality import Punctuality
from hub.exchange.reconcile import Reconciliations
from hub.exchange.rematching import Rematching
from hub.exchange.republish import Republishing
from hub.exchange.retries import Retries
from hub.exchange.reviews import OpenReviews
from hub.exchange.risk_reviews import RiskReviews
from hub.exchange.verdicts import StandingDecisions
from hub.ports import InputPositions
from hub.store.alerts import AlertStore
from hub.store.auditing import AuditStore
from hub.store.crowds import CrowdStore
from hub.store.deliveries import DeliveriesStore
from hub.store.jobs import JobStore
from hub.store.measuring import MeasuringStore
from hub.store.parked import ParkedStore
from hub.store.punctuality import PunctualityStore
from hub.store.reading import SqlReading
from hub.store.reconciling import ReconcileStore
from hub.store.rematching import RematchStore
from hub.store.republishing import RepublishStore
from hub.store.reviews import ReviewStore
from hub.store.risk_reviews import RiskReviewStore
from hub.store.verdicts import VerdictStore
from hub.wiring.conflicts import open_conflicts
from hub.wiring.foundation import Foundation
from hub.wiring.matching import judging


def outlook_on(base: Foundation, inputs: InputPositions | None) -> Outlook:
    """Everything to look through. inputs: None without a broker."""
    engine, seal, now = base.engine, base.seal, base.now
    audit, jobs = AuditStore(engine), JobStore(engine)
    people = People(SqlReading(engine), base.keys, now)
    deliveries = Deliveries(DeliveriesStore(engine), base.agencies, base.contracts, now)
    return Outlook(
        deliveries=deliveries,
        measuring=Measuring(MeasuringStore(engine), base.registry, base.contracts, seal, now),
        alerts=Alerts(AlertStore(engine), audit, now),
        positions=LookAtPositions(inputs, deliveries),
        punctuality=Punctuality(PunctualityStore(engine), people, audit, base.contracts.keys(), now),
        retries=Retries(ParkedStore(engine), audit, seal, now),
        people=people,
        reviews=OpenReviews(ReviewStore(engine), people, audit, Describing(base.contracts), judging(base), seal, now),
        crowded=CrowdedIdentifiers(CrowdStore(engine), audit, base.keys, seal, now),
        conflicts=open_conflicts(base),
        reconciliations=Reconciliations(ReconcileStore(engine)),
        decisions=StandingDecisions(VerdictStore(engine), people, audit, seal, now),
        risk_reviews=RiskReviews(RiskReviewStore(engine), people, audit, now),
        audit=Auditing(audit, people, now),
        jobs=jobs,
        republishing=Republishing(RepublishStore(engine), jobs, base.contracts, now, str(uuid4())),
        rematching=Rematching(RematchStore(engine), jobs, now, str(uuid4())),
    )
