"""What the same submissions and decisions come to in a hub to which nothing ever happened: by the law, the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from adapters.client.events import structured
from hub.domain.submission import Submission
from hub.exchange.envelope import from_structured
from hub.exchange.resolve import Choice
from hub.trust.contracts import load_contracts
from tests.builders.hub import Hub, quick_engine
from tests.builders.valid_bodies import registry
from tests.crash.installed import Installed
from tests.crash.operators import LocalId
from tests.crash.submissions import Said

Shown: TypeAlias = Counter[tuple[str, str, str]]
"""How many releases of a type, key and digest there are. Persons' ids are not the same in any two hubs."""

_TOGETHER = 500


async def shown_by_a_calm_hub(
    installed: Installed,
    said: Sequence[Said],
    standing: Mapping[tuple[LocalId, LocalId], Choice],
    folder: Path,
    *,
    links: bool,
) -> dict[str, Shown]:
    """Service -> what is released to it, from a hub in this process over an empty database in `folder`.

    standing: what is decided of two, once all is said. It has the keys of the other: links of one strength go by the
    order of local keys, and of those the later are left out that would join two who are kept apart.
    """
    engine = quick_engine(folder / "calm.db")
    contracts = load_contracts(Path(installed.installation.settings["HUB_CONTRACTS"]), registry())
    hub = Hub(engine, contracts, now=datetime.now(UTC), keys=installed.lookup_keys)
    submissions = [_submission(installed.names[each.by], each) for each in said if each.good]
    for start in range(0, len(submissions), _TOGETHER):
        await hub.take(*submissions[start : start + _TOGETHER])
    for two, choice in standing.items():
        await hub.rule(*two, choice)
    await hub.match(links=links)
    while await hub.risk_watch.step():
        pass
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
