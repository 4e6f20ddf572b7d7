"""A server as a context manager."""

import contextlib
from abc import ABC, abstractmethod
from typing import Self


class Lifetime(ABC):
    """Starts at the beginning of a `with`, and is ended for good at its end, or at once if it does not start."""

    @abstractmethod
    def start(self) -> None:
        """Start it, and return when it answers."""

    @abstractmethod
    def close(self) -> None:
        """End it for good; nothing of it is left behind."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as unless_started:
            unless_started.callback(self.close)
            self.start()
            unless_started.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
