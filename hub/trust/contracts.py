"""Reads the contracts: one TOML file an agency, `contracts/<agency>.toml`.

Nothing is assumed: what a contract does not state is not permitted, and a contract that states something unknown
stops the hub, naming file and key.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.domain.canonical import digest
from hub.domain.contract import (
    NOTICE_DAYS,
    REVIEW_DEADLINE_S,
    RISK_DEADLINE_S,
    Contract,
    Delivery,
    Kind,
    People,
    Receives,
)
from hub.domain.errors import Halt, Rejected
from hub.domain.notices import NOTICE
from hub.spec.registry import Registry

_AGENCY = re.compile(r"[a-z][a-z0-9-]{1,39}")
_EVERYTHING = "*"
_Sentence = Annotated[str, Field(min_length=10)]
_Seconds = Annotated[int, Field(gt=0, le=366 * 86_400, strict=True)]


class _StatedRelease(BaseModel):
    """`[receives.<record type>]`. deadline: seconds until a receipt is due; left out, none is.

    risk_deadline: the same for risk registrations, which always have one. seen_deadline: seconds until a member of
    staff must have seen a risk registration; left out, the agency need not say so. review_deadline: seconds until a
    level of risk must be looked at that the agency is asked about. notice_days: of notices, how many days before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    version: str
    fields_: Literal["*"] | list[str] = Field(alias="fields")
    basis: _Sentence
    purpose: _Sentence
    deadline: _Seconds | None = None
    risk_deadline: _Seconds = RISK_DEADLINE_S
    seen_deadline: _Seconds | None = None
    review_deadline: _Seconds = REVIEW_DEADLINE_S
    notice_days: Annotated[int, Field(gt=0, le=366, strict=True)] = NOTICE_DAYS


class _Stated(BaseModel):
    """A contract as its file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    agency: str
    kind: Kind
    delivery: Delivery
    people: People
    limited_access: Annotated[bool, Field(strict=True)]
    asserts: dict[str, Annotated[list[str], Field(min_length=1)]]
    receives: dict[str, _StatedRelease]


def load_contracts(folder: Path, registry: Registry) -> dict[str, Contract]:
    """The contract of every agency, by its name.

    Raises:
        Halt: a file is not a contract, or names a record type, version or field the registry does not have; a
            release would lack what its schema requires; the message names file and key.
    """
    contracts = [_read(file, registry) for file in sorted(folder.glob("*.toml"))]
    return {contract.agency: contract for contract in contracts}


def contract_digest(contract: Contract) -> str:
    """SHA-256 of what the contract says, as 64 hex digits; comments and layout of its file do not count."""
    return digest(
        {
            "agency": contract.agency,
            "kind": contract.kind,
            "delivery": contract.delivery,
            "people": contract.people,
            "limited_access": contract.limited_access,
            "asserts": {type_: sorted(versions) for type_, versions in contract.asserts.items()},
            "receives": {type_: _receives_document(receives) for type_, receives in contract.receives.items()},
        }
    )


def _receives_document(receives: Receives) -> dict[str, object]:
    return {
        "version": receives.version,
        "fields": _EVERYTHING if receives.fields is None else sorted(receives.fields),
        "basis": receives.basis,
        "purpose": receives.purpose,
        "deadline": receives.deadline,
        "risk_deadline": receives.risk_deadline,
        "seen_deadline": receives.seen_deadline,
        "review_deadline": receives.review_deadline,
        "notice_days": receives.notice_days,
    }


def _read(file: Path, registry: Registry) -> Contract:
    try:
        stated = _Stated.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Halt(f"{file.name} is not TOML: {error}") from None
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        raise Halt(f"{file.name}: {_key(fault['loc'])}: {fault['msg'].lower()}") from None
    if stated.agency != file.stem or not _AGENCY.fullmatch(stated.agency):
        raise Halt(f"{file.name}: agency: must be the file's name, 2 to 40 of a-z, 0-9 and hyphen")
    return Contract(
        agency=stated.agency,
        kind=stated.kind,
        delivery=stated.delivery,
        people=stated.people,
        limited_access=stated.limited_access,
        asserts=_asserts(file, stated.asserts, registry),
        receives={type_: _receives(file, type_, release, registry) for type_, release in stated.receives.items()},
    )


def _key(location: tuple[int | str, ...]) -> str:
    """The key of the file an error is about, without what pydantic adds for the members of a union."""
    return ".".join(str(part) for part in location if not str(part).startswith(("literal[", "list[")))


def _asserts(file: Path, stated: Mapping[str, list[str]], registry: Registry) -> dict[str, frozenset[str]]:
    if NOTICE in stated:
        raise Halt(f"{file.name}: asserts.{NOTICE}: the hub alone gives notice")
    for type_, versions in stated.items():
        for version in versions:
            _schema(f"{file.name}: asserts.{type_}", type_, version, registry)
    return {type_: frozenset(versions) for type_, versions in stated.items()}


def _receives(file: Path, type_: str, stated: _StatedRelease, registry: Registry) -> Receives:
    place = f"{file.name}: receives.{type_}"
    schema = _schema(place, type_, stated.version, registry)
    fields = None if stated.fields_ == _EVERYTHING else frozenset(stated.fields_)
    if fields is not None:
        _check_fields(place, fields, schema)
    return Receives(
        stated.version,
        fields,
        stated.basis,
        stated.purpose,
        stated.deadline,
        risk_deadline=stated.risk_deadline,
        seen_deadline=stated.seen_deadline,
        review_deadline=stated.review_deadline,
        notice_days=stated.notice_days,
    )


def _schema(place: str, type_: str, version: str, registry: Registry) -> Mapping[str, object]:
    try:
        schema: Mapping[str, object] = registry.get(type_, version).schema
    except Rejected:
        raise Halt(f"{place}: the specification has no {type_} {version}") from None
    return schema


def _check_fields(place: str, fields: frozenset[str], schema: Mapping[str, object]) -> None:
    known, required = _names(schema.get("properties")), _names(schema.get("required"))
    if unknown := sorted(fields - known):
        raise Halt(f"{place}.fields: the schema has no {', '.join(unknown)}")
    if missing := sorted(required - fields):
        raise Halt(f"{place}.fields: leaves out what the schema requires: {', '.join(missing)}")


def _names(part: object) -> frozenset[str]:
    return frozenset(map(str, part)) if isinstance(part, dict | list) else frozenset()
