"""How to reach the broker, and what its errors mean to whoever called."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import errors

from hub.domain.errors import Halt, Unavailable

REQUEST_TIMEOUT_MS = 10_000
"""What has not been answered by then is unknown: the caller tries again, and ids stop doubles."""

_OPERATOR_MUST_ACT = (
    errors.AuthenticationFailedError,
    errors.AuthenticationMethodNotSupported,
    errors.ClusterAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.IncompatibleBrokerVersion,
    errors.InvalidConfigurationError,
    errors.MessageSizeTooLargeError,
    errors.PolicyViolationError,
    errors.SaslAuthenticationFailed,
    errors.TopicAuthorizationFailedError,
    errors.UnrecognizedBrokerVersion,
    errors.UnsupportedSaslMechanismError,
)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the cluster is and as whom to speak to it.

    bootstrap: `host:port`, several with commas. user, password: SCRAM-SHA-512 when given.
    ca_file: speaks TLS and trusts these authorities only.
    """

    bootstrap: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments that every aiokafka client takes."""
        tls, scram = self.ca_file is not None, self.user is not None
        return {
            "bootstrap_servers": self.bootstrap,
            "request_timeout_ms": REQUEST_TIMEOUT_MS,
            "security_protocol": f"{'SASL_' if scram else ''}{'SSL' if tls else 'PLAINTEXT'}",
            "ssl_context": ssl.create_default_context(cafile=self.ca_file) if tls else None,
            "sasl_mechanism": "SCRAM-SHA-512" if scram else "PLAIN",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


@contextmanager
def broker_errors() -> Iterator[None]:
    """Speak of the broker's errors in the hub's terms.

    Raises:
        Unavailable: the broker does not answer, or refuses the moment.
        Halt: credentials, access lists, versions or sizes are wrong.
    """
    try:
        yield
    except _OPERATOR_MUST_ACT as error:
        raise Halt(f"Kafka refuses: {type(error).__name__}") from error
    except (errors.KafkaError, TimeoutError, OSError) as error:
        raise Unavailable(f"Kafka does not answer: {type(error).__name__}") from error
