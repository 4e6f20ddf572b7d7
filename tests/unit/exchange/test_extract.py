"""Extracts: the same lines however they are packed, from any place where a round ended; damage is told."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.errors import Rejected
from hub.exchange import extract
from hub.exchange.extract import Line, Round, fingerprint, opened

LONGEST = 20

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": gzip.compress,
    ".zst": lambda content: zstandard.ZstdCompressor().compress(content),
}


def written(folder: Path, content: bytes, suffix: str = "") -> Path:
    path = folder / f"extract.ndjson{suffix}"
    path.write_bytes(PACKED[suffix](content))
    return path


def rounds(path: Path, number: int = 0, offset: int = 0) -> list[Round]:
    with opened(path, LONGEST) as found:
        read = list(found.rounds(number, offset))
        found.check_whole()
    return read


def texts(path: Path) -> list[bytes | None]:
    return [line.text for round_ in rounds(path) for line in round_.lines]


@pytest.mark.parametrize("suffix", PACKED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from([b"", b"one", b"two\r", b"x" * LONGEST, b"y" * 21, b"z" * 70_000]), max_size=9))
def test_lines_are_the_same_however_packed_and_from_wherever_a_round_ended(
    tmp_path: Path, suffix: str, lines: list[bytes]
) -> None:
    content = b"\n".join(lines)
    numbered = [(number, line.rstrip(b"\r")) for number, line in enumerate(lines, 1) if line.strip()]
    expected = [(number, line if len(line) <= LONGEST else None) for number, line in numbered]
    path = written(tmp_path, content, suffix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract, "_ROUND_LINES", 2)
        whole = rounds(path)
        found = [line for round_ in whole for line in round_.lines]
        assert [(line.number, line.text) for line in found] == expected
        for place, round_ in enumerate(whole):
            assert rounds(path, round_.number, round_.offset) == whole[place + 1 :]
    for line in found:
        there = content[line.offset : line.offset + line.length].rstrip(b"\r\n")
        assert there == lines[line.number - 1].rstrip(b"\r")


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert texts(written(tmp_path, b"\xef\xbb\xbfone\ntwo")) == [b"one", b"two"]


def test_a_round_holds_no_more_bytes_than_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_ROUND_BYTES", 8)
    found = rounds(written(tmp_path, b"1234\n" * 4))
    assert [[line.number for line in each.lines] for each in found] == [[1, 2], [3, 4]]
    assert found[0].lines[1] == Line(2, b"1234", 5, 5)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("cut", [1, 9, 40])
def test_what_was_cut_off_on_the_way_is_told_and_never_taken_for_the_end(tmp_path: Path, suffix: str, cut: int) -> None:
    path = written(tmp_path, bytes(range(256)) * 40, suffix)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(Rejected, match="damaged, or was cut off"):
        rounds(path)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_damage_in_the_middle_is_told(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, b"one\ntwo\n", suffix)
    path.write_bytes(b"no archive at all")
    with pytest.raises(Rejected, match="damaged"):
        rounds(path)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_archives_joined_together_are_read_one_after_another(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"extract.ndjson{suffix}"
    path.write_bytes(PACKED[suffix](b"one\n") + PACKED[suffix](b"two\n"))
    assert texts(path) == [b"one", b"two"]


def test_a_file_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"abc")
    other.write_bytes(b"abc")
    assert fingerprint(one) == fingerprint(other)
    other.write_bytes(b"abd")
    assert fingerprint(one) != fingerprint(other)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read: No such file"):
        fingerprint(tmp_path / "none")
