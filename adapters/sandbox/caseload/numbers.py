"""Numbers people are known by: right ones, and the ways in which they are written down wrong.

Forms and check letters as the systems define them; a real extract held 37 % of records without CRO number and
26 % without PNC number.
"""

from random import Random

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_PLACEHOLDERS = ("UNKNOWN PNC", "NOT KNOWN", "N/A", "DUMMY")
_NI_FIRST, _NI_SECOND = "CEHJLMPRSWY", "ABCEGHJKLMNPRS"


def prison_number(number: int) -> str:
    """The prison number of the person with this number: no two alike."""
    rest, digits = divmod((number * 48_271 + 11_003) % (26**3 * 10_000), 10_000)
    rest, last = divmod(rest, 26)
    first, middle = divmod(rest, 26)
    return f"{_LETTERS[first]}{digits:04}{_LETTERS[middle]}{_LETTERS[last]}"


def crn(number: int, rng: Random) -> str:
    """A case reference: mostly a letter and six digits; some have two letters, a few old ones five digits."""
    letter, digits = divmod((number * 7_919 + 104_729) % (26 * 1_000_000), 1_000_000)
    odd = rng.random()
    if odd < 0.02:
        return f"{_LETTERS[letter]}{_LETTERS[digits // 100_000]}{digits % 100_000:05}"
    if odd < 0.03:
        return f"{_LETTERS[letter]}{number % 100_000:05}"
    return f"{_LETTERS[letter]}{digits:06}"


def pnc_number(rng: Random, year: int) -> str:
    """A right PNC number, in full: 1998/0012345X."""
    serial = f"{_serial(rng):07}"
    return f"{year}/{serial}{_check_letter(f'{year % 100:02}{serial}')}"


def cro_number(rng: Random, year: int) -> str:
    """A right CRO number in full, 012345/98X; one in ten file-only, SF98/12345X."""
    serial = _serial(rng)
    if rng.random() < 0.1:
        return f"SF{year % 100:02}/{serial}{_check_letter(f'{year % 100:02}{serial}')}"
    return f"{serial:06}/{year % 100:02}{_check_letter(f'{year % 100:02}{serial:06}')}"


def ni_number(rng: Random) -> str:
    """A National Insurance number."""
    return f"{rng.choice(_NI_FIRST)}{rng.choice(_NI_SECOND)}{rng.randint(0, 999_999):06}{rng.choice('ABCD')}"


def as_written(rng: Random, number: str) -> str:
    """A PNC or CRO number as somebody typed it: in full, short, in small letters, or with a wrong check letter."""
    chance = rng.random()
    if chance < 0.08:
        return _mistyped(rng, number)
    if chance < 0.11:
        return number.lower()
    if chance < 0.36:
        return _shortened(number)
    return number


def placeholder(rng: Random) -> str:
    """What stands in a number's place so that the form could be saved."""
    return rng.choice(_PLACEHOLDERS)


def _serial(rng: Random) -> int:
    """Up to six digits; short ones as often as long ones."""
    return int(10 ** rng.uniform(1, 6))


def _shortened(number: str) -> str:
    """1998/0012345X as 98/12345X, 012345/98X as 12345/98X; file-only numbers have no short form."""
    year, _, serial = number.partition("/")
    if number.startswith("SF"):
        return number
    if len(year) == 4:
        return f"{year[2:]}/{serial.lstrip('0')}"
    return f"{year.lstrip('0')}/{serial}"


def _mistyped(rng: Random, number: str) -> str:
    wrong = rng.choice([letter for letter in _CHECK_LETTERS if letter != number[-1]])
    return number[:-1] + wrong


def _check_letter(digits: str) -> str:
    return _CHECK_LETTERS[int(digits) % len(_CHECK_LETTERS)]
