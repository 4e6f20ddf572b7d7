"""What every way of submitting over HTTP shares: a submission is taken, or refused with its problem."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer, read_body
from hub.api.problems import of_error
from hub.api.services import Services, services_of
from hub.domain.canonical import Json
from hub.domain.errors import Halt, Rejected, Unavailable
from hub.domain.outcome import Accepted
from hub.domain.submission import Submission
from hub.exchange.envelope import Resource, from_resource
from hub.trust.tokens import Caller


async def put(request: Request, caller: Caller, local_id: str, record_type: str, named: Mapping[str, Json]) -> Response:
    """Take the whole of what the caller holds on one record. named: what the path says of it."""
    body = await read_body(request)
    return await _take(request, caller, local_id, record_type, named, body)


async def withdraw(
    request: Request, caller: Caller, local_id: str, record_type: str, named: Mapping[str, Json]
) -> Response:
    """Take the withdrawal of one record."""
    return await _take(request, caller, local_id, record_type, named, None)


async def _take(
    request: Request, caller: Caller, local_id: str, record_type: str, named: Mapping[str, Json], body: bytes | None
) -> Response:
    services = services_of(request)
    resource = Resource(
        record_type,
        _newest_asserted(services, caller.agency, record_type),
        local_id,
        named,
        withdrawn=body is None,
        received=services.now(),
    )
    submission = from_resource(caller.agency, resource, request.headers, body or b"")
    return answer(accepted_document(await services.gatherer.take(submission)))


async def outcome_document(services: Services, submission: Submission) -> dict[str, Any]:
    """The outcome of one among several submissions: a problem beside it never fails its neighbours."""
    try:
        return accepted_document(await services.gatherer.take(submission))
    except (Rejected, Unavailable, Halt) as error:
        return refused_document(submission.id, error)


def accepted_document(accepted: Accepted) -> dict[str, Any]:
    """`Outcome` of the API description, for what was taken."""
    return {
        "id": accepted.id,
        "outcome": "repeated" if accepted.repeated else "accepted",
        "record": {"type": accepted.record_type, "key": accepted.key},
        "received": accepted.received,
    }


def refused_document(submission_id: str | None, error: Rejected | Unavailable | Halt) -> dict[str, Any]:
    """`Outcome` of the API description, for what was refused, or could not be taken now (`unavailable`)."""
    outcome = "refused" if isinstance(error, Rejected) else "unavailable"
    return {"id": submission_id, "outcome": outcome, "problem": of_error(error).document()}


def _newest_asserted(services: Services, agency: str, record_type: str) -> str:
    """What a body without `ce-dataschema` is taken to be: the newest version the contract covers.

    Where it covers none (any more), the newest there is: what was taken before gets its first outcome again.
    """
    contract = services.contracts.get(agency)
    versions = contract.asserts.get(record_type) if contract else None
    if not versions:
        return services.registry.newest(record_type).version
    return max(versions, key=lambda version: tuple(int(part) for part in version.split(".")))
