"""The prison system (NOMIS): what it sends as shared records, and what the hub releases in its form."""

from adapters.nomis.system import Nomis, nomis

__all__ = ["Nomis", "nomis"]
