"""Histories of the straight path, crashes and losses in them, end as they must; a planted fault is found."""

from unittest.mock import patch

import pytest

from tests.simulation.plants import PLANTS, Plant
from tests.simulation.world import Broken, play

HISTORIES = 100
AT_ONCE = 50
FOUND_WITHIN = 400
"""Histories after which a planted fault must have shown."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("first", range(1, HISTORIES, AT_ONCE))
def test_every_history_ends_as_it_must(first: int) -> None:
    accepted = sum(play(seed).accepted for seed in range(first, first + AT_ONCE))
    assert accepted > AT_ONCE


@pytest.mark.parametrize("mostly", sorted({plant.shows_with for plant in PLANTS if plant.shows_with}))
def test_what_it_takes_to_show_a_fault_is_no_fault_by_itself(mostly: str) -> None:
    for seed in range(FOUND_WITHIN, FOUND_WITHIN - HISTORIES // 20, -1):
        play(seed, mostly=mostly)


def test_a_history_plays_again_exactly() -> None:
    told: list[list[str]] = [[], []]
    for lines in told:
        play(7, lines.append)
    assert told[0] == told[1]
    assert len(told[0]) > 10


@pytest.mark.timeout(180)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_hub_with_a_planted_fault_is_found_out(plant: Plant) -> None:
    with patch.object(plant.owner, plant.attribute, plant.fault):
        assert any(_is_broken(seed, plant.shows_with) for seed in range(FOUND_WITHIN, 0, -1))


def _is_broken(seed: int, mostly: str | None) -> bool:
    try:
        play(seed, mostly=mostly)
    except Broken:
        return True
    return False
