"""The fields that are compared, and how near two values of one come."""

from enum import StrEnum


class Field(StrEnum):
    """What is compared, each on its own."""

    FORENAME = "forename"
    MIDDLE = "middle"
    SURNAME = "surname"
    DATE = "date"
    SEX = "sex"
    POSTCODE = "postcode"
    HOUSE = "house"
    STREET = "street"
    LOCALITY = "locality"
    TOWN = "town"
    REGION = "region"
    IDENTIFIER = "identifier"


class Level(StrEnum):
    """How near two values are, the nearest first. Each field knows only some of them."""

    EXACT = "exact"
    FORMER = "former"
    """One person's name is a former name or an alias of the other's."""
    NICKNAME = "nickname"
    SWAPPED = "swapped"
    """Forename and surname, day and month, or two lines of an address have changed places."""
    CLOSE = "close"
    """One typing error away: a character more, less or other, or two neighbours exchanged."""
    NEAR = "near"
    """Two typing errors away, or much the same beginning."""
    SOUNDS = "sounds"
    INITIAL = "initial"
    """One is the beginning of the other."""
    SECTOR = "sector"
    DISTRICT = "district"
    YEAR = "year"
    """The same year of birth."""
    DAY = "day"
    """The same day and month of another year."""
    DIFFERENT = "different"


RANK = {level: rank for rank, level in enumerate(Level)}
"""Where several values of one field are known, the nearest pair counts."""

LEVELS: dict[Field, tuple[Level, ...]] = {
    Field.FORENAME: (
        Level.EXACT,
        Level.FORMER,
        Level.NICKNAME,
        Level.SWAPPED,
        Level.CLOSE,
        Level.NEAR,
        Level.SOUNDS,
        Level.INITIAL,
        Level.DIFFERENT,
    ),
    Field.MIDDLE: (Level.EXACT, Level.CLOSE, Level.INITIAL, Level.DIFFERENT),
    Field.SURNAME: (
        Level.EXACT,
        Level.FORMER,
        Level.SWAPPED,
        Level.CLOSE,
        Level.NEAR,
        Level.SOUNDS,
        Level.INITIAL,
        Level.DIFFERENT,
    ),
    Field.DATE: (Level.EXACT, Level.SWAPPED, Level.CLOSE, Level.NEAR, Level.YEAR, Level.DAY, Level.DIFFERENT),
    Field.SEX: (Level.EXACT, Level.DIFFERENT),
    Field.POSTCODE: (Level.EXACT, Level.CLOSE, Level.SECTOR, Level.DISTRICT, Level.DIFFERENT),
    Field.HOUSE: (Level.EXACT, Level.CLOSE, Level.DIFFERENT),
    Field.STREET: (Level.EXACT, Level.SWAPPED, Level.CLOSE, Level.NEAR, Level.SOUNDS, Level.INITIAL, Level.DIFFERENT),
    Field.LOCALITY: (Level.EXACT, Level.SWAPPED, Level.CLOSE, Level.NEAR, Level.SOUNDS, Level.INITIAL, Level.DIFFERENT),
    Field.TOWN: (Level.EXACT, Level.CLOSE, Level.NEAR, Level.SOUNDS, Level.INITIAL, Level.DIFFERENT),
    Field.REGION: (Level.EXACT, Level.CLOSE, Level.DIFFERENT),
    Field.IDENTIFIER: (Level.EXACT, Level.CLOSE, Level.DIFFERENT),
}
"""The levels each field can come to."""
