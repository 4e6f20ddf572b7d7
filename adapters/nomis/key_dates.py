"""Key dates: computed by the prison system, or put in their place by an officer, which wins and is marked."""

from dataclasses import replace

from adapters.nomis.account import Account
from hub.domain.canonical import Json
from hub.domain.errors import Fault
from hub.spec.lens.lens import Lens
from hub.spec.lens.reading import Homeless

_OVERRIDDEN = "an officer's date stands in its place"


class KeyDates:
    """Reads and writes the block of release dates through two tables: what was computed, and what overrides it."""

    def __init__(self, computed: Lens, overrides: Lens) -> None:
        self._computed = computed
        self._overrides = overrides
        self._columns = {row.shared.text: row.natives[0].text for row in computed.table.level.fields}

    def read(self, block: Json, at: str, account: Account) -> list[Json] | None:
        """The key dates that a block says; None where there is a fault, told in the account."""
        if not isinstance(block, dict):
            account.refuse(at, "type", "must be an object")
            return None
        computed, over = self._computed.read(block), self._overrides.read(block)
        of_neither = {each.path for each in over.homeless}
        account.homeless += [
            replace(each, path=at + each.path)
            for each in computed.homeless
            if each.because is not None or each.path in of_neither
        ]
        faults = (*computed.faults, *over.faults)
        account.refused += [replace(each, path=at + each.path) for each in faults]
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

    def write(self, dates: Json, held: Json) -> tuple[Json, tuple[Fault, ...]]:
        """The block with these key dates, onto the block as held; a computed date stays beneath an officer's."""
        overridden = [_bare(each) for each in dates or () if each.get("overridden")]
        beneath = {each["type"] for each in overridden}
        computed = [_bare(each) for each in dates or () if each["type"] not in beneath]
        computed += [each for each in self._computed.read(held).body.get("keyDates", ()) if each["type"] in beneath]
        first = self._overrides.write({"keyDates": overridden}, held)
        second = self._computed.write({"keyDates": computed}, first.native)
        return second.native, (*first.faults, *second.faults)


def _bare(date: Json) -> Json:
    return {"type": date["type"], "date": date["date"]}
