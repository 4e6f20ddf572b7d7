"""An external issuer's keys: found, rotated, withdrawn, and out of reach."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson
import pytest

from adapters.identity.jwks import Jwks
from hub.domain.errors import Unavailable
from tests.builders.lost_socket import lost_socket


class Issuer:
    """Publishes keys, unless it is down; counts how often it is asked."""

    def __init__(self) -> None:
        self.published = ["one"]
        self.answer: int | bytes | None = None
        self.asked = 0
        self.time = datetime(2024, 5, 1, tzinfo=UTC)
        self.jwks = Jwks(
            "https://issuer.example/keys", lambda: self.time, httpx.AsyncClient(transport=httpx.MockTransport(self))
        )

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if isinstance(self.answer, int):
            return httpx.Response(self.answer)
        return httpx.Response(200, content=self.answer or document(self.published))

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def document(ids: list[str]) -> bytes:
    keys = [{"kty": "EC", "kid": each, "use": "sig"} for each in ids]
    return orjson.dumps({"keys": [*keys, {"kty": "EC", "kid": "secret box", "use": "enc"}, {"kty": "EC"}]})


async def test_keys_are_read_once_for_many_tokens() -> None:
    issuer = Issuer()

    for _ in range(3):
        assert await issuer.jwks.find("one") == {"kty": "EC", "kid": "one", "use": "sig"}
    assert issuer.asked == 1


async def test_a_key_for_encryption_signs_nothing() -> None:
    assert await Issuer().jwks.find("secret box") is None


async def test_a_new_key_is_found_and_a_withdrawn_one_ends() -> None:
    issuer = Issuer()
    await issuer.jwks.find("one")
    issuer.published = ["two"]

    issuer.pass_by(seconds=11)
    assert await issuer.jwks.find("two")
    assert await issuer.jwks.find("one") is None


async def test_a_withdrawn_key_ends_even_if_nobody_uses_another() -> None:
    issuer = Issuer()
    await issuer.jwks.find("one")
    issuer.published = []

    issuer.pass_by(seconds=599)
    assert await issuer.jwks.find("one")
    issuer.pass_by(seconds=1)
    assert await issuer.jwks.find("one") is None


async def test_made_up_key_ids_do_not_make_the_hub_flood_the_issuer() -> None:
    issuer = Issuer()

    for number in range(20):
        assert await issuer.jwks.find(f"made up {number}") is None
    assert issuer.asked == 1


@pytest.mark.parametrize("answer", [500, 404, b"not json", b"[]", b'{"keys": 1}'])
async def test_while_the_issuer_fails_known_keys_work_and_others_may_be_tried_again(answer: int | bytes) -> None:
    issuer = Issuer()
    await issuer.jwks.find("one")
    issuer.answer = answer

    issuer.pass_by(seconds=3_600)
    assert await issuer.jwks.find("one")
    with pytest.raises(Unavailable):
        await issuer.jwks.find("two")

    issuer.answer = None
    issuer.pass_by(seconds=11)
    assert await issuer.jwks.find("one")
    assert await issuer.jwks.find("two") is None


async def test_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    jwks = Jwks(str(file), lambda: datetime(2024, 5, 1, tzinfo=UTC), httpx.AsyncClient())
    with pytest.raises(Unavailable):
        await jwks.find("one")

    file.write_bytes(document(["one"]))
    later = Jwks(str(file), lambda: datetime(2024, 5, 1, tzinfo=UTC), httpx.AsyncClient())
    assert await later.find("one")


async def test_a_connection_that_ends_while_it_is_made_is_an_issuer_out_of_reach() -> None:
    jwks = Jwks("https://issuer.example/keys", lambda: datetime.now(UTC), httpx.AsyncClient(transport=lost_socket()))

    with pytest.raises(Unavailable):
        await jwks.find("one")
