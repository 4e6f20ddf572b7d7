"""Inventories as they come in, line by line: first what it is about, then buckets, or the records of buckets."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.canonical import Json, parse
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.inventory import BUCKET_NAME, BUCKETS, Found, Named

RECORDS = 50_000
"""Records brought at once."""
BUCKETS_AT_ONCE = 256
"""Buckets whose records are brought at once."""
LONGEST = 4_000
"""Bytes of one line; the first may be longer, as long as a body."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BUCKET = re.compile(BUCKET_NAME)
_NAME = re.compile(r"[^\x00]{1,500}")
_HIGHEST = 2**53 - 1
_TOLD = 20

Lines = AsyncIterator[list[bytes | None]]
"""Lots of lines as they arrive, None for one that is too long."""


@dataclass(frozen=True, slots=True)
class Digests:
    """An inventory by buckets. as_of: up to which number the agency has read. types: what it is about.

    buckets: name -> digest, of those that are not empty.
    """

    as_of: int
    types: tuple[str, ...]
    buckets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    """All records that an agency holds in some buckets."""

    buckets: frozenset[str]
    records: Mapping[Named, Found]


async def read_digests(arriving: Lines) -> Digests:
    """An inventory from `{"asOf", "types"}` and a line `{"bucket", "digest"}` for each bucket that is not empty.

    Raises:
        Rejected: `bad-json`; `invalid-body` with faults whose paths begin with the number of the line, from 1;
            `too-large` for more lines than there are buckets.
    """
    first, rest = await _read(arriving, BUCKETS)
    faults = [*_wrong_header(first), *(fault for at, each in enumerate(rest, 2) for fault in _wrong_bucket(at, each))]
    names = [each.get("bucket") for each in rest if isinstance(each, dict)]
    _refuse(faults or [*_repeated(names, "bucket")])
    return Digests(first["asOf"], tuple(sorted(set(first["types"]))), {each["bucket"]: each["digest"] for each in rest})


async def read_contents(arriving: Lines) -> Contents:
    """The records of some buckets, from `{"buckets"}` and a line for each record.

    `{"person", "type", "key", "number", "digest"}`; number is null where the agency cannot tell.

    Raises:
        Rejected: as `read_digests`; `too-large` for more than `RECORDS` or `BUCKETS_AT_ONCE`.
    """
    first, rest = await _read(arriving, RECORDS)
    _refuse([*_wrong_buckets(first), *(fault for at, each in enumerate(rest, 2) for fault in _wrong_record(at, each))])
    found = [Found(Named(each["person"], each["type"], each["key"]), each["number"], each["digest"]) for each in rest]
    _refuse([*_repeated([each.record for each in found], "record")])
    return Contents(frozenset(first["buckets"]), {each.record: each for each in found})


async def _read(arriving: Lines, most: int) -> tuple[Json, list[Json]]:
    """The first line and the others, parsed; blank ones are passed over."""
    read: list[Json] = []
    async for lot in arriving:
        for line in lot:
            if line is None:
                raise Rejected(Reason.TOO_LARGE, f"line {len(read) + 1} is too long")
            if line.strip():
                read.append(_parsed(line, len(read) + 1))
            if len(read) > most + 1:
                raise Rejected(Reason.TOO_LARGE, f"at most {most} lines after the first")
    if not read:
        raise Rejected(Reason.INVALID_BODY, "an inventory begins with a line that says what it is about")
    return read[0], read[1:]


def _parsed(line: bytes, at: int) -> Json:
    try:
        return parse(line)
    except Rejected as error:
        faults = tuple(Fault(f"/{at}{each.path}", each.rule, each.detail) for each in error.faults)
        raise Rejected(error.reason, f"line {at}: {error.detail}", faults) from None


def _wrong_header(first: Json) -> Iterator[Fault]:
    given = first if isinstance(first, dict) else {}
    as_of, types = given.get("asOf"), given.get("types")
    if type(as_of) is not int or not 0 <= as_of <= _HIGHEST:
        yield Fault("/1/asOf", "delivery-number", "the number up to which deliveries were read, 0 before the first")
    if not isinstance(types, list) or not types or not all(isinstance(each, str) for each in types):
        yield Fault("/1/types", "types", "a list of record types, at least one")


def _wrong_bucket(at: int, item: Json) -> Iterator[Fault]:
    given = item if isinstance(item, dict) else {}
    if not _is_text(given.get("bucket"), _BUCKET):
        yield Fault(f"/{at}/bucket", "bucket", "three lower-case hex digits")
    if not _is_text(given.get("digest"), _DIGEST):
        yield Fault(f"/{at}/digest", "digest", "64 lower-case hex digits")


def _wrong_buckets(first: Json) -> Iterator[Fault]:
    buckets = first.get("buckets") if isinstance(first, dict) else None
    if not isinstance(buckets, list) or not buckets or not all(_is_text(each, _BUCKET) for each in buckets):
        yield Fault("/1/buckets", "buckets", "a list of buckets, at least one")
    elif len(buckets) > BUCKETS_AT_ONCE:
        raise Rejected(Reason.TOO_LARGE, f"at most {BUCKETS_AT_ONCE} buckets at once")


def _wrong_record(at: int, item: Json) -> Iterator[Fault]:
    given = item if isinstance(item, dict) else {}
    for name in Named._fields:
        if not _is_text(given.get(name), _NAME):
            yield Fault(f"/{at}/{name}", "name", "as the release names it")
    number = given.get("number", "")
    if number is not None and (type(number) is not int or not 0 < number <= _HIGHEST):
        yield Fault(f"/{at}/number", "delivery-number", "the number of a delivery, from 1, or null")
    if not _is_text(given.get("digest"), _DIGEST):
        yield Fault(f"/{at}/digest", "digest", "64 lower-case hex digits")


def _repeated(names: Sequence[object], what: str) -> Iterator[Fault]:
    seen: set[object] = set()
    for at, name in enumerate(names, 2):
        if name in seen:
            yield Fault(f"/{at}", "unique", f"this {what} has a line already")
        seen.add(name)


def _is_text(value: Json, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Rejected(Reason.INVALID_BODY, "this is no inventory", tuple(faults[:_TOLD]))
