"""The two pretend systems by the agency that runs them."""

from collections.abc import Mapping
from pathlib import Path

from adapters.sandbox.prison import prison
from adapters.sandbox.probation import probation
from adapters.sandbox.shape import NativeSystem
from hub.spec.codes import load_code_lists


def native_systems(schemas: Path) -> Mapping[str, NativeSystem]:
    """Agency -> its system. schemas: the folder whose `codes` the mappings use."""
    lists = load_code_lists(schemas / "codes")
    return {system.name: system for system in (probation(lists), prison(lists))}
