"""Native objects and bodies for a lens, made from its own table: as dirty as real ones are, and some that are wrong."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.spec.lens.columns import Several
from hub.spec.lens.converters import Codes, Flag, Text
from hub.spec.lens.lens import Lens
from hub.spec.lens.numbers import Digits, Number, Numeral, Whole
from hub.spec.lens.paths import Path, fits, stamped
from hub.spec.lens.places import FieldPlan, LevelPlan, ListPlan
from hub.spec.lens.rows import Single
from hub.spec.lens.times import Day, Moment

BLANKS = (None, "", " ", "\t \n")
TEXTS = ("Marsh", "  Ellen", "O'Neill-Ruiz ", "Zoë Ångström", "12", "a, b", "x" * 70, "Two  words", "7 High St.")
TIMES = (
    "2024-01-02T03:04:05",
    "2024-10-27T01:30:00",
    "2023-07-01T10:00:00.123",
    "2024-06-01T09:00:00Z",
    "1999-12-31T23:59+02:00",
)
_SOME_TIME = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
WRONG: tuple[Json, ...] = (
    5,
    True,
    [],
    {},
    "£$%",
    [{}],
    {"a": 1},
    1.5,
    "2024-03-31T01:30:00",
    "2023-02-30",
    [None],
    2**60,
)


def dirty_natives(lens: Lens, wrong: float = 0.002) -> st.SearchStrategy[Json]:
    """Native objects of this lens. wrong: how often a value is of a type or form that cannot be read."""
    return st.builds(lambda random: native_of(lens, random, wrong), st.randoms(use_true_random=True))


def bodies(lens: Lens, wrong: float = 0.002) -> st.SearchStrategy[Json]:
    """Bodies that this lens may be asked to write: read from native objects, then changed."""
    return st.builds(lambda random: body_of(lens, random, wrong), st.randoms(use_true_random=True))


def native_of(lens: Lens, random: Random, wrong: float) -> Json:
    """One native object."""
    return _Dirt(random, wrong).native(lens.plan)


def body_of(lens: Lens, random: Random, wrong: float) -> Json:
    """One body."""
    body = lens.read(native_of(lens, random, 0)).body
    return _Changes(random, wrong, lens.system).changed(copy.deepcopy(body))


class _Dirt:
    """Makes native objects by going through a table."""

    def __init__(self, random: Random, wrong: float) -> None:
        self._random = random
        self._wrong = wrong

    def native(self, level: LevelPlan) -> Json:
        if level.native_scalar:
            return self._value(level.fields[0])
        native: Json = {}
        for field in level.fields:
            self._fill(native, field)
        for listing in level.lists:
            self._fill_list(native, listing)
        self._scatter(native)
        return self._shuffled(native)

    def _often(self, share: float) -> bool:
        return self._random.random() < share

    def _fill(self, native: Json, field: FieldPlan) -> None:
        for path in () if field.field.also else field.field.natives:
            if self._often(0.75 if not field.field.row.absence.required else 1 - self._wrong):
                _put(
                    native,
                    path,
                    [self._value(field) for _ in range(self._random.randrange(4))] if path.star else self._value(field),
                )
        if field.field.label is not None and self._often(0.5):
            _put(native, field.field.label, "as the system words it")

    def _fill_list(self, native: Json, listing: ListPlan) -> None:
        place = self._random.random()
        if place < 0.15:
            if (
                not listing.native_keys
                and not listing.native.selected
                and place < 0.08
                and listing.listing.absence.blank != "refused"
            ):
                _put(native, listing.listing.native, self._random.choice([None, []]))
            return
        if self._often(0.1) and not listing.level.native_scalar:
            _append(native, listing.listing.native, None)
        for _ in range(self._random.randrange(1, 5)):
            element = self.native(listing.level)
            if listing.native_keys:
                element = stamped(listing.native_keys, element)
            if self._often(self._wrong):
                element = copy.deepcopy(self._random.choice(WRONG))
            _append(native, listing.listing.native, element)

    def _value(self, field: FieldPlan) -> Json:
        row = field.field.row
        if self._often(self._wrong):
            return copy.deepcopy(self._random.choice(WRONG))
        strict = row.absence.required or row.absence.blank == "refused"
        if self._often(self._wrong if strict and isinstance(row, Single) else 0.15):
            return self._random.choice(BLANKS)
        words = (
            [self._word(row) for _ in range(self._random.randrange(1, 4))]
            if isinstance(row, Several) and row.last == "split"
            else []
        )
        return row.separator.join(map(str, words)) if words and isinstance(row, Several) else self._word(row)

    def _word(self, row: Json) -> Json:
        choice: Callable[..., Json] = self._random.choice
        match row.convert:
            case Text():
                return choice(TEXTS)
            case Codes(shared=shared, raw=raw):
                known = choice([*shared, f" {next(iter(shared))}"]) if shared else "ZZ9"
                return choice(["ZZ9", "a b", 7, " q"]) if raw is not None and self._often(0.15) else known
            case Flag(yes=yes, no=no):
                return choice([*yes, *no])
            case Day() | Moment():
                return self._time(row.convert)
            case _:
                return self._number(row.convert)

    def _number(self, convert: Json) -> Json:
        match convert:
            case Digits():
                return self._random.choice(["0", "007", "-3", " 41 "])
            case Whole():
                return self._random.choice([0, 7, -3, 12.0, 490001467])
            case Numeral():
                return self._random.choice([0, 7, -3, 12.0, 490001467, "41", " 41 "])
            case Number():
                return self._random.choice([0, 1.5, 12.0, -3])
            case other:
                raise AssertionError(f"no dirt is known for {other}")

    def _time(self, convert: Day | Moment) -> Json:
        if convert.pattern is not None:
            return _SOME_TIME.strftime(convert.pattern)
        days = ["1965-07-19", "2024-02-29", "20110111"] if isinstance(convert, Day) else []
        return self._random.choice([*days, *TIMES])

    def _scatter(self, native: Json) -> None:
        """Fields that no table knows, in every object."""
        if isinstance(native, dict):
            for value in native.values():
                self._scatter(value)
            if self._often(0.4):
                native[self._random.choice(["rowId", "x/y~z", "lastUpdated"])] = self._random.choice(
                    [17, "kept", {"deep": [1, None]}, None]
                )
        elif isinstance(native, list):
            for value in native:
                self._scatter(value)

    def _shuffled(self, native: Json) -> Json:
        names = list(native)
        self._random.shuffle(names)
        return {name: self._reordered(native[name]) for name in names}

    def _reordered(self, value: Json) -> Json:
        if isinstance(value, list):
            self._random.shuffle(value)
        return value


class _Changes:
    """Changes a body: rows removed, added, reordered; nulls, codes of others, properties of others, wrong types."""

    def __init__(self, random: Random, wrong: float, system: str) -> None:
        self._random = random
        self._wrong = wrong
        self._system = system
        self._share = random.choice([0, 0.01, 0.05])

    def changed(self, value: Json) -> Json:
        if self._random.random() < self._wrong:
            return copy.deepcopy(self._random.choice(WRONG))
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return self._list([self.changed(each) for each in value])
        return self._leaf(value) if self._random.random() < self._share else value

    def _object(self, value: Json) -> Json:
        kept = {name: self.changed(inner) for name, inner in value.items() if self._random.random() >= self._share}
        if self._random.random() < 0.2:
            kept["notOfThisLens"] = "elsewhere"
        if kept and self._random.random() < self._share:
            kept[self._random.choice(list(kept))] = None
        return kept

    def _list(self, items: list[Json]) -> list[Json]:
        if self._random.random() < 4 * self._share:
            self._random.shuffle(items)
        if items and self._random.random() < 4 * self._share:
            items.pop(self._random.randrange(len(items)))
        if items and self._random.random() < 4 * self._share:
            items.insert(self._random.randrange(len(items) + 1), copy.deepcopy(self._random.choice(items)))
        return items

    def _leaf(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._random.choice(
                [
                    "changed",
                    f"{self._system}:Q1",
                    "other:Q1",
                    value,
                    value.upper(),
                    "1999-09-09",
                    "2024-06-01T10:00:00+00:00",
                ]
            )
        return self._random.choice([not value if isinstance(value, bool) else value, 3])


def _put(native: Json, path: Path, value: Json) -> None:
    place = _place(native, path)
    if place is not None:
        place[path.steps[-1].name] = value


def _append(native: Json, path: Path, element: Json) -> None:
    place = _place(native, path)
    if place is not None:
        held = place.setdefault(path.steps[-1].name, [])
        if isinstance(held, list):
            held.append(element)


def _place(native: Json, path: Path) -> Json:
    """The object in which the path ends; None where a wrong value already stands in the way."""
    for step in path.steps[:-1]:
        if step.keys:
            elements = native.setdefault(step.name, [])
            if not isinstance(elements, list):
                return None
            if not any(fits(each, step.keys) for each in elements):
                elements.append(stamped(step.keys, {}))
            native = next(each for each in elements if fits(each, step.keys))
        else:
            native = native.setdefault(step.name, {})
            if not isinstance(native, dict):
                return None
    return native
