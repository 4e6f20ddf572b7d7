"""What Prometheus is told. Labels are agencies, record types, outcomes and routes: a bounded number of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from hub.domain.inventory import Difference
from hub.domain.outcome import Accepted, Outcome, Refused
from hub.domain.submission import Submission

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """Open alerts of one agency and kind. oldest_s: age of the one raised first, in seconds."""

    agency: str
    why: str
    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class OpenRiskReviews:
    """Open risk reviews put to one agency for one cause. oldest_s: age of the one opened first, in seconds."""

    agency: str
    cause: str
    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Convergence:
    """The convergence index of one agency, as last measured. All but the six last are shares from 0 to 1.

    agreed: None where the agency holds nothing. oldest_s: age of the oldest disagreement in seconds, 0 without one.
    unseen: risks that somebody must see and nobody has, as they are now. late: notices that were given too late.
    missed: releases that were announced to it not at all.
    """

    agency: str
    agreed: float | None
    filled: float
    taken: float
    oldest_s: float
    conflicts: int
    reviews: int
    unseen: int
    late: int
    missed: int


class Conflicts(NamedTuple):
    """Records of one type in which agencies differ that must not, at some place without a ruling, and by one."""

    open: int
    ruled: int


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits in the hub. debts: records owed to agencies.

    lag_s: age of the oldest that may not wait, in seconds.

    unpublished: stream agency -> deliveries committed and not yet on its topic. paused: agencies whose input stands.
    crowded: identifiers that too many hold. withheld: agency -> records that limited access keeps back from it.
    parked: agency -> records it could not apply. conflicts: by record type, none where there is none.
    unmatched: local ids to be compared with the others. unmatched_s: age of the oldest that may not wait, in seconds.
    letters: agency -> dead letters that wait. letters_s: agency -> age of the one that waits longest, in seconds.
    """

    debts: int
    lag_s: float
    unpublished: Mapping[str, int]
    paused: Sequence[str]
    crowded: int
    withheld: Mapping[str, int]
    parked: Mapping[str, int]
    alerts: Sequence[OpenAlerts] = ()
    convergence: Sequence[Convergence] = ()
    conflicts: Mapping[str, Conflicts] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    letters_s: Mapping[str, float] = field(default_factory=dict)
    risk_reviews: Sequence[OpenRiskReviews] = ()
    unmatched: int = 0
    unmatched_s: float = 0.0


class Metrics:
    """The metrics of one process, with a registry of their own."""

    def __init__(self, record_types: Iterable[str]) -> None:
        self._types = frozenset(record_types)
        self._registry = CollectorRegistry()
        self._submissions = Counter(
            "hub_submissions",
            "Submissions, by what became of them: accepted, repeated, or the reason they were refused for",
            ("agency", "type", "outcome"),
            registry=self._registry,
        )
        self._requests = Counter(
            "hub_requests", "HTTP requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._differences = Counter(
            "hub_differences",
            "Records that an agency's inventory showed to differ from what it was delivered",
            ("agency", "difference"),
            registry=self._registry,
        )
        self._not_compared = Counter(
            "hub_not_compared",
            "Passed over in matching: blocking keys that very many have (large), candidates beyond the most (cut)",
            ("why",),
            registry=self._registry,
        )
        self._matched = Counter(
            "hub_matched",
            "Pairs of local ids by what likelihood newly says of them: link, review, or undone",
            ("found",),
            registry=self._registry,
        )
        self._unmatched = self._gauge("hub_unmatched", "Local ids to be compared with the others")
        self._oldest_unmatched = self._gauge("hub_unmatched_oldest_seconds", "Age of the one that waits longest")
        self._owed = self._gauge("hub_owed", "Records whose current release an agency may not have yet")
        self._lag = self._gauge("hub_relay_lag_seconds", "Age of the oldest debt")
        self._unpublished = self._gauge("hub_unpublished", "Deliveries committed, not yet on the topic", "agency")
        self._crowded = self._gauge("hub_crowded_identifiers", "Identifiers that too many local ids hold")
        self._withheld = self._gauge("hub_withheld", "Records that limited access keeps back", "agency")
        self._parked = self._gauge("hub_parked", "Records whose delivery the agency could not apply", "agency")
        self._letters = self._gauge("hub_dead_letters_waiting", "Dead letters nobody has seen to", "agency")
        self._oldest_letter = self._gauge(
            "hub_dead_letter_oldest_seconds", "Age of the dead letter that waits longest", "agency"
        )
        self._alerts = self._gauge("hub_alerts_open", "Alerts nobody has acknowledged", "agency", "why")
        self._oldest_alert = self._gauge("hub_alert_oldest_seconds", "Age of the oldest open alert", "agency", "why")
        self._risk_reviews = self._gauge("hub_risk_reviews_open", "Levels of risk to be looked at", "agency", "cause")
        self._oldest_risk_review = self._gauge(
            "hub_risk_review_oldest_seconds", "Age of the oldest open risk review", "agency", "cause"
        )
        self._agreed = self._gauge("hub_agreement_ratio", "Share of records held as released", "agency")
        self._filled = self._gauge("hub_properties_filled_ratio", "Share of the properties that are filled", "agency")
        self._taken = self._gauge("hub_properties_taken_ratio", "Share of the properties that are taken", "agency")
        self._oldest = self._gauge("hub_oldest_disagreement_seconds", "Age of the oldest disagreement", "agency")
        self._conflicts = self._gauge("hub_conflicts", "Contested records that are held", "agency")
        self._differing = self._gauge("hub_differing_records", "Records in which agencies differ", "type", "state")
        self._reviews = self._gauge("hub_reviews", "Open reviews on own local ids", "agency")
        self._unseen = self._gauge("hub_risks_unseen", "Risks that somebody must see and nobody has", "agency")
        self._late = self._gauge("hub_notices_late", "Notices given too late in the last 30 days", "agency")
        self._missed = self._gauge("hub_notices_missed", "Releases never announced in the last 30 days", "agency")
        self._paused = self._gauge("hub_input_paused", "1 while the agency's input from Kafka is paused", "agency")

    def count_submissions(self, submissions: Sequence[Submission], outcomes: Sequence[Outcome]) -> None:
        """Count a batch by what became of it."""
        for submission, outcome in zip(submissions, outcomes, strict=True):
            record_type = submission.record_type if submission.record_type in self._types else _OTHER
            self._submissions.labels(submission.agency, record_type, _named(outcome)).inc()

    def count_request(self, method: str, route: str | None, status: int) -> None:
        """Count an answer. route: the path's template, such as `/v1/offenders/{crn}`; None where none matched."""
        self._requests.labels(method, route or _OTHER, str(status)).inc()

    def count_differences(self, agency: str, found: Mapping[Difference, int]) -> None:
        """Count what an inventory found, none as well: that one was compared shows in the series being there."""
        for kind in Difference:
            self._differences.labels(agency, kind.value).inc(found.get(kind, 0))

    def count_matched(self, links: int, reviews: int, undone: int) -> None:
        """Count what likelihood newly says."""
        for found, count in (("link", links), ("review", reviews), ("undone", undone)):
            self._matched.labels(found).inc(count)

    def count_not_compared(self, large: int, cut: int) -> None:
        """Count what matching passes over. large: keys that very many have. cut: candidates beyond the most."""
        for why, count in (("large", large), ("cut", cut)):
            self._not_compared.labels(why).inc(count)

    def exposition(self, queues: Queues) -> bytes:
        """Everything in Prometheus's text format, with the queues as they are now."""
        self._owed.set(queues.debts)
        self._lag.set(queues.lag_s)
        self._unmatched.set(queues.unmatched)
        self._oldest_unmatched.set(queues.unmatched_s)
        _show(self._unpublished, queues.unpublished)
        _show(self._paused, dict.fromkeys(queues.paused, 1))
        self._crowded.set(queues.crowded)
        _show(self._withheld, queues.withheld)
        _show(self._parked, queues.parked)
        _show(self._letters, queues.letters)
        _show(self._oldest_letter, queues.letters_s)
        self._alerts.clear()
        self._oldest_alert.clear()
        for each in queues.alerts:
            self._alerts.labels(each.agency, each.why).set(each.count)
            self._oldest_alert.labels(each.agency, each.why).set(each.oldest_s)
        self._risk_reviews.clear()
        self._oldest_risk_review.clear()
        for reviews in queues.risk_reviews:
            self._risk_reviews.labels(reviews.agency, reviews.cause).set(reviews.count)
            self._oldest_risk_review.labels(reviews.agency, reviews.cause).set(reviews.oldest_s)
        self._show_convergence(queues.convergence)
        self._show_conflicts(queues.conflicts)
        return generate_latest(self._registry)

    def _show_conflicts(self, conflicts: Mapping[str, Conflicts]) -> None:
        for record_type in self._types:
            for state, count in conflicts.get(record_type, Conflicts(0, 0))._asdict().items():
                self._differing.labels(record_type, state).set(count)

    def _show_convergence(self, convergence: Sequence[Convergence]) -> None:
        self._agreed.clear()
        for each in convergence:
            if each.agreed is not None:
                self._agreed.labels(each.agency).set(each.agreed)
            self._filled.labels(each.agency).set(each.filled)
            self._taken.labels(each.agency).set(each.taken)
            self._oldest.labels(each.agency).set(each.oldest_s)
            self._conflicts.labels(each.agency).set(each.conflicts)
            self._reviews.labels(each.agency).set(each.reviews)
            self._unseen.labels(each.agency).set(each.unseen)
            self._late.labels(each.agency).set(each.late)
            self._missed.labels(each.agency).set(each.missed)

    def _gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        return Gauge(name, documentation, labels, registry=self._registry)


def _show(gauge: Gauge, by_agency: Mapping[str, float]) -> None:
    """These agencies and no others."""
    gauge.clear()
    for agency, value in by_agency.items():
        gauge.labels(agency).set(value)


def _named(outcome: Outcome) -> str:
    match outcome:
        case Accepted(repeated=repeated):
            return "repeated" if repeated else "accepted"
        case Refused(rejection):
            return rejection.reason.value
