"""The registry: every record type in every version, as found in the folder `schemas`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.domain.errors import Halt, Reason, Rejected
from hub.spec.codes import load_code_lists
from hub.spec.keywords import broken
from hub.spec.preparation import PREPARATIONS
from hub.spec.record import RecordSpec
from hub.spec.rules import RULES

__all__ = ["RecordSpec", "Registry", "schemas_folder"]


def schemas_folder() -> Path:
    """The founding set of schemas, which lies beside the package."""
    return Path(__file__).resolve().parents[2] / "schemas"


@dataclass(frozen=True, slots=True)
class Registry:
    """Record type -> version -> its specification, versions ascending. Never changes once loaded."""

    _specs: Mapping[str, Mapping[str, RecordSpec]]

    @classmethod
    def load(cls, folder: Path) -> "Registry":
        """Read `<type>/<version>/schema.json` and `codes/*.json` below the folder.

        Raises:
            Halt: there is none, or one is broken; with every place and what is wrong there.
        """
        lists = load_code_lists(folder / "codes")
        specs: dict[str, dict[str, RecordSpec]] = {}
        for path in sorted(folder.glob("*/*/schema.json"), key=_type_and_version):
            record_type, version = path.parts[-3], path.parts[-2]
            try:
                schema = orjson.loads(path.read_bytes())
            except orjson.JSONDecodeError as error:
                raise Halt(f"schema {record_type} {version} is not JSON at line {error.lineno}") from error
            if wrong := list(broken(schema, lists, RULES, PREPARATIONS)):
                raise Halt(f"schema {record_type} {version}: {'; '.join(wrong)}")
            specs.setdefault(record_type, {})[version] = RecordSpec.of(record_type, version, schema)
        if not specs:
            raise Halt("no schema was found; the folder must hold <type>/<version>/schema.json")
        return cls(specs)

    def types(self) -> tuple[str, ...]:
        """The record types, sorted."""
        return tuple(self._specs)

    def versions(self, record_type: str) -> tuple[str, ...]:
        """The versions of a type, oldest first.

        Raises:
            Rejected: `unknown-type`.
        """
        return tuple(self._of_type(record_type))

    def get(self, record_type: str, version: str) -> RecordSpec:
        """One type in one version.

        Raises:
            Rejected: `unknown-type` or `unknown-version`.
        """
        spec = self._of_type(record_type).get(version)
        if spec is None:
            raise Rejected(Reason.UNKNOWN_VERSION, "the record type has no such version")
        return spec

    def newest(self, record_type: str) -> RecordSpec:
        """A type in its newest version.

        Raises:
            Rejected: `unknown-type`.
        """
        versions = self._of_type(record_type)
        return versions[tuple(versions)[-1]]

    def _of_type(self, record_type: str) -> Mapping[str, RecordSpec]:
        versions = self._specs.get(record_type)
        if versions is None:
            raise Rejected(Reason.UNKNOWN_TYPE, "the specification has no such record type")
        return versions


def _type_and_version(path: Path) -> tuple[str, tuple[int, ...]]:
    version = path.parts[-2]
    try:
        return path.parts[-3], tuple(int(part) for part in version.split("."))
    except ValueError as error:
        raise Halt(f"schema {path.parts[-3]}: the version {version} is not of the form 1.0.0") from error
