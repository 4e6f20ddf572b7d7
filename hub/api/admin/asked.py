"""What operators ask with a body, held against the shape the API description has for it."""

from functools import cache

from starlette.requests import Request

from hub.api.admin.shapes import SHAPES
from hub.api.bodies import read_json
from hub.domain.canonical import Json
from hub.domain.errors import Reason, Rejected
from hub.spec.validation import Validation

REFUSED = (Reason.BAD_JSON, Reason.TOO_LARGE, Reason.WRONG_CONTENT_TYPE, Reason.INVALID_BODY)
"""Why a body may be refused."""


_TIMES = 2
"""A message as large as any stands in a request as a JSON text or in base64."""


async def asked(request: Request, shape: str) -> dict[str, Json]:
    """The body, of this shape of `hub.api.admin.shapes`, which refers to no other.

    Raises:
        Rejected: one of `REFUSED`.
    """
    document = await read_json(request, _TIMES)
    faults = _validation(shape).faults(document)
    if faults:
        raise Rejected(Reason.INVALID_BODY, "the request is not as the API describes it", tuple(faults))
    return dict(document)


@cache
def _validation(shape: str) -> Validation:
    return Validation.of(SHAPES[shape])
