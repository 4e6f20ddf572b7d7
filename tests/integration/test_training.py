"""Weights estimated of the people that agencies described, without labels, on both databases."""

import asyncio
import random
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.commands.match_files import SHIPPED_WEIGHTS, weights_in
from hub.domain.errors import Rejected
from hub.domain.likelihood.blocking import ladders
from hub.domain.likelihood.common import read_common, written_common
from hub.domain.likelihood.evaluation import THRESHOLD
from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.score import score
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.weights import read_weights, written_weights
from hub.exchange.describing import written
from hub.exchange.training import Trained, Training
from hub.ports import Description, Keys
from hub.settings import load_settings
from hub.store.matching import SqlMatchingStore
from hub.store.migrations import upgrade
from hub.store.sharing import SqlStore
from hub.trust.naming import ladder_digests, term_digest
from hub.wiring.foundation import opened
from hub.wiring.matching import judging
from tests.bench.crowd import crowd, misspelt
from tests.builders.hub import KEYS, NOW, SEAL, Hub
from tests.commands import commanding, install
from tests.contract.test_store_ports import PERSON, decision, local

START = weights_in(SHIPPED_WEIGHTS)
PEOPLE = 60


def described(people: Sequence[Traits], keys: Keys) -> dict[str, Description | None]:
    return {
        f"local-{number}": Description(
            SEAL.seal(f"local:local-{number}", written(traits)),
            frozenset(ladder_digests(keys, rungs) for rungs in ladders(traits)),
        )
        for number, traits in enumerate(people)
    }


async def known(engine: AsyncEngine, people: Sequence[Traits], keys: Keys = KEYS) -> None:
    """Have these people described."""
    store, descriptions = SqlMatchingStore(engine), described(people, keys)
    rows = [local(key) for key in descriptions]
    async with SqlStore(engine).sharing() as tx:
        await tx.write(replace(decision(locals_=rows, new=[PERSON]), unmatched=set(descriptions)))
    turn = await store.take(len(people), NOW)
    await store.describe(turn, descriptions)
    await store.settle(turn)


async def trained(hub: Hub, drawn: int = PEOPLE * 2) -> Trained:
    return await Training(SqlMatchingStore(hub.engine), KEYS, SEAL, drawn).train(START)


def caseload() -> list[tuple[Traits, Traits]]:
    """Each person as two agencies have them."""
    draw = random.Random(5)  # noqa: S311 -- a sample, no secret
    return [(each, misspelt(each, draw)) for each in crowd(1, PEOPLE, at_home=0.0)]


async def test_the_weights_of_the_people_described_tell_who_is_one_person(hub: Hub) -> None:
    pairs = caseload()
    await known(hub.engine, [each for pair in pairs for each in pair])

    weights = (await trained(hub)).weights

    found = sum(score(one, other, weights).probability >= THRESHOLD for one, other in pairs)
    wrong = sum(
        score(one, other, weights).probability >= THRESHOLD
        for (one, _), (_, other) in zip(pairs, pairs[1:] + pairs[:1], strict=True)
    )
    assert found > 0.9 * PEOPLE
    assert wrong < 0.05 * PEOPLE
    assert weights.odds[Field.DATE][Level.EXACT].weight > 10
    assert PEOPLE / 2 < weights.prior * (2 * PEOPLE) ** 2 / 2 < PEOPLE * 2


async def test_of_many_people_some_are_drawn_always_the_same_and_the_file_names_nobody(hub: Hub) -> None:
    await known(hub.engine, [each for pair in caseload() for each in pair])

    all_, some, again = await trained(hub), await trained(hub, PEOPLE), await trained(hub, PEOPLE)

    assert some.pairs < all_.pairs
    assert some.possible == all_.possible
    assert some.weights.prior == pytest.approx(all_.weights.prior, rel=0.5)
    texts = [written_weights(each.weights) + written_common(each.common) for each in (some, again)]
    document = tomllib.loads(texts[0])

    assert texts[0] == texts[1]
    assert "Estimated without labels" in texts[0]
    assert not any(name in texts[0] for pair in caseload() for name in pair[0].streets)
    assert read_weights(document).odds.keys() == START.odds.keys()
    assert Field.SURNAME in read_common(document)


async def test_common_values_are_listed_under_the_hubs_own_key(hub: Hub) -> None:
    names = ["smith"] * 10 + [f"n{place}" for place in range(PEOPLE - 10)]
    strangers = crowd(1, PEOPLE, at_home=0.0)
    people = [replace(each, surname=name) for each, name in zip(strangers, names, strict=True)]
    await known(hub.engine, people * 2)

    common = (await trained(hub)).common[Field.SURNAME]

    assert common.shares == {term_digest(KEYS, Field.SURNAME, "smith"): pytest.approx(10 / PEOPLE)}
    assert common.rest == pytest.approx(1 / PEOPLE)


async def test_where_nobody_is_described_twice_families_are_not_taken_for_persons(hub: Hub) -> None:
    await known(hub.engine, list(crowd(1, PEOPLE * 2)))

    with pytest.raises(Rejected, match="too few people are described twice"):
        await trained(hub)


async def test_people_with_nothing_in_common_teach_nothing(hub: Hub) -> None:
    await known(hub.engine, [Traits(surname="archer", forenames=("ann",))])

    with pytest.raises(Rejected, match="have anything in common"):
        await trained(hub)


def test_the_command_writes_a_file_by_which_this_hub_can_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path)
    out = tmp_path / "own.toml"

    async def filled() -> None:
        async with opened(load_settings()) as base:
            await upgrade(base.engine)
            people = [*crowd(1, 30, at_home=0.0)] * 2
            await known(base.engine, people, base.keys)

    asyncio.run(filled())
    with commanding(monkeypatch, capsys) as hub:
        ended = hub("match", "train", "--out", str(out))

    async def judged() -> float:
        monkeypatch.setenv("HUB_MATCH_WEIGHTS", str(out))
        async with opened(load_settings()) as base:
            one = next(crowd(1, 1))
            return judging(base).score(one, one).probability

    assert (ended.code, "own.toml: weights from" in ended.said) == (0, True)
    assert asyncio.run(judged()) > 0.99
