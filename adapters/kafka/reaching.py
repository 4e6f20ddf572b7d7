"""Starting clients: what goes wrong meanwhile, where aiokafka does not say it or leaves something behind."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import errors
from aiokafka.conn import collect_hosts, create_conn

from adapters.kafka.broker import Broker, broker_errors
from hub.domain.errors import Halt

REFUSALS = (
    errors.AuthenticationFailedError,
    errors.AuthenticationMethodNotSupported,
    errors.IllegalSaslStateError,
    errors.SaslAuthenticationFailed,
    errors.UnsupportedSaslMechanismError,
)
"""What a broker answers to a user it does not let in."""

_NAMES = "HUB_KAFKA_USER and HUB_KAFKA_PASSWORD (of an adapter: ADAPTER_KAFKA_...)"

_SECONDS_OF_GRACE = 1.0

_log = structlog.get_logger(__name__)


async def started(starting: Coroutine[Any, Any, None]) -> None:
    """Await a client's `start` or `bootstrap`; who is cancelled meanwhile waits a moment for it to come to its end.

    aiokafka would otherwise forget the connection over which it was just asking for the cluster's layout, open.
    """
    task = asyncio.create_task(starting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,), timeout=_SECONDS_OF_GRACE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


@asynccontextmanager
async def reaching(broker: Broker) -> AsyncIterator[None]:
    """Speak in the hub's terms of what goes wrong while a client is being started.

    Raises:
        Unavailable: the broker does not answer, or refuses the moment.
        Halt: it refuses user and password, or is not whom the authorities vouch for; what `broker_errors` says, too.
    """
    with broker_errors():
        try:
            yield
        except errors.KafkaConnectionError:
            await _check_let_in(broker)
            raise


async def _check_let_in(broker: Broker) -> None:
    """Raises `Halt` where a broker answers, and refuses; nothing where one lets us in, or none answers."""
    for host, port, _ in collect_hosts(broker.bootstrap):
        arguments = {name: value for name, value in broker.arguments().items() if name != "bootstrap_servers"}
        try:
            connection = await create_conn(host, port, **arguments)
        except REFUSALS as error:
            why = type(error).__name__
            raise Halt(f"Kafka lets nobody in with this user and password ({why}): set {_NAMES}") from error
        except ssl.SSLCertVerificationError as error:
            raise Halt("Kafka's certificate is of no authority in HUB_KAFKA_CA_FILE, or for another host") from error
        except (errors.KafkaError, OSError, TimeoutError) as error:
            _log.info("broker_away", why=type(error).__name__)
        else:
            connection.close()
            return
