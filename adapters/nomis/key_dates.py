"""Key dates: computed by the prison system, or put in their place by an officer, which wins and is marked."""

from dataclasses import replace

from adapters.client.origins import Source
from adapters.nomis.account import Account
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.lens import Lens
from hub.spec.lens.reading import Homeless

_OVERRIDDEN = "an officer's date stands in its place"
_SHORT = {"earlyTermDate": "etd", "midTermDate": "mtd", "lateTermDate": "ltd"}
"""Columns whose computed dates are named otherwise."""
_PICKED = ("sentenceStartDate", "nonDtoReleaseDate", "nonDtoReleaseDateType", "releaseDate", "additionalDaysAwarded")


class KeyDates:
    """Reads and writes the block of release dates through two tables: what was computed, and what overrides it."""

    def __init__(self, computed: Lens, overrides: Lens) -> None:
        self._computed = computed
        self._overrides = overrides
        self._columns = {row.shared.text: row.natives[0].text for row in computed.table.level.fields}
        self._overriding = [row.natives[0].text for row in overrides.table.level.fields]
        self._calculated = {_calculated(name): name for name in self._columns.values()}
        self.beside = frozenset({*self._columns.values(), *self._overriding, *self._calculated, *_PICKED})
        """Every column of a block, which some payloads have beside the prisoner's own."""

    def read(self, block: Json, at: str, account: Account) -> list[Json] | None:
        """The key dates that a block says; None where there is a fault, told in the account."""
        if not isinstance(block, dict):
            account.refuse(at, "type", "must be an object")
            return None
        block, origins = self._in_force(block)
        computed, over = self._computed.read(block), self._overrides.read(block)
        of_neither = {each.path for each in over.homeless}
        account.homeless += [
            replace(each, path=at + each.path, because=each.because or self._beneath(each.path))
            for each in computed.homeless
            if each.because is not None or each.path in of_neither
        ]
        faults = (*computed.faults, *over.faults)
        account.refused += [replace(each, path=at + origins.get(each.path, each.path)) for each in faults]
        if faults:
            return None
        dates = {each["type"]: each for each in computed.body.get("keyDates", ())}
        overriding = {each["type"]: {**each, "overridden": True} for each in over.body.get("keyDates", ())}
        account.homeless += [
            Homeless(f"{at}/{self._columns[f'keyDates[type={name}]/date']}", _OVERRIDDEN)
            for name in overriding
            if name in dates
        ]
        return list({**dates, **overriding}.values())

    def sources(self, block: dict[str, Json], at: str) -> tuple[Source, ...]:
        """What the dates of a block are read from. at: where it stands in the payload."""
        taken, origins = self._in_force(block)

        def source(lens: Lens) -> Source:
            return Source(lambda: lens.origins(taken), lambda place: at + origins.get(place, place))

        return source(self._computed), source(self._overrides)

    def _in_force(self, block: dict[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
        """The block with a date that is only said as computed as the one in force; and where it stood."""
        only = {
            name: calculated
            for calculated, name in self._calculated.items()
            if block.get(name) is None and block.get(calculated) is not None
        }
        filled = {**block, **{name: block[calculated] for name, calculated in only.items()}}
        taken = {name: value for name, value in filled.items() if name not in only.values()}
        return taken, {f"/{name}": f"/{calculated}" for name, calculated in only.items()}

    def _beneath(self, path: str) -> str | None:
        return "the date in force is shared" if path[1:] in self._calculated else None

    def write(self, dates: Json, held: Json) -> tuple[Json, tuple[Fault, ...]]:
        """The block with these key dates, onto the block as held; a computed date stays beneath an officer's."""
        overridden = [_bare(each) for each in dates or () if each.get("overridden")]
        beneath = {each["type"] for each in overridden}
        computed = [_bare(each) for each in dates or () if each["type"] not in beneath]
        computed += [each for each in self._computed.read(held).body.get("keyDates", ()) if each["type"] in beneath]
        first = self._overrides.write({"keyDates": overridden}, held)
        second = self._computed.write({"keyDates": computed}, first.native)
        return second.native, (*first.faults, *second.faults)


def _calculated(name: str) -> str:
    return f"{_SHORT.get(name, name.removesuffix('Date'))}CalculatedDate"


def _bare(date: Json) -> Json:
    return {"type": date["type"], "date": date["date"]}
