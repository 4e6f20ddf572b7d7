"""How a name sounds: American Soundex, as the archives of the United States census define it."""

from functools import lru_cache

_CODES = {
    letter: code
    for code, letters in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items()
    for letter in letters
}
_LENGTH = 4


@lru_cache(maxsize=1 << 18)
def sound(name: str) -> str:
    """The letter and three digits of a folded name; letters outside a-z count as vowels. Empty for an empty one."""
    code, last = name[:1], _CODES.get(name[:1], "")
    for letter in name[1:]:
        digit = _CODES.get(letter, "")
        if digit and digit != last:
            code += digit
        if letter not in "hw":
            last = digit
    return code[:_LENGTH].ljust(_LENGTH, "0") if code else ""
