"""A prison's consumer in a process of its own: `python -m tests.crash.prison BOOTSTRAP AGENCY FILE`.

It applies what `hub.out.AGENCY` brings, acknowledges it, and appends a line of JSON for every delivery to the file,
with the digest that it reckons itself.
"""

import asyncio
import sys
from pathlib import Path

import orjson

from adapters.client.stream import StreamLink
from adapters.kafka.broker import Broker
from hub.domain.canonical import digest


async def _apply(bootstrap: str, agency: str, file: Path) -> None:
    link = StreamLink(Broker(bootstrap), agency)
    async for deliveries in link.deliveries({}):
        with file.open("ab") as store:
            for each in deliveries:
                line = {
                    **each.record._asdict(),
                    "digest": digest(each.release),
                    "withdrawn": each.withdrawn,
                    "movedTo": each.moved_to,
                    "event": each.event,
                    "localIds": each.local_ids,
                }
                store.write(orjson.dumps(line) + b"\n")
        await link.acknowledge(deliveries)


if __name__ == "__main__":
    asyncio.run(_apply(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
