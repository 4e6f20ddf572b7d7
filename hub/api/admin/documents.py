"""What operators are shown, as their API answers it and `--json` prints it."""

from typing import Any

from hub.store.agencies import AgencyRow
from hub.store.jobs import JobRow
from hub.trust.agencies import Credentials


def agency_document(row: AgencyRow) -> dict[str, Any]:
    """`Agency` of the API description."""
    return {
        "name": row.name,
        "clientId": row.client_id,
        "scopes": sorted(row.scopes),
        "suspended": row.suspended,
        "contract": row.contract_digest,
        "added": row.added,
        "input": {"rejections": row.rejections, "paused": row.paused},
    }


def operator_document(row: AgencyRow) -> dict[str, Any]:
    """`Operator` of the API description."""
    return {"name": row.name, "clientId": row.client_id, "added": row.added, "suspended": row.suspended}


def credentials_document(credentials: Credentials) -> dict[str, Any]:
    """`AgencyCredentials` of the API description."""
    return {
        "name": credentials.agency,
        "clientId": credentials.client_id,
        "clientSecret": credentials.secret,
    }


def job_document(row: JobRow) -> dict[str, Any]:
    """`Job` of the API description."""
    members = ("id", "kind", "by", "asked", "parameters", "state", "total", "done", "failed", "why", "updated")
    return {name: getattr(row, name) for name in members}
