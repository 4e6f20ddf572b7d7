"""The key of a record and an agency's own reference of it, as the schema's `x-key` and `x-reference` say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from hub.domain.canonical import Json

AGENCY = "@agency"
"""The part of a key that is the id of the agency itself."""
ONLY_ONE = "-"
"""The key of a record of which a person has just one."""


@dataclass(frozen=True, slots=True)
class KeyRule:
    """One alternative: it applies when every property in `when` has one of its values and every part is said."""

    when: Mapping[str, frozenset[Json]]
    parts: tuple[str, ...]

    def key(self, agency: str, body: Json) -> str | None:
        """The key under this alternative, or None when it does not apply."""
        if any(body.get(name) not in values for name, values in self.when.items()):
            return None
        values = [agency if part == AGENCY else body.get(part) for part in self.parts]
        if any(value is None for value in values):
            return None
        return join(values) if values else ONLY_ONE


def key_rules(keyword: Sequence[Json]) -> tuple[KeyRule, ...]:
    """The alternatives of an `x-key`, in their order."""
    return tuple(
        KeyRule(
            {name: frozenset(values) for name, values in alternative.get("when", {}).items()},
            tuple(alternative["parts"]),
        )
        for alternative in keyword
    )


def join(parts: Iterable[str | int]) -> str:
    """Parts in one string that cannot be mistaken for other parts: percent-encoded, with `/` between."""
    return "/".join(quote(str(part), safe="") for part in parts)
