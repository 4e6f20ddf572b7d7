"""A column map: which column of a CSV file says which feature of a person.

    id = "rec_id"
    [columns]
    given_name = "forename"
    middle_name = "forename"                                     # several columns to one feature, in this order
    date_of_birth = { feature = "date", format = "%d/%m/%Y", bad = "missing" }
    pnc = { feature = "identifier", scheme = "pnc" }

A date that stands in three columns is told by the features year, month and day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.domain.errors import Fault, Halt, Reason, Rejected
from hub.domain.likelihood.traits import Traits, each_once, folded

_PARTS = {"%Y": r"(?P<year>\d{4})", "%m": r"(?P<month>\d{1,2})", "%d": r"(?P<day>\d{1,2})"}
_NO_SEX = {"n", "u", "0", "9"}
_NAMES = {"forename", "surname", "full-name", "other-forename", "other-surname"}
_BIRTH = {"date", "year", "month", "day"}
_PLACES = {"postcode", "house", "street", "locality", "town", "region"}
_FEATURES = _NAMES | _BIRTH | _PLACES | {"sex", "identifier"}


class Bad(StrEnum):
    """What becomes of a date that cannot be read."""

    REFUSE = "refuse"
    MISSING = "missing"
    """It counts as not said."""
    KEEP = "keep"
    """A day that does not exist is compared digit by digit, as typing errors are; other text counts as not said."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. format and bad matter for dates, scheme for identifiers."""

    name: str
    feature: str
    format: re.Pattern[str]
    bad: Bad
    scheme: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The column map. id: the column that names a record."""

    id: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Every column that must be there."""
        return [self.id, *(column.name for column in self.columns)]

    def traits(self, row: Mapping[str, str], number: int) -> Traits:
        """What a row says. number: of the row, for errors.

        Raises:
            Rejected: a date cannot be read and is not to be passed over; by row and column, never by value.
        """
        said: dict[str, list[str]] = {feature: [] for feature in _FEATURES}
        for column in self.columns:
            if text := row[column.name].strip():
                said[column.feature].append(_date(text, column, number) if column.feature == "date" else text)
        numbers = (
            (column.scheme, folded(row[column.name])) for column in self.columns if column.feature == "identifier"
        )
        return _traits(said, tuple((scheme, value) for scheme, value in numbers if value))


def _traits(said: Mapping[str, list[str]], identifiers: tuple[tuple[str, str], ...]) -> Traits:
    forenames, surnames = list(said["forename"]), list(said["surname"])
    for whole in said["full-name"]:
        before, last = _parted(whole)
        forenames, surnames = [*forenames, before], [*surnames, last]
    names = each_once(surnames)
    return Traits(
        forenames=each_once(name for text in forenames for name in text.split()),
        surname=names[0] if names else "",
        other_forenames=each_once(said["other-forename"]),
        other_surnames=tuple(dict.fromkeys((*names[1:], *each_once(said["other-surname"])))),
        dates=each_once((*said["date"], _joined(said))),
        sex=_sex(said["sex"]),
        postcodes=each_once(said["postcode"]),
        houses=each_once(said["house"]),
        streets=each_once(said["street"]),
        localities=each_once(said["locality"]),
        towns=each_once(said["town"]),
        regions=each_once(said["region"]),
        identifiers=identifiers,
    )


def _parted(whole: str) -> tuple[str, str]:
    """Forenames and surname of a whole name: `Ann Archer` or `Archer, Ann`."""
    if "," in whole:
        last, before = whole.split(",", 1)
        return before, last
    *first, last = whole.split()
    return " ".join(first), last


def _sex(said: list[str]) -> str:
    """One letter or digit; empty for not known and not specified, also as ISO/IEC 5218 writes them (0 and 9)."""
    letter = folded(said[0])[:1] if said else ""
    return "" if letter in _NO_SEX else letter


def _joined(said: Mapping[str, list[str]]) -> str:
    """The date that stands in three columns; empty where one of them says nothing."""
    if not (said["year"] and said["month"] and said["day"]):
        return ""
    return f"{said['year'][0]:0>4}{said['month'][0]:0>2}{said['day'][0]:0>2}"


def _date(text: str, column: Column, number: int) -> str:
    """YYYYMMDD, or an empty string for one that counts as not said."""
    read = column.format.fullmatch(text)
    digits = f"{read['year']}{read['month']:0>2}{read['day']:0>2}" if read else ""
    if column.bad is Bad.KEEP or _exists(digits):
        return digits
    if column.bad is Bad.MISSING:
        return ""
    fault = Fault(f"/{number}/{column.name}", "date", "not a date in the format that the column map declares")
    raise Rejected(Reason.INVALID_BODY, f"row {number}, column {column.name}: {fault.detail}", (fault,))


def _exists(digits: str) -> bool:
    try:
        date(int(digits[:4] or 0), int(digits[4:6] or 0), int(digits[6:] or 0))
    except ValueError:
        return False
    return True


def read_columns(document: Mapping[str, object]) -> Columns:
    """A column map.

    Raises:
        Halt: it is not as described above; with the column at fault.
    """
    key, table = document.get("id"), document.get("columns")
    if not isinstance(key, str):
        raise Halt("column map: id must name the column that names a record")
    if not isinstance(table, Mapping) or not table:
        raise Halt("column map: [columns] must say what some columns mean")
    return Columns(key, tuple(_column(str(name), meaning) for name, meaning in table.items()))


def _column(name: str, meaning: object) -> Column:
    told = {"feature": meaning} if isinstance(meaning, str) else meaning
    if not isinstance(told, Mapping) or told.get("feature") not in _FEATURES:
        raise Halt(f"column map: {name} must be one of {', '.join(sorted(_FEATURES))}")
    unknown = sorted(told.keys() - {"feature", "format", "bad", "scheme"})
    if unknown:
        raise Halt(f"column map: {name} has {unknown[0]}, which means nothing here")
    bad = told.get("bad", Bad.REFUSE)
    if bad not in set(Bad):
        raise Halt(f"column map: {name}: bad must be one of {', '.join(Bad)}")
    form = _format(name, str(told.get("format", "%Y-%m-%d")))
    return Column(name, str(told["feature"]), form, Bad(bad), str(told.get("scheme", name)))


def _format(name: str, text: str) -> re.Pattern[str]:
    """A format as an expression; without anything between them, month and day have two digits."""
    if sorted(re.findall("%.", text)) != sorted(_PARTS):
        raise Halt(f"column map: {name}: format must have %Y, %m and %d once each and nothing else with %")
    expression = re.sub("%[Ymd]", lambda part: _PARTS[part[0]], re.escape(text))
    packed = re.search("%[Ymd]%", text) is not None
    return re.compile(expression.replace("{1,2}", "{2}") if packed else expression)
