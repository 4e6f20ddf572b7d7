"""The adapter of the toy system in a process of its own: `python -m tests.crash.toy_adapter`, told by ADAPTER_..."""

import uvloop

from adapters.client.running.assembly import run_adapter
from adapters.client.settings import load_adapter_settings
from hub.log import configure
from tests.builders.toy_system import ToySystem

if __name__ == "__main__":
    configure()
    uvloop.run(run_adapter(ToySystem(), load_adapter_settings()))
