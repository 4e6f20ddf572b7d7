"""`python -m hub.api.export`: writes `contracts/openapi.json` anew from the code."""

import json
import sys
from pathlib import Path

from hub.api.app import bare_app
from hub.spec.registry import Registry, schemas_folder

OPENAPI = Path(__file__).resolve().parents[2] / "contracts" / "openapi.json"


def exported(registry: Registry) -> str:
    """The API description as the file has it."""
    return json.dumps(bare_app(registry).openapi(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    OPENAPI.write_text(exported(Registry.load(schemas_folder())), encoding="utf-8")
    sys.stdout.write(f"{OPENAPI.name} is up to date\n")


if __name__ == "__main__":
    main()
