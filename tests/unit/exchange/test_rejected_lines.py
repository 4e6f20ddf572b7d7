"""The file of rejected lines: a kill leaves no half line, and what is somebody else's is left alone."""

from pathlib import Path

import orjson
import pytest

from hub.domain.errors import Rejected
from hub.exchange.rejected_lines import rejected_file, set_aside


def test_what_a_kill_left_beyond_what_is_settled_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "x.rejected.ndjson"
    with set_aside(path) as first:
        first.go_on_from(None)
        first.add([{"line": 1}])
        settled = first.size
        first.add([{"line": 2}])
    path.write_bytes(path.read_bytes() + b'{"line": 3, "rea')

    with set_aside(path) as second:
        second.go_on_from(settled)
        second.add([{"line": 2}])

    assert [orjson.loads(line)["line"] for line in path.read_bytes().splitlines()] == [1, 2]


def test_an_empty_one_is_not_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "x.rejected.ndjson"
    with set_aside(path) as lines:
        lines.go_on_from(None)
    assert not path.exists()


def test_one_that_is_there_from_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.rejected.ndjson"
    path.write_bytes(b"somebody's\n")
    with pytest.raises(Rejected, match="is there already"), set_aside(path) as lines:
        lines.go_on_from(None)
    assert path.read_bytes() == b"somebody's\n"


def test_one_that_has_lost_what_was_put_into_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="put it back"), set_aside(tmp_path / "x.rejected.ndjson") as lines:
        lines.go_on_from(10)


def test_two_loads_never_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "x.rejected.ndjson"
    with set_aside(path), pytest.raises(Rejected, match="another load"), set_aside(path):
        pass
    assert not path.exists()


def test_nobody_but_its_owner_may_read_it(tmp_path: Path) -> None:
    with set_aside(tmp_path / "x.rejected.ndjson") as lines:
        lines.go_on_from(None)
        assert (tmp_path / "x.rejected.ndjson").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("extract", "expected"),
    [("/in/a.ndjson.gz", "/in/a.ndjson.gz.rejected.ndjson"), ("-", "standard-input.rejected.ndjson")],
)
def test_it_stands_beside_its_extract(extract: str, expected: str) -> None:
    assert rejected_file(Path(extract)) == Path(expected)
