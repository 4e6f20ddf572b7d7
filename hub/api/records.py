"""A person's assessments, registrations and movements: the same four routes for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer
from hub.api.callers import Reader, Submitter, WriteRoute
from hub.api.describe import SUBMITTING, LocalId, Name, answers, path_parameter, problems, written_by
from hub.api.services import services_of
from hub.api.showing import COLLECTIONS, After, Limit, next_page, shown_answer, shown_document
from hub.api.writing import put, withdraw
from hub.domain.errors import Reason


@dataclass(frozen=True, slots=True)
class Named:
    """How records of a type are named in a path. names: of the record's properties -> an example of each."""

    record_type: str
    names: Mapping[str, str | int]

    @property
    def collection(self) -> str:
        """The path of a person's records of this type."""
        return f"/v1/offenders/{{local_id}}/{COLLECTIONS[self.record_type]}"

    @property
    def path(self) -> str:
        """The path of one record; a text may have slashes."""
        parts = (f"{{{name}:path}}" for name in self.names)
        return f"{self.collection}/{'/'.join(parts)}"

    def parameters(self) -> list[dict[str, Any]]:
        """The description of the path's parts that name the record."""
        kinds = {name: "integer" if isinstance(of, int) else "string" for name, of in self.names.items()}
        said = f"The {self.record_type}'s own {{}}, as you know it."
        return [path_parameter(name, said.format(name), of, kinds[name]) for name, of in self.names.items()]

    def given(self, request: Request) -> dict[str, str | int]:
        """The properties, as this request's path has them; a number where the record has one there."""
        given = {name: request.path_params[name] for name in self.names}
        return {name: _number_or_text(given[name], of) for name, of in self.names.items()}


def _number_or_text(given: str, example: str | int) -> str | int:
    return int(given) if isinstance(example, int) and _WHOLE_NUMBER.fullmatch(given) else given


_WHOLE_NUMBER = re.compile("[0-9]{1,15}")

NAMED = (
    Named("assessment", {"reference": "ASM-20417"}),
    Named("registration", {"reference": "REG-3301"}),
    Named("movement", {"booking": "A00112", "sequence": 1}),
)


def writes_of(named: Named) -> APIRouter:
    """The routes by which a record of one type is said and withdrawn."""
    router = APIRouter(route_class=WriteRoute, tags=["Submitting"])
    record_type = named.record_type

    @router.put(
        named.path,
        name=f"put_{record_type}",
        summary=f"Say all that you hold on one {record_type}",
        response_class=Response,
        responses=answers("Outcome", "Taken.") | problems(*SUBMITTING),
        openapi_extra=written_by(named.parameters(), record_type),
    )
    async def put_record(request: Request, caller: Submitter, local_id: LocalId) -> Response:
        """The whole record as you now hold it; it may come before its offender record."""
        return await put(request, caller, local_id, record_type, named.given(request))

    @router.delete(
        named.path,
        name=f"withdraw_{record_type}",
        summary=f"Withdraw what you said on one {record_type}",
        response_class=Response,
        responses=answers("Outcome", "Withdrawn.") | problems(*SUBMITTING),
        openapi_extra=written_by(named.parameters(), None),
    )
    async def withdraw_record(request: Request, caller: Submitter, local_id: LocalId) -> Response:
        """You say nothing any more in this record; what others say stays."""
        return await withdraw(request, caller, local_id, record_type, named.given(request))

    return router


def reads_of(named: Named) -> APIRouter:
    """The routes by which records of one type are read."""
    router = APIRouter(tags=["Reading"])
    record_type = named.record_type

    @router.get(
        named.path,
        name=f"get_{record_type}",
        summary=f"Read one {record_type}",
        response_class=Response,
        responses=answers("Shown", "The record.", etag=True)
        | {304: {"description": "You have it already."}}
        | problems(Reason.NOT_FOUND),
        openapi_extra={"parameters": named.parameters()},
    )
    async def get_record(request: Request, caller: Reader, local_id: Name) -> Response:
        """The shared record, by your own reference or by its key (`key` in every answer, slashes included)."""
        reference = "/".join(str(part) for part in named.given(request).values())
        reading = services_of(request).reading
        return shown_answer(request, await reading.record(caller.agency, local_id, record_type, reference))

    @router.get(
        named.collection,
        name=f"list_{record_type}s",
        summary=f"Read a person's {COLLECTIONS[record_type]}",
        response_class=Response,
        responses=answers("Records", "By key.") | problems(Reason.NOT_FOUND),
    )
    async def list_records(
        request: Request, caller: Reader, local_id: Name, after: After = None, limit: Limit = 50
    ) -> Response:
        """All shared records of this type of the person, as your contract releases them."""
        listed = await services_of(request).reading.records(caller.agency, local_id, record_type, after, limit)
        records = [shown_document(each) for each in listed.shown]
        return answer({"records": records, "next": next_page(request, listed.next, limit)})

    return router
