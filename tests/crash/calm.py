"""What the same submissions come to in a hub to which nothing ever happened: by the law, the same."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from adapters.client.events import structured
from hub.domain.submission import Submission
from hub.exchange.envelope import from_structured
from hub.store.engine import create_schema
from hub.trust.contracts import load_contracts
from tests.builders.hub import Hub, quick_engine
from tests.builders.valid_bodies import registry
from tests.crash.installed import Installed
from tests.crash.submissions import Said

Shown: TypeAlias = Counter[tuple[str, str, str]]
"""How many releases of a type, key and digest there are. Persons' ids are not the same in any two hubs."""

_TOGETHER = 500


async def shown_by_a_calm_hub(installed: Installed, said: Sequence[Said], folder: Path) -> dict[str, Shown]:
    """Service -> what is released to it, from a hub in this process over an empty database in `folder`."""
    engine = quick_engine(folder / "calm.db")
    await create_schema(engine)
    contracts = load_contracts(Path(installed.installation.settings["HUB_CONTRACTS"]), registry())
    hub = Hub(engine, contracts, now=datetime.now(UTC))
    submissions = [_submission(installed.names[each.by], each) for each in said if each.good]
    for start in range(0, len(submissions), _TOGETHER):
        await hub.take(*submissions[start : start + _TOGETHER])
    releases = await hub.current()
    await engine.dispose()
    return {
        by: Counter(
            (held.record.type, held.record.key, release.digest)
            for held, release in releases.items()
            if held.agency == name and not release.withdrawn
        )
        for by, name in installed.names.items()
    }


def _submission(agency: str, said: Said) -> Submission:
    return from_structured(agency, structured(agency, said.event))
