"""What compiled code does in line: the common, clean case of each converter. All else goes the row's own way.

The test is true of the clean case only. In the lines, `v` is what is read or said, `o` what stands natively.
"""

from dataclasses import dataclass

from hub.spec.lens.converters import Codes, Converter, Flag, Text
from hub.spec.lens.numbers import Numeral, Whole
from hub.spec.lens.source import Source
from hub.spec.lens.times import Day, Moment, plain_day, plain_moment

_SAFE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Quick:
    """test: when the value is clean. value: what it becomes. held: when the native value `o` already is the new `c`.

    sure: no other native value says the same.
    """

    test: str
    value: str
    held: str = "o == c"
    sure: bool = False


def quick_read(convert: Converter, number: int, out: Source) -> Quick | None:
    """Of a native value `v`; None where there is no quick way."""
    match convert:
        case Text(trimmed=False):
            return Quick("v.__class__ is str and v.strip()", "v")
        case Text():
            return Quick("v.__class__ is str and (c := v.strip())", "c")
        case Codes():
            codes = out.name("CODES", number, dict(convert.shared))
            return Quick(f"v.__class__ is str and (c := {codes}.get(v)) is not None", "c")
        case Flag():
            return _quick_flag(convert, number, out)
        case Whole(scale=1):
            return Quick(f"v.__class__ is int and {-_SAFE} <= v <= {_SAFE}", "v")
        case Numeral():
            return Quick(f"v.__class__ is int and {-_SAFE} <= v <= {_SAFE}", "str(v)")
        case _:
            return _quick_time(convert, number, out)


def _quick_flag(convert: Flag, number: int, out: Source) -> Quick | None:
    if convert == Flag():
        return Quick("v is True or v is False", "v")
    words = (*convert.no, *convert.yes)
    if any(word.__class__ is not str for word in words):
        return None
    flags = out.name("FLAGS", number, {word: word in convert.yes for word in words})
    return Quick(f"v.__class__ is str and (c := {flags}.get(v)) is not None", "c")


def _quick_time(convert: Converter, number: int, out: Source) -> Quick | None:
    match convert:
        case Day(pattern=None):
            out.names["plain_day"] = plain_day
            return Quick("v.__class__ is str and (c := plain_day(v)) is not None", "c")
        case Moment(pattern=None, zone=zone) if zone is not None:
            out.names["plain_moment"] = plain_moment
            zone_name = out.name("ZONE", number, zone)
            return Quick(f"v.__class__ is str and (c := plain_moment(v, {zone_name})) is not None", "c")
        case _:
            return None


def quick_write(convert: Converter, most: int | None, number: int, out: Source) -> Quick | None:
    """Of a shared value `v`, to become `c`; None where there is no quick way."""
    short = f" and len(c) <= {most}" if most is not None else ""
    match convert:
        case Text(trimmed=trimmed):
            exact = " == v != ''" if trimmed else ""
            return Quick(f"v.__class__ is str and (c := v).strip(){exact}{short}", "c", sure=not trimmed)
        case Codes() if all(value.__class__ is str for value in convert.shared.values()):
            codes = out.name("NATIVE", number, dict(convert.native))
            return Quick(f"v.__class__ is str and (c := {codes}.get(v)) is not None{short}", "c")
        case Flag(yes=(True, *_), no=(False, *_)):
            return Quick("v is True or v is False", "v", "o is c")
        case Whole(scale=1):
            return Quick(
                f"v.__class__ is int and {-_SAFE} <= (c := v) <= {_SAFE}", "c", "o.__class__ is int and o == c"
            )
        case Day(pattern=None):
            out.names["plain_day"] = plain_day
            return Quick("v.__class__ is str and (o is MISSING or o == v) and (c := plain_day(v)) is not None", "c")
        case _:
            return None
