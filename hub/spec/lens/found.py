"""What is come across while a native object is read or a body is written; and what cannot be said at all."""

from hub.domain.canonical import Json, escaped
from hub.domain.errors import Fault
from hub.spec.lens.reading import Homeless, Unlisted


class Found:
    """Collected in passing. Paths are JSON Pointers in what is read, or in the body that is written."""

    __slots__ = ("carried", "faults", "homeless", "notices", "unlisted")

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.unlisted: list[Unlisted] = []
        self.homeless: list[Homeless] = []
        self.notices: list[Fault] = []
        self.carried: list[str] = []

    def fault(self, path: str, rule: str, detail: str) -> None:
        """Something is wrong there."""
        self.faults.append(Fault(path, rule, detail))

    def no_element(self, value: Json, path: str) -> None:
        """Of a native list: no object stands where one belongs. Null says nothing, and stays where it is."""
        if value is None:
            self.notices.append(null_element(path))
        else:
            self.fault(path, "type", "must be an object")

    def without_home(self, value: Json, path: str, because: str | None) -> None:
        """A value that no row takes; what holds no value is passed over."""
        if has_value(value):
            self.homeless.append(Homeless(path, because))

    def unknown(self, value: Json, name: str, at: str, because: str | None) -> None:
        """The same for the property of an object."""
        if has_value(value):
            self.homeless.append(Homeless(f"{at}/{escaped(name)}", because))

    def no_object(self, value: Json, path: str) -> None:
        """Of a body: nothing lies in what should be an object. Null cannot be said of several native fields."""
        if value is None:
            self.carried.append(path)
        else:
            self.fault(path, "type", "must be an object")


def null_element(path: str) -> Fault:
    """That an element of a native list is null: it is taken for nothing said."""
    return Fault(path, "null", "is null where an object belongs, and says nothing")


class Quiet(Found):
    """For reading once more what a native object says: what has no home is not looked for."""

    __slots__ = ()

    def without_home(self, value: Json, path: str, because: str | None) -> None:
        """Passed over."""

    def unknown(self, value: Json, name: str, at: str, because: str | None) -> None:
        """Passed over."""


class Unsayable(Exception):
    """A value that cannot be read or written. rule, detail: as of a fault."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


class Carried(Exception):
    """A shared value that this system has no word for, and that the rest may carry."""


def is_blank(raw: Json) -> bool:
    """Null, the empty text, or only spaces."""
    return raw is None or (raw.__class__ is str and not raw.strip())


def has_value(value: Json) -> bool:
    """Whether anything in it is not blank."""
    inside = [value]
    while inside:
        each = inside.pop()
        if each.__class__ is dict:
            inside.extend(each.values())
        elif each.__class__ is list:
            inside.extend(each)
        elif not is_blank(each):
            return True
    return False
