"""One request over HTTP: what is answered, or that nobody answers."""

from typing import Any

import httpx

from hub.domain.errors import Unavailable


async def requested(http: httpx.AsyncClient, whom: str, method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
    """The answer, whatever it says. whom: for the error, such as `the hub`.

    Raises:
        Unavailable: there is none, or none that can be read.
    """
    try:
        return await http.request(method, url, **request)
    except (httpx.RequestError, OSError) as error:
        raise _nobody(whom, error) from error
    except AttributeError as error:
        if not _is_a_lost_socket(error):
            raise
        raise _nobody(whom, error) from error


def _nobody(whom: str, error: Exception) -> Unavailable:
    return Unavailable(f"{whom} does not answer: {type(error).__name__}")


def _is_a_lost_socket(error: AttributeError) -> bool:
    """Whether anyio asked a socket that is gone, as it does where a connection ends while it is being made."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__name__")).startswith("anyio.")
