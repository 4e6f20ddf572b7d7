"""Every module stands on a floor: the import rules in pyproject.toml see all of it, and the domain stays pure."""

import sys
import tomllib
from pathlib import Path

import grimp
import pytest

_ROOT = Path(__file__).parents[2]
_PURE = {"orjson", "rapidfuzz", "rfc8785"}
# Alembic loads migrations by path; they are no package.
_LOADED_BY_PATH = _ROOT / "hub/store/migrations/versions"


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("hub", "adapters", include_external_packages=True)


def test_the_import_rules_see_every_module(imports: grimp.ImportGraph) -> None:
    """A folder without __init__.py is invisible to the rules, and so is what it imports."""
    files = {file for folder in ("hub", "adapters") for file in (_ROOT / folder).rglob("*.py")}
    modules = {_module(file) for file in files if _LOADED_BY_PATH not in file.parents}
    assert modules - imports.modules == set()


def test_every_part_of_hub_has_a_floor(imports: grimp.ImportGraph) -> None:
    settings = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers"]
    floors = {f"hub.{name.strip(' ()')}" for layer in layers for name in layer.split("|")}
    assert imports.find_children("hub") - floors == set()


def test_adapters_are_packages_with_a_name_of_their_own(imports: grimp.ImportGraph) -> None:
    """A module straight below adapters would belong to no system, and the rules between systems would miss it."""
    assert {part for part in imports.find_children("adapters") if not imports.find_children(part)} == set()


def test_the_domain_imports_nothing_but_the_standard_library_and_pure_ones(imports: grimp.ImportGraph) -> None:
    domain = {"hub.domain", *imports.find_descendants("hub.domain")}
    imported = {top for module in domain for top in imports.find_modules_directly_imported_by(module)}
    assert {name.split(".")[0] for name in imported - domain} - sys.stdlib_module_names - _PURE == set()


def _module(file: Path) -> str:
    parts = file.relative_to(_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
