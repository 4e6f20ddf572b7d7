"""What is going on, for operators: everything that what they look at, and have done again, stands on."""

from dataclasses import dataclass

from hub.exchange.alerts import Alerts
from hub.exchange.auditing import Auditing
from hub.exchange.conflicts import OpenConflicts
from hub.exchange.crowds import CrowdedIdentifiers
from hub.exchange.deliveries import Deliveries
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
from hub.store.jobs import JobStore


@dataclass(frozen=True, slots=True)
class Outlook:
    """Built by `hub.wiring.outlook`, part of the desk."""

    deliveries: Deliveries
    alerts: Alerts
    measuring: Measuring
    positions: LookAtPositions
    punctuality: Punctuality
    retries: Retries
    people: People
    reviews: OpenReviews
    crowded: CrowdedIdentifiers
    conflicts: OpenConflicts
    reconciliations: Reconciliations
    decisions: StandingDecisions
    risk_reviews: RiskReviews
    audit: Auditing
    jobs: JobStore
    republishing: Republishing
    rematching: Rematching
