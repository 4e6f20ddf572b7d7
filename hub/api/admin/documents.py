"""What operators are shown, as their API answers it and `--json` prints it."""

from typing import Any

from hub.store.agencies import AgencyRow
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


def credentials_document(credentials: Credentials) -> dict[str, Any]:
    """`AgencyCredentials` of the API description."""
    return {
        "name": credentials.agency,
        "clientId": credentials.client_id,
        "clientSecret": credentials.secret,
    }
