"""What every module of operators' routes begins with."""

from typing import Annotated

from fastapi import APIRouter, Path

PREFIX = "/v1/admin"
PRINTABLE = "^[ -~]+$"
"""What names and positions are made of; no database is asked for anything else."""

AgencyName = Annotated[
    str, Path(max_length=80, pattern=PRINTABLE, description="The agency, as in its contract.", examples=["prison"])
]
PersonId = Annotated[
    str,
    Path(
        max_length=36,
        pattern=PRINTABLE,
        description="The hub's id of a person; one merged away means the survivor.",
        examples=["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"],
    ),
]


def admin_router() -> APIRouter:
    """A router for one subject. Every route takes a `hub.api.callers.Operator`, whose name goes into the audit."""
    return APIRouter(prefix=PREFIX, tags=["Administration"])
