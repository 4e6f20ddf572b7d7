"""A hub with a probation service, a prison and an operator of its own, under names that nobody else has."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adapters.client.credentials import ClientCredentials
from adapters.client.feed import FeedLink
from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from deploy.servers.hub import Installation
from hub.trust.agencies import Credentials, Scope
from hub.trust.sealing import LookupKeys
from tests.crash.submissions import PRISON, PROBATION

OPERATOR = "operator"
_DEADLINE = re.compile(r"^deadline = [0-9_]+$", re.MULTILINE)
_CONTRACTS = Path(__file__).parents[2] / "contracts"


@dataclass(frozen=True)
class Installed:
    """names: by service, `probation` and `prison`. credentials: by service, and those of `operator`."""

    installation: Installation
    kafka: str
    names: Mapping[str, str]
    credentials: Mapping[str, Credentials]

    @property
    def lookup_keys(self) -> LookupKeys:
        """By which this hub knows local ids and numbers."""
        return LookupKeys(urlsafe_b64decode(f"{self.installation.lookup_key}="))

    def feed(self, hub: str, service: str = PROBATION) -> FeedLink:
        """The service's link over HTTP. hub: base address."""
        credentials = self.credentials[service]
        return FeedLink(hub, self.names[service], credentials.client_id, credentials.secret)

    def stream(self) -> StreamLink:
        """The prison's link over Kafka."""
        return StreamLink(Broker(self.kafka), self.names[PRISON])

    def auth(self, hub: str, service: str = PROBATION) -> ClientCredentials:
        """Puts the token of a service, or of the operator, on a request. hub: base address."""
        credentials = self.credentials[service]
        return ClientCredentials(f"{hub}/oauth/token", credentials.client_id, credentials.secret)


def install(
    folder: Path,
    database_url: str,
    kafka: str,
    *,
    settings: Mapping[str, str] | None = None,
    module: str = "hub",
    deadline_s: int | None = None,
) -> Installed:
    """Write contracts into `folder`, bring the database up to date and register both services.

    settings: further ones of the hub's. module: what runs as the hub. deadline_s: by when receipts are due, those of
    risks too; None: as the contracts say that ship.
    """
    mark = uuid4().hex[:8]
    names = {service: f"{service}-{mark}" for service in (PROBATION, PRISON)}
    contracts = folder / f"contracts-{mark}"
    contracts.mkdir()
    for service, name in names.items():
        shipped = (_CONTRACTS / f"{service}.toml").read_text()
        if deadline_s is not None:
            shipped = _DEADLINE.sub(f"deadline = {deadline_s}\nrisk_deadline = {deadline_s}", shipped)
        (contracts / f"{name}.toml").write_text(shipped.replace(f'agency = "{service}"', f'agency = "{name}"'))
    installation = Installation(
        database_url, kafka, {"HUB_CONTRACTS": str(contracts), **(settings or {})}, module=module
    )
    known_as = {**names, OPERATOR: f"{OPERATOR}-{mark}"}
    scopes = dict.fromkeys(names.values(), (Scope.SUBMIT, Scope.READ))
    registered = installation.add_agencies({**scopes, known_as[OPERATOR]: (Scope.ADMIN,)})
    return Installed(installation, kafka, names, {each: registered[name] for each, name in known_as.items()})
