"""Matching by likelihood, on its real store."""

import tomllib
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from hub.domain.errors import Halt
from hub.domain.likelihood.common import Listed, read_common
from hub.domain.likelihood.rarity import UNKNOWN
from hub.domain.likelihood.score import Scale
from hub.domain.likelihood.weights import read_weights
from hub.exchange.decide import Deciding
from hub.exchange.describing import Describing
from hub.exchange.finding import Recorded, Recording
from hub.exchange.judging import Judging
from hub.exchange.matching import Matching
from hub.exchange.persons import Recognising
from hub.store.matching import SqlMatchingStore
from hub.store.sharing import SqlStore
from hub.trust.naming import term_digest
from hub.wiring.foundation import Foundation
from hub.wiring.spine import new_person_of

_TERMS = 1 << 16
"""Values whose digests are kept; names come again and again."""


def matching(base: Foundation, told: Callable[[Recorded], None]) -> Matching:
    """Over the database, with the weights of the settings. told: as `Matching` has it.

    Raises:
        Halt: the file of weights is wrong.
    """
    deciding = Deciding(base.registry, base.contracts, base.keys, base.seal)
    judge = judging(base)
    recognising = Recognising(base.seal, new_person_of(base))
    return Matching(
        SqlMatchingStore(base.engine),
        Recording(SqlStore(base.engine), recognising, deciding, judge, base.keys, base.seal, base.now),
        Describing(base.contracts),
        judge,
        base.keys,
        base.seal,
        base.now,
        told,
    )


def judging(base: Foundation) -> Judging:
    """How descriptions are judged under the settings. Raises `Halt`: the file of weights is wrong."""
    document = _document(base.settings.match_weights)
    digest = lru_cache(maxsize=_TERMS)(partial(term_digest, base.keys))
    common = read_common(document)
    scale = Scale(read_weights(document), Listed(common, digest) if common else UNKNOWN)
    return Judging(scale, base.settings.match_links)


def _document(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Halt(f"{file.name} is not TOML") from error
