"""The agreed code lists in `schemas/codes/`: the shared code, and each system's own codes for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.domain.errors import Halt


@dataclass(frozen=True, slots=True)
class Code:
    """One code. systems: name of a system -> the codes of its own that mean this."""

    code: str
    label: str
    systems: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes. source: where the list comes from.

    ordered: from low to high. open: a code it does not name may be said as `system:code`, raw.
    """

    name: str
    title: str
    source: str
    ordered: bool
    open: bool
    codes: tuple[Code, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The shared codes alone, in the order of the list."""
        return tuple(code.code for code in self.codes)

    def from_system(self, system: str) -> dict[str, str]:
        """A system's own code -> the shared code."""
        return {own: code.code for code in self.codes for own in code.systems.get(system, ())}


def load_code_lists(folder: Path) -> dict[str, CodeList]:
    """Every list in the folder by its name, the file's stem.

    Raises:
        Halt: a list that cannot be read, that names a code twice, or one system's code under two codes.
    """
    return {path.stem: _load(path) for path in sorted(folder.glob("*.json"))}


def _load(path: Path) -> CodeList:
    try:
        content = orjson.loads(path.read_bytes())
        codes = tuple(
            Code(entry["code"], entry["label"], {name: tuple(own) for name, own in entry["systems"].items()})
            for entry in content["codes"]
        )
        title, source = content["title"], content["source"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Halt(f"code list {path.stem} cannot be read: {type(error).__name__}") from error
    code_list = CodeList(path.stem, title, source, content.get("ordered", False), content.get("open", False), codes)
    if code_list.open and code_list.ordered:
        raise Halt(f"code list {code_list.name} is ordered, so it cannot be open: a code it does not name has no rank")
    _refuse_doubles(code_list)
    return code_list


def _refuse_doubles(code_list: CodeList) -> None:
    if len(set(code_list.values)) != len(code_list.codes):
        raise Halt(f"code list {code_list.name} names a code twice")
    for system in {system for code in code_list.codes for system in code.systems}:
        own = [code for entry in code_list.codes for code in entry.systems.get(system, ())]
        if len(set(own)) != len(own):
            raise Halt(f"code list {code_list.name} gives a code of {system} two meanings")
