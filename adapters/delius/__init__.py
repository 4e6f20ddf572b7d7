"""Delius, the probation services' case system: offenders, registers, MAPPA, both ways."""

from adapters.delius.system import Delius, delius

__all__ = ["Delius", "delius"]
