"""Parts are kept as they are put, wherever they are kept."""

from adapters.client.native import Parts
from adapters.client.running.parts import PartsAside, PartsInMemory
from adapters.client.running.store import Store


def _are_kept(parts: Parts) -> None:
    parts.put("case/1", "b", {"said": [1]})
    parts.put("case/1", "a", None)
    parts.put("case/2", "a", "else")
    assert parts.get("case/1", "b") == {"said": [1]}
    assert (parts.get("case/1", "c"), parts.get("case/3", "a")) == (None, None)
    assert list(parts.all("case/1").items()) == [("a", None), ("b", {"said": [1]})]
    parts.remove("case/1")
    assert (dict(parts.all("case/1")), parts.get("case/2", "a")) == ({}, "else")


def test_parts_are_kept_by_thing_and_name(store: Store) -> None:
    _are_kept(PartsInMemory())
    _are_kept(PartsAside(PartsInMemory()))
    with store.transaction():
        _are_kept(store.parts)


def test_parts_aside_begin_with_those_that_are_held_and_leave_them_as_they_are() -> None:
    held = PartsInMemory()
    held.put("case/1", "a", {"said": 1})
    aside = PartsAside(held)
    assert aside.get("case/1", "a") == {"said": 1}
    aside.put("case/1", "a", {"said": 2})
    aside.put("case/1", "b", 3)
    aside.remove("case/2")
    assert (dict(aside.all("case/1")), dict(held.all("case/1"))) == ({"a": {"said": 2}, "b": 3}, {"a": {"said": 1}})
