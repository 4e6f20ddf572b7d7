"""Dead letters as the operators' API answers them and `--json` prints them, and as a mended one is read."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.dead_letters import faults_read
from hub.exchange.letters import LetterMessage, Mended
from hub.store.letter_rows import Dossier, Handling, LetterLine, Replay, Tally


def line_document(line: LetterLine) -> dict[str, Any]:
    """`DeadLetterLine` of the API description."""
    members = ("position", "agency", "at", "state", "reason", "detail")
    return {name: getattr(line, name) for name in members}


def tally_document(tally: Tally) -> dict[str, Any]:
    """One of `DeadLetterCounts`."""
    return {"agency": tally.agency, "state": tally.state, "reason": tally.reason, "count": tally.count}


def letter_document(dossier: Dossier) -> dict[str, Any]:
    """`DeadLetter` of the API description."""
    return {
        **line_document(dossier.line),
        "faults": _faults(dossier.line.faults),
        "versions": [{"version": each.number, "at": each.at, "by": each.by} for each in dossier.versions],
        "history": [_step(each) for each in dossier.history],
    }


def message_document(position: str, message: LetterMessage) -> dict[str, Any]:
    """`DeadLetterMessage` of the API description."""
    return {
        "position": position,
        "version": message.version,
        "headers": {name: _content(value) for name, value in message.headers.items()},
        "body": None if message.value is None else _content(message.value),
    }


def replay_document(replay: Replay | Handling) -> dict[str, Any]:
    """`Replay` of the API description."""
    return {
        "position": replay.position,
        "version": replay.version,
        "outcome": replay.outcome,
        "reason": replay.reason or None,
        "detail": replay.detail or None,
        "faults": _faults(replay.faults),
    }


def mended(document: Mapping[str, Json]) -> Mended:
    """What an operator makes of a letter, from `Mend` of the API description.

    Raises:
        Rejected: something is no base64, or no text.
    """
    given = document.get("headers", {})
    headers = {name: None if each is None else _bytes(f"/headers/{name}", each) for name, each in given.items()}
    body = document.get("body")
    return Mended(headers, None if body is None else _bytes("/body", body), keeps_value="body" not in document)


def _step(each: Handling) -> dict[str, Any]:
    return {
        "number": each.number,
        "at": each.at,
        "by": each.by,
        "what": each.what,
        "version": each.version,
        "outcome": each.outcome or None,
        "reason": each.reason or None,
        "detail": each.detail or None,
        "faults": _faults(each.faults),
        "job": each.job,
    }


def _faults(written: str) -> list[dict[str, str]]:
    return [{"path": each.path, "rule": each.rule, "detail": each.detail} for each in faults_read(written)]


def _content(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _bytes(path: str, given: Json) -> bytes:
    try:
        return given.encode() if isinstance(given, str) else base64.b64decode(given["base64"], validate=True)
    except (binascii.Error, UnicodeError, ValueError):
        fault = Fault(path, "base64", "text in UTF-8, or bytes in base64")
        raise Rejected(Reason.INVALID_BODY, "this cannot be sent", (fault,)) from None
