from random import Random

import pytest

from hub.domain.errors import Halt
from hub.spec.lens import compiled_read_rows, compiled_write_rows
from hub.spec.lens.lens import Lens, compile_lens
from hub.spec.lens.parsing import table_of
from tests.builders.lens import body_of, native_of
from tests.builders.lens_tables import LISTS, PERSON, lens_of
from tests.builders.random_tables import random_table


@pytest.fixture
def by_the_rows_alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Compiles without what is done in line."""
    monkeypatch.setattr(compiled_read_rows, "quick_read", lambda *_: None)
    monkeypatch.setattr(compiled_write_rows, "quick_write", lambda *_: None)
    return monkeypatch


def _agree(quick: Lens, slow: Lens, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - cases for a test
    for wrong in (0.0, 0.02, 0.1):
        native, body = native_of(quick, random, wrong), body_of(quick, random, wrong)
        assert quick.read(native) == slow.read(native)
        assert quick.write(body, native) == slow.write(body, native)
        assert quick.write(body) == slow.write(body)


def test_what_is_done_in_line_is_what_the_rows_do(by_the_rows_alone: pytest.MonkeyPatch) -> None:
    slow = lens_of(PERSON)
    by_the_rows_alone.undo()
    quick = lens_of(PERSON)
    assert len(quick.code) > len(slow.code)
    for seed in range(60):
        _agree(quick, slow, seed)


def test_so_it_is_for_tables_made_by_chance(by_the_rows_alone: pytest.MonkeyPatch) -> None:
    slow: dict[int, Lens] = {}
    for seed in range(80):
        try:
            slow[seed] = compile_lens(table_of(random_table(Random(seed)), "chance", LISTS))  # noqa: S311
        except Halt:
            continue
    by_the_rows_alone.undo()
    assert len(slow) > 50
    for seed, each in slow.items():
        _agree(compile_lens(each.table), each, seed)
