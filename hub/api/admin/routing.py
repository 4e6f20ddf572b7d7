"""What every module of operators' routes begins with."""

from fastapi import APIRouter

PREFIX = "/v1/admin"
PRINTABLE = "^[ -~]+$"
"""What names and positions are made of; no database is asked for anything else."""


def admin_router() -> APIRouter:
    """A router for one subject. Every route takes a `hub.api.callers.Operator`, whose name goes into the audit."""
    return APIRouter(prefix=PREFIX, tags=["Administration"])
