"""A hub with a probation service, a prison and an operator of its own, under names that nobody else has."""

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
from tests.crash.submissions import PRISON, PROBATION

OPERATOR = "operator"
_CONTRACTS = Path(__file__).parents[2] / "contracts"


@dataclass(frozen=True)
class Installed:
    """names: by service, `probation` and `prison`. credentials: by service, and those of `operator`."""

    installation: Installation
    kafka: str
    names: Mapping[str, str]
    credentials: Mapping[str, Credentials]

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
) -> Installed:
    """Write contracts into `folder`, bring the database up to date and register both services.

    settings: further ones of the hub's. module: what runs as the hub.
    """
    mark = uuid4().hex[:8]
    names = {service: f"{service}-{mark}" for service in (PROBATION, PRISON)}
    contracts = folder / f"contracts-{mark}"
    contracts.mkdir()
    for service, name in names.items():
        shipped = (_CONTRACTS / f"{service}.toml").read_text()
        (contracts / f"{name}.toml").write_text(shipped.replace(f'agency = "{service}"', f'agency = "{name}"'))
    installation = Installation(
        database_url, kafka, {"HUB_CONTRACTS": str(contracts), **(settings or {})}, module=module
    )
    known_as = {**names, OPERATOR: f"{OPERATOR}-{mark}"}
    scopes = dict.fromkeys(names.values(), (Scope.SUBMIT, Scope.READ))
    registered = installation.add_agencies({**scopes, known_as[OPERATOR]: (Scope.ADMIN,)})
    return Installed(installation, kafka, names, {each: registered[name] for each, name in known_as.items()})
