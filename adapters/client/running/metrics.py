"""What Prometheus is told of an adapter: the same that `hub adapter status` shows."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from adapters.client.running.status import status
from adapters.client.running.store import Store

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"
_WAITING = {
    "inbox": "Payloads of the native system that wait to be taken",
    "outbox": "Submissions that wait to be sent to the hub",
    "toHandOver": "Releases that wait to be handed over to the native system",
    "receiptsDue": "Releases applied of which the hub is yet to be told",
    "sightingsDue": "Releases somebody has seen of which the hub is yet to be told",
}
_PARKED = {"in": "parkedIn", "out": "parkedOut"}


def exposition(store: Store) -> bytes:
    """All of it as it is now, in Prometheus's text format."""
    told, registry = status(store), CollectorRegistry()
    waiting = Gauge("adapter_waiting", "; ".join(_WAITING.values()), ("queue",), registry=registry)
    for name in _WAITING:
        waiting.labels(name).set(told[name])
    parked = Gauge("adapter_parked", "Payloads (in) and releases (out) that were refused", ("way",), registry=registry)
    for way, name in _PARKED.items():
        parked.labels(way).set(told[name])
    Gauge("adapter_last_number_applied", "Of the hub's deliveries", registry=registry).set(told["lastNumberApplied"])
    return generate_latest(registry)
