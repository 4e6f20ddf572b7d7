"""The numbers a person is known by: their one written form, and whether their check letter is right.

The raw value is always kept as received; nothing here refuses it. Facts: PNC and CRO numbers carry a check
letter, prison numbers, CRNs and National Insurance numbers have a form alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

STRONG = frozenset({"pnc", "cro", "prison-number", "crn"})
"""Schemes whose verified numbers, held in common, make two local ids one person."""

_NUMBERS_OF: Mapping[str, str] = {
    "former-prison-number": "prison-number",
    "merged-prison-number": "prison-number",
    "duplicate-prison-number": "prison-number",
    "previous-crn": "crn",
    "merged-crn": "crn",
    "duplicate-crn": "crn",
}
"""Schemes of numbers a person was known by before: they are numbers of a strong scheme, and as strong."""

MERGED: Mapping[str, str] = {"merged-prison-number": "prison-number", "merged-crn": "crn"}
"""Schemes of numbers that their own system has merged into another, with the scheme they belong to."""

_CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_PNC_WITH_SLASH = re.compile(r"([0-9]{2}|[0-9]{4})/([0-9]{1,7})([A-Z])")
_PNC_IN_ONE = re.compile(r"([0-9]{3,11})([A-Z])")
_PNC_SERIAL_DIGITS = 7
_CENTURY_SINCE_1939 = 39
_CRO = re.compile(r"([0-9]{1,6})/([0-9]{2})([A-Z])")
_CRO_FILE_ONLY = re.compile(r"SF([0-9]{2})/([0-9]{1,6})([A-Z])")
_PRISON_NUMBER = re.compile(r"[A-Z][0-9]{4}[A-Z]{2}")
_CRN = re.compile(r"[A-Z][0-9]{6}|[A-Z]{2}[0-9]{5}")
_NI_NUMBER = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number as received and as understood.

    canonical: its one written form; None where it is not well-formed or can be read in more than one way.
    verified: well-formed, unambiguous, and its check letter, where the scheme has one, is right.
    candidates: the forms it may have, where there are several and none was chosen; sorted.
    """

    scheme: str
    raw: str
    canonical: str | None = None
    verified: bool = False
    candidates: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether the number can be read in more than one way."""
        return bool(self.candidates)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a number."""

    canonical: str
    verified: bool


def parse(scheme: str, raw: str, year: int) -> Identifier:
    """Read a number of a scheme of the code list `identifier-schemes`.

    year: the year of the submission it came with; a two-digit PNC year depends on it.
    A scheme of which no form is known gives neither canonical form nor verification; nor does a letter that only looks
    like one of ours, or would become one in upper case, as the long s does.
    """
    read, number = _READERS.get(scheme), raw.strip()
    if read is None or not number.isascii():
        return Identifier(scheme, raw)
    readings = set(read(number.upper(), year))
    likely = {reading for reading in readings if reading.verified} or readings
    if not likely:
        return Identifier(scheme, raw)
    if len(likely) > 1:
        return Identifier(scheme, raw, candidates=tuple(sorted(reading.canonical for reading in likely)))
    (reading,) = likely
    return Identifier(scheme, raw, reading.canonical, reading.verified)


def strong_scheme(scheme: str) -> str | None:
    """The strong scheme that a number of this scheme belongs to; None where the scheme is not strong.

    Whoever still names the number removed by a merge means the survivor: `merged-prison-number` is a prison number.
    """
    return scheme if scheme in STRONG else _NUMBERS_OF.get(scheme)


def _read_pnc(number: str, year: int) -> Iterator[_Reading]:
    """`81/34U` is 1981/0000034U. Without the slash, the year may be its first two digits or four."""
    if match := _PNC_WITH_SLASH.fullmatch(number):
        yield from _pnc_readings(match[1], match[2], match[3], year)
    elif match := _PNC_IN_ONE.fullmatch(number):
        for year_digits in (2, 4):
            stated, serial = match[1][:year_digits], match[1][year_digits:]
            if 0 < len(serial) <= _PNC_SERIAL_DIGITS and (year_digits == 2 or 1900 <= int(stated) <= year):
                yield from _pnc_readings(stated, serial, match[2], year)


def _pnc_readings(stated: str, serial: str, letter: str, year: int) -> Iterator[_Reading]:
    padded = serial.zfill(_PNC_SERIAL_DIGITS)
    right = _check_letter(stated[-2:] + padded) == letter
    to_come = len(stated) == 4 and int(stated) > year
    for full in _pnc_years(stated, year):
        yield _Reading(f"{full:04}/{padded}{letter}", verified=right and not to_come)


def _pnc_years(stated: str, year: int) -> set[int]:
    """The years meant. Today's systems cut the century of two digits differently, so there may be two."""
    if len(stated) == 4:
        return {int(stated)}
    digits = int(stated)
    by_this_year = 2000 + digits if digits <= year % 100 else 1900 + digits
    by_fixed_cut = 1900 + digits if digits >= _CENTURY_SINCE_1939 else 2000 + digits
    return {by_this_year, by_fixed_cut}


def _read_cro(number: str, _year: int) -> Iterator[_Reading]:
    """`65656/91H` is 065656/91H; file-only numbers, SF83/50058Z, are not padded."""
    if match := _CRO.fullmatch(number):
        serial, year, letter = match[1].zfill(6), match[2], match[3]
        yield _Reading(f"{serial}/{year}{letter}", verified=_check_letter(year + serial) == letter)
    elif match := _CRO_FILE_ONLY.fullmatch(number):
        yield _Reading(number, verified=_check_letter(match[1] + match[2]) == match[3])


def _read_prison_number(number: str, _year: int) -> Iterator[_Reading]:
    return _of_form(_PRISON_NUMBER, number)


def _read_crn(number: str, _year: int) -> Iterator[_Reading]:
    return _of_form(_CRN, number)


def _read_ni_number(number: str, _year: int) -> Iterator[_Reading]:
    """Often written in groups, `AB 12 34 56 C`."""
    return _of_form(_NI_NUMBER, number.replace(" ", ""))


def _of_form(form: re.Pattern[str], number: str) -> Iterator[_Reading]:
    if form.fullmatch(number):
        yield _Reading(number, verified=True)


def _check_letter(digits: str) -> str:
    return _CHECK_LETTERS[int(digits) % len(_CHECK_LETTERS)]


_READERS: Mapping[str, Callable[[str, int], Iterator[_Reading]]] = {
    "pnc": _read_pnc,
    "cro": _read_cro,
    "prison-number": _read_prison_number,
    "former-prison-number": _read_prison_number,
    "merged-prison-number": _read_prison_number,
    "duplicate-prison-number": _read_prison_number,
    "crn": _read_crn,
    "previous-crn": _read_crn,
    "merged-crn": _read_crn,
    "duplicate-crn": _read_crn,
    "ni-number": _read_ni_number,
}
