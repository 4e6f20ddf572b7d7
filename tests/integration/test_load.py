"""`hub load`: what an operator sees of it."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from adapters import nomis
from tests.bench.extract import lines
from tests.commands import Hub, commanding, install

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    with commanding(monkeypatch, capsys) as run:
        yield run


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Forty submissions, three of which are wrong each in its way."""
    good = list(lines(40))
    good[7] = b"{\n"
    good[11] = good[11].replace(b'"reference":', b'"referenced":')
    good[12] = good[12].replace(b'"source":"prison"', b'"source":"court"')
    path = tmp_path / "prison.ndjson"
    path.write_bytes(b"".join(good))
    return path


def test_a_file_is_loaded_its_bad_lines_are_put_aside_mended_and_loaded(hub: Hub, extract: Path) -> None:
    assert hub("migrate").code == 0

    ended = hub("load", "--agency", "prison", str(extract))

    assert ended.code == 1
    assert "37" in ended.said
    rejected = extract.with_name("prison.ndjson.rejected.ndjson")
    entries = [orjson.loads(line) for line in rejected.read_bytes().splitlines()]
    assert [(each["line"], each["reason"]) for each in entries] == [
        (8, "bad-json"),
        (12, "invalid-body"),
        (13, "wrong-agency"),
    ]
    assert {(each["path"], each["rule"]) for each in entries[1]["faults"]} == {
        ("", "additionalProperties"),
        ("/reference", "required"),
    }

    again = hub("load", "--agency", "prison", str(extract))
    assert (again.code, again.said) == (1, ended.said)

    mended = extract.with_name("mended.ndjson")
    entries[1]["submission"]["data"]["reference"] = entries[1]["submission"]["data"].pop("referenced")
    entries[2]["submission"]["source"] = "prison"
    mended.write_bytes(b"\n".join(orjson.dumps(each) for each in entries[1:]))
    assert hub("load", "--agency", "prison", str(mended)).code == 0


def test_what_was_loaded_before_under_another_name_is_known_by_its_ids(hub: Hub, extract: Path) -> None:
    hub("migrate")
    hub("load", "--agency", "prison", str(extract))
    longer = extract.with_name("longer.ndjson")
    longer.write_bytes(extract.read_bytes() + b"\n")

    ended = hub("load", "--agency", "prison", "--json", str(longer))

    (told,) = orjson.loads(ended.said)["files"]
    assert (told["taken"], told["takenBefore"], told["rejected"]) == (0, 37, 3)


def test_what_stands_in_its_way_is_said_in_a_sentence(hub: Hub, extract: Path) -> None:
    hub("migrate")
    assert hub("load", "--agency", "nobody", str(extract)).complained.endswith("no contract contracts/nobody.toml\n")
    missing = hub("load", "--agency", "prison", str(extract.with_name("none")))
    assert (missing.code, "cannot be read" in missing.complained) == (2, True)


def test_native_payloads_are_loaded_through_their_adapter_and_what_it_refuses_is_put_aside(
    hub: Hub,
    tmp_path: Path,
) -> None:
    examples = sorted((Path(nomis.__file__).parent / "examples").glob("*.json"))
    path = tmp_path / "nomis.ndjson"
    path.write_bytes(b"\n".join(orjson.dumps(orjson.loads(each.read_bytes())) for each in examples))
    hub("migrate")

    ended = hub("load", "--system", "nomis", "--json", str(path))

    (told,) = orjson.loads(ended.said)["files"]
    tried = [orjson.loads(line) for line in hub("adapt", "nomis", str(path)).said.splitlines()]
    assert told["taken"] >= len(tried) > 10
    entries = [orjson.loads(line) for line in (tmp_path / told["rejectedLines"]).read_bytes().splitlines()]
    refused = {examples[each["line"] - 1].stem: each for each in entries}
    assert {"something-else", "offender-that-cannot-be-read"} <= refused.keys()
    assert refused["offender-that-cannot-be-read"]["faults"][0]["path"].startswith("/")
    assert refused["event-alert-created"]["reason"] == "waiting"
    assert "offender-as-it-should-be" not in refused

    assert hub("load", "--system", "nomis", "--json", str(path)).said == ended.said


def test_it_must_be_told_whose_submissions_they_are(hub: Hub, extract: Path) -> None:
    assert "--agency" in hub("load", str(extract)).complained
