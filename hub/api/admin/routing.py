"""What every module of operators' routes begins with."""

from typing import Annotated

from fastapi import APIRouter, Path

PREFIX = "/v1/admin"
PRINTABLE = "^[ -~]+$"
"""What names and positions are made of; no database is asked for anything else."""

AgencyName = Annotated[
    str, Path(max_length=80, pattern=PRINTABLE, description="The agency, as in its contract.", examples=["prison"])
]


def admin_router() -> APIRouter:
    """A router for one subject. Every route takes a `hub.api.callers.Operator`, whose name goes into the audit."""
    return APIRouter(prefix=PREFIX, tags=["Administration"])
