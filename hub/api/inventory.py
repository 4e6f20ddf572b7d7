"""Inventories: an agency says by digests what it really holds, and is told and sent again what differs."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import chunks_of, written
from hub.api.callers import Reader
from hub.api.describe import NDJSON, given_lines, line_answers, problems
from hub.api.lines import lines
from hub.api.services import services_of
from hub.domain.errors import Reason, Rejected
from hub.domain.inventory import Difference
from hub.exchange.envelope import media_type
from hub.exchange.inventories import Lines, read_contents, read_digests
from hub.exchange.reconcile import Compared
from hub.store.reconciling import InventoryRow

router = APIRouter(tags=["Reconciling"])

_REFUSED = (
    Reason.BAD_JSON,
    Reason.TOO_LARGE,
    Reason.WRONG_CONTENT_TYPE,
    Reason.INVALID_BODY,
    Reason.NOT_COVERED,
    Reason.READ_ON,
)
_Id = Annotated[str, Path(max_length=36, pattern="^[0-9a-f-]+$", description="The inventory, as the hub named it.")]


@router.post(
    "/v1/inventory",
    summary="Say by digests what you really hold",
    response_class=Response,
    responses=line_answers("InventoryLine", "Buckets that differ.") | problems(*_REFUSED),
    openapi_extra=given_lines("InventoryGiven"),
)
async def open_inventory(request: Request, caller: Reader) -> Response:
    """First a line with the number up to which you have read and applied, and the record types this is about.

    Then a line for each bucket that is not empty. A record's bucket is the first three hex digits of the SHA-256 of
    the canonical JSON `[person, type, key]`. The digest of a bucket is the SHA-256 of its lines, sorted by their bytes,
    each the canonical JSON `[person, type, key, digest]` and a line feed, where `digest` is that of the release,
    computed from what you hold. Answers a line about the inventory, then one for each bucket that differs: bring its
    records.
    """
    services = services_of(request)
    row = await services.reconciling.open(caller.agency, await read_digests(_arriving(request)))
    return _lines(opened_document(row), *({"bucket": bucket} for bucket in row.differing))


@router.post(
    "/v1/inventory/{inventory}/records",
    summary="Bring the records of buckets that differ",
    response_class=Response,
    responses=line_answers("DifferenceLine", "What differs.") | problems(*_REFUSED, Reason.NOT_FOUND),
    openapi_extra=given_lines("RecordGiven"),
)
async def bring_records(request: Request, caller: Reader, inventory: _Id) -> Response:
    """First a line with the buckets, then every record you hold in them, of the types the inventory is about.

    Whatever differs is owed to you again: it is delivered under a new number, even with the digest there was, and what
    you are not to hold is withdrawn. Answers a line with the counts, then one for each record that differs. Bring as
    many buckets at once as fit; to bring one again changes nothing.
    """
    contents = await read_contents(_arriving(request))
    compared = await services_of(request).reconciling.compare(caller.agency, inventory, contents)
    found = compared.comparison.found
    each = ({**record._asdict(), "difference": found[record]} for record in sorted(found))
    return _lines(compared_document(compared), *each)


def opened_document(row: InventoryRow) -> dict[str, object]:
    """`InventoryOpened` of the API description."""
    return {"inventory": row.id, "asOf": row.as_of, "buckets": row.buckets, "differing": len(row.differing)}


def compared_document(compared: Compared) -> dict[str, object]:
    """`InventoryCompared` of the API description."""
    kinds = list(compared.comparison.found.values())
    return {
        "inventory": compared.inventory.id,
        **{kind.value: kinds.count(kind) for kind in Difference},
        "inFlight": len(compared.comparison.in_flight),
        "parked": len(compared.comparison.parked),
        "awaited": len(compared.inventory.awaited),
    }


def _arriving(request: Request) -> Lines:
    if media_type(request.headers.get("content-type")) != NDJSON:
        raise Rejected(Reason.WRONG_CONTENT_TYPE, f"this is sent as {NDJSON}")
    return lines(chunks_of(request), services_of(request).max_body_bytes)


def _lines(*documents: Mapping[str, object]) -> Response:
    content = b"".join(written(each) + b"\n" for each in documents)
    return Response(content, media_type=NDJSON, headers={"Cache-Control": "no-store"})
