"""Lines out of chunks: the same lines however the bytes are cut, and none beyond the limit is kept."""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.api.lines import TOO_LONG, lines


async def chunked(content: bytes, cuts: Sequence[int]) -> AsyncIterator[bytes]:
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    for start, end in pairwise(places):
        yield content[start:end]


def expected(content: bytes, longest: int) -> list[bytes | None]:
    found: list[bytes | None] = [TOO_LONG if len(line) > longest else line for line in content.split(b"\n")]
    return found[:-1] if content.endswith(b"\n") or not content else found


@given(
    st.lists(st.sampled_from([b"", b"a", b"bc", b"def", b"ghijk", b"lmnopqr"]), max_size=8),
    st.lists(st.integers(0, 40)),
)
async def test_lines_do_not_depend_on_how_the_bytes_arrive(pieces: list[bytes], cuts: list[int]) -> None:
    content = b"\n".join(pieces)
    found = [line async for complete in lines(chunked(content, cuts), 4) for line in complete]

    assert found == expected(content, 4)


async def test_a_line_is_there_as_soon_as_it_is_complete() -> None:
    given_so_far = []

    async def arriving() -> AsyncIterator[bytes]:
        for chunk in (b"one\ntw", b"o\n", b"three"):
            given_so_far.append(chunk)
            yield chunk

    seen = [(complete, len(given_so_far)) async for complete in lines(arriving(), 10)]

    assert seen == [([b"one"], 1), ([b"two"], 2), ([b"three"], 3)]
