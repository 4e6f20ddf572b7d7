"""Finding a person by a strong identifier, which stands in the body: URLs end up in logs."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import answer, read_json
from hub.api.callers import Reader
from hub.api.describe import answers, body, problems
from hub.api.services import services_of
from hub.api.showing import link
from hub.domain.canonical import Json
from hub.domain.errors import Fault, Reason, Rejected

_LONGEST = 100

router = APIRouter(tags=["Reading"])


@router.post(
    "/v1/search",
    summary="Find a person by identifier",
    response_class=Response,
    responses=answers("Found", "Who was found, maybe nobody.")
    | problems(
        Reason.BAD_JSON,
        Reason.TOO_LARGE,
        Reason.WRONG_CONTENT_TYPE,
        Reason.INVALID_BODY,
        Reason.UNKNOWN_CODE,
        Reason.NOT_FOUND,
    ),
    openapi_extra=body("Search"),
)
async def search(request: Request, caller: Reader) -> Response:
    """Everybody of whom some agency states this identifier, and of whom your contract releases something."""
    document = await read_json(request)
    scheme, value = _text(document, "scheme"), _text(document, "value")
    found = await services_of(request).reading.search(caller.agency, scheme, value)
    people = [
        {
            "person": each.person,
            "localIds": each.local_ids,
            "link": link((*each.local_ids, each.person)[0], "offender", ""),
        }
        for each in found
    ]
    return answer({"people": people})


def _text(document: Json, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        fault = Fault(f"/{name}", "required", f"a text of at most {_LONGEST} characters")
        raise Rejected(Reason.INVALID_BODY, "say whose number it is, and the number", (fault,))
    return value
