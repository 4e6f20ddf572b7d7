"""OASys, the assessment system of prison and probation: assessments of risk and needs, both ways."""

from adapters.oasys.system import Oasys, oasys

__all__ = ["Oasys", "oasys"]
