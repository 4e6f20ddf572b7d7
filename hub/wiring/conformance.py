"""Builds the conformance kit: the pretended hub on a free port, and the client of the driver."""

import secrets
import socket
from collections.abc import Callable

from adapters.conformance.driver import Driver, DriverFailed
from adapters.conformance.playing import Outcome, Result, play, served
from adapters.conformance.pretend import PretendHub
from hub.clock import utc_now
from hub.domain.errors import Unavailable
from hub.listening import listen
from hub.spec.registry import Registry, schemas_folder

__all__ = ["Kit", "Outcome", "Result"]


class Kit:
    """One run against one driver. address, client_id, secret: what the tried adapter is to be told."""

    def __init__(self, driver: str, agency: str, port: int) -> None:
        """driver: its base address. port: of the pretended hub on 127.0.0.1; 0 takes a free one.

        Raises:
            Halt: the port cannot be had.
        """
        self._driver = driver
        self._listening: socket.socket = listen("127.0.0.1", port)
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.agency = agency
        self.client_id = f"{agency}-kit"
        self.secret = secrets.token_urlsafe(24)

    async def run(self, ended: Callable[[Outcome], None]) -> list[Outcome]:
        """Play every situation; `ended` is told of each as it ends.

        Raises:
            Unavailable: the driver does not answer as agreed.
        """
        hub = PretendHub(Registry.load(schemas_folder()), self.agency, self.client_id, self.secret)
        try:
            async with served(hub, self._listening), Driver(self._driver) as driver:
                return await play(hub, driver, utc_now, ended=ended)
        except DriverFailed as error:
            raise Unavailable(str(error)) from error
