"""A hub that runs, shared by the tests of a module."""

from dataclasses import dataclass

from deploy.servers.hub import Hub
from tests.crash.installed import Installed

POISON_LIMIT = 30
"""Rejections in a row that pause an input here."""


@dataclass(frozen=True)
class Running:
    """A hub as one process, over the servers shared by all tests."""

    installed: Installed
    hub: Hub
