"""The audit as operators are shown it: by their API, and by `--json`."""

from typing import Any

from hub.ports import AuditRow

_MAY_BE_EMPTY = ("agency", "person", "type", "key", "reference", "basis", "purpose")


def entry_document(entry: AuditRow) -> dict[str, Any]:
    """`AuditEntry` of the API description."""
    named = {name: getattr(entry, name) or None for name in _MAY_BE_EMPTY}
    return {"at": entry.at, "action": entry.action, "actor": entry.actor, **named}
