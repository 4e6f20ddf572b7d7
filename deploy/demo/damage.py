"""Damages some of what the prison's system holds, and lets its adapter's reconciliation find and heal it."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import orjson
from rich.console import Console
from rich.table import Table

from adapters.client.running.releases import Holding
from adapters.client.running.store import Store
from adapters.sandbox.native import NativeStore
from deploy.demo.stage import Beside, Stage, environment
from deploy.servers.errors import ServerFailed
from deploy.servers.process import clean_environment
from hub.domain.canonical import Json
from hub.domain.inventory import Difference

AGENCY, SYSTEM = "prison", "nomis"
_OF_EACH = 5
_SECONDS_TO_HEAL = 60.0
_DONE = {
    Difference.MISSING: "documents deleted",
    Difference.DIVERGING: "documents altered",
    Difference.UNKNOWN: "withdrawn records put back",
}


@dataclass(frozen=True, slots=True)
class Healing:
    """What was done to the copy, what the round found, and what one after it still finds; by kind."""

    damaged: Mapping[Difference, int]
    found: Mapping[Difference, int]
    left: Mapping[Difference, int]
    records: int

    @property
    def good(self) -> bool:
        """Whether the round found all that was done and nothing else, and afterwards there was nothing to find."""
        return self.found == self.damaged and not any(self.left.values())


def damage_and_heal(stage: Stage) -> Healing:
    """Delete, alter and put back documents behind the adapter's back; then make rounds until nothing differs.

    Raises:
        ServerFailed: a round could not be made, or the copy was not healed in time.
    """
    beside = next(each for each in stage.adapters if (each.agency, each.system) == (AGENCY, SYSTEM))
    damaged = _damage(stage, beside)
    first = _round(stage, beside)
    deadline = time.monotonic() + _SECONDS_TO_HEAL
    while (after := _round(stage, beside))["differing"]:
        if time.monotonic() > deadline:
            raise ServerFailed(f"the copy was not healed within {_SECONDS_TO_HEAL:.0f} s")
        time.sleep(0.5)
    return Healing(damaged, _kinds(first), _kinds(after), first["records"])


def show_healing(healing: Healing, console: Console) -> None:
    """Print what came of it."""
    table = Table(title=f"Reconciliation of the prison's copy: {healing.records:,} records", title_justify="left")
    for heading in ("damage done", "records", "found as", "found", "left after"):
        table.add_column(heading, justify="right" if heading in {"records", "found", "left after"} else "left")
    for kind in Difference:
        done, found, left = (counts[kind] for counts in (healing.damaged, healing.found, healing.left))
        table.add_row(_DONE.get(kind, ""), f"{done:,}", kind.value, f"{found:,}", f"{left:,}")
    console.print(table)


def _damage(stage: Stage, beside: Beside) -> Mapping[Difference, int]:
    done: Counter[Difference] = Counter()
    with closing(NativeStore(stage.natives[AGENCY])) as native, closing(Store(beside.store)) as store:
        deleted, altered = _pairs(store)
        for each in deleted:
            native.forget(SYSTEM, each.address)
            done[Difference.MISSING] += 1
        for each, other in altered:
            native.tell(SYSTEM, each.address, other, time.time())
            done[Difference.DIVERGING] += 1
        for each, other in _withdrawn(store):
            native.tell(SYSTEM, each.address, other, time.time())
            done[Difference.UNKNOWN] += 1
    return {kind: done[kind] for kind in Difference}


def _pairs(store: Store) -> tuple[list[Holding], list[tuple[Holding, Json]]]:
    """Records to delete, and records with the document of another person to put in their place."""
    offenders = [each for each in store.releases.all_held() if each.record.type == "offender"]
    offenders = offenders[: 3 * _OF_EACH]
    third = len(offenders) // 3
    altered, others = offenders[third : 2 * third], offenders[2 * third :]
    return offenders[:third], [(each, other.native) for each, other in zip(altered, others, strict=False)]


def _withdrawn(store: Store) -> list[tuple[Holding, Json]]:
    """Records that were withdrawn and lie nowhere now, with a document of their type."""
    documents = {each.record.type: each.native for each in store.releases.all_held()}

    def gone() -> Iterator[tuple[Holding, Json]]:
        for each in store.releases.all_withdrawn():
            taken = not each.address or store.releases.others_at(each.address, each.record)
            if not taken and each.record.type in documents:
                yield each, documents[each.record.type]

    return list(islice(gone(), _OF_EACH))


def _round(stage: Stage, beside: Beside) -> Json:
    """`hub adapter reconcile`, beside the running adapter."""
    ended = subprocess.run(
        [sys.executable, "-m", "hub", "adapter", "reconcile", beside.system, "--json"],
        env={**clean_environment(), **environment(stage, beside)},
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        raise ServerFailed(f"hub adapter reconcile ended with {ended.returncode}:\n{ended.stderr.decode()}")
    return orjson.loads(ended.stdout)


def _kinds(round_: Json) -> Mapping[Difference, int]:
    return {kind: round_[kind.value] for kind in Difference}
