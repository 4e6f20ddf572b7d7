"""What is compared of a person: one small row, read once from what an agency says, kept instead of bodies."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """One description of a person. Texts are folded (`folded`); what is not said is an empty string or tuple.

    forenames: in order; the first is the one compared with the first. surname: the one used now.
    other_forenames, other_surnames: of former names and aliases.
    dates: of birth, YYYYMMDD, one under each name given; the day need not exist (a typing error is evidence).
    postcodes, houses, streets, localities, towns, regions: of every address known, in no order.
    identifiers: (scheme, canonical value), each once.
    own: the same, of the number the describing system itself keeps the person under. Numbers given out one after the
    other are near each other and say nothing, so two own ones are never compared.
    """

    forenames: tuple[str, ...] = ()
    surname: str = ""
    other_forenames: tuple[str, ...] = ()
    other_surnames: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sex: str = ""
    postcodes: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    own: tuple[tuple[str, str], ...] = ()

    @property
    def forename(self) -> str:
        """The first forename, or an empty string."""
        return self.forenames[0] if self.forenames else ""


def folded(text: str) -> str:
    """A text for comparison: only letters and digits count, without accents, in lower case."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if letter.isalnum())


def each_once(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts folded, in their order, without the empty and the repeated."""
    return tuple(dict.fromkeys(text for text in map(folded, texts) if text))
