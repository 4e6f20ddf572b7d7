"""A token for an agency of a hub under measurement."""

import httpx

from deploy.servers.hub import Hub
from hub.trust.agencies import Credentials


def token(hub: Hub, credentials: Credentials) -> str:
    """An access token from the hub itself."""
    answer = httpx.post(
        f"{hub.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(credentials.client_id, credentials.secret),
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["access_token"])
