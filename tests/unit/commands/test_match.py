"""`hub match` on small made-up files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.commands import Hub, commanding

MAP = """
id = "ref"
[columns]
first = "forename"
last = "surname"
born = "date"
postcode = "postcode"
"""
HEADING = "ref, first, last, born, postcode"
PEOPLE = [
    ("a1", "Ann", "Archer", "1980-02-29", "LS2 9JT"),
    ("a2", "Marcus", "Oyelaran", "1979-05-12", "BS8 1TQ"),
    ("a3", "Priya", "Nair", "1991-11-30", "M1 2AB"),
    ("a4", "Colin", "Duxbury", "1963-02-01", "EX4 4QJ"),
    ("a5", "Ingrid", "Fjeld", "1985-07-19", "NE4 6SL"),
]
AGAIN = [
    ("b1", "Ann", "Archr", "1980-02-29", "LS2 9JT"),
    ("b2", "Oyelaran", "Marcus", "1979-05-12", "BS8 1TQ"),
    ("b3", "Priya", "Nair", "1991-11-30", "M1 2AB"),
    ("b9", "Ruth", "Castleton", "1958-08-08", "CF10 3AT"),
]
LINKS = "left,right\na1,b1\na2,b2\na3,b3\n"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hub]:
    monkeypatch.setenv("COLUMNS", "240")
    with commanding(monkeypatch, capsys) as run:
        yield run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    write(tmp_path / "left.csv", PEOPLE)
    write(tmp_path / "right.csv", AGAIN)
    write(tmp_path / "both.csv", PEOPLE + AGAIN)
    (tmp_path / "links.csv").write_text(LINKS)
    return tmp_path


def write(file: Path, people: Sequence[tuple[str, ...]]) -> None:
    file.write_text("\n".join([HEADING, *(",".join(person) for person in people)]) + "\n")


def test_two_files_are_linked(hub: Hub) -> None:
    ended = hub("match", "evaluate", "left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv", "--json")
    said = json.loads(ended.said)
    assert (said["records"], said["trueLinks"], said["right"], said["found"]) == (9, 3, 3, 3)
    assert (said["precision"], said["recall"], said["f1"], said["blockingCeiling"]) == (1, 1, 1, 1)
    assert "pairByPair" not in said


def test_duplicates_are_found_in_one_file(hub: Hub) -> None:
    ended = hub("match", "evaluate", "both.csv", "--columns", "map.toml", "--links", "links.csv", "--json")
    said = json.loads(ended.said)
    assert (said["f1"], said["pairByPair"]["f1"]) == (1, 1)


def test_figures_are_shown_for_people(hub: Hub) -> None:
    ended = hub("match", "evaluate", "left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv")
    assert ended.code == 0
    for name in ("precision", "recall", "f1", "blockingCeiling"):
        assert name in ended.said


def test_weights_are_trained_and_used(hub: Hub, folder: Path) -> None:
    trained = hub("match", "train", "left.csv", "right.csv", "--columns", "map.toml", "--out", "own.toml")
    assert trained.code == 0
    first = (folder / "own.toml").read_text()
    assert "Estimated without labels" in first
    assert "Archer" not in first
    hub("match", "train", "left.csv", "right.csv", "--columns", "map.toml", "--out", "own.toml")
    assert (folder / "own.toml").read_text() == first
    arguments = ("left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv", "--json")
    with_own = hub("match", "evaluate", *arguments, "--weights", "own.toml")
    assert json.loads(with_own.said) == json.loads(hub("match", "evaluate", *arguments).said)


def test_the_threshold_counts(hub: Hub) -> None:
    files = ("left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv", "--json")
    low = json.loads(hub("match", "evaluate", *files, "--threshold", "0.0001").said)
    high = json.loads(hub("match", "evaluate", *files, "--threshold", "0.9999").said)
    assert low["found"] >= high["found"]


def test_each_file_may_have_a_map_of_its_own(hub: Hub, folder: Path) -> None:
    (folder / "right.csv").write_text((folder / "right.csv").read_text().replace("last", "family"))
    (folder / "other.toml").write_text(MAP.replace("last", "family"))
    maps = ("--columns", "map.toml", "--columns", "other.toml")
    ended = hub("match", "evaluate", "left.csv", "right.csv", *maps, "--links", "links.csv", "--json")
    assert json.loads(ended.said)["f1"] == 1


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("left.csv", "", "left.csv: there is no column ref, first, last, born, postcode"),
        ("left.csv", HEADING + "\n", "left.csv: there are no records"),
        ("left.csv", "ref,first,last,born\na1,Ann,Archer,1980-02-29\n", "left.csv: there is no column postcode"),
        ("left.csv", HEADING + "\na1,Ann\n", "left.csv: row 1 has 2 values for 5 columns"),
        ("left.csv", HEADING + "\na1,Ann,Archer,29/02/1980,x\n", "left.csv: row 1, column born: not a date"),
        ("left.csv", HEADING + "\na1,A,B,,\na1,A,B,,\n", "left.csv: row 2, column ref: another row has the same id"),
        ("left.csv", '"Ann\n', "left.csv: it is not CSV"),
        ("left.csv", b"\xff\xfe\x00", "left.csv: it is not UTF-8"),
        ("links.csv", "left,right\na1\n", "links.csv: row 1: a link has two ids"),
        ("links.csv", "left,right\na1,zz\n", "links.csv: row 1: no record has the id on the right"),
        ("map.toml", "id = ", "map.toml is not TOML"),
        ("map.toml", 'id = "ref"\n[columns]\nfirst = "shoes"\n', "column map: first must be one of"),
    ],
)
def test_bad_input_is_named_without_its_values(
    hub: Hub, folder: Path, file: str, content: str | bytes, said: str
) -> None:
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = hub("match", "evaluate", "left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv")
    assert ended.code == 2
    assert said in ended.complained
    assert not [value for value in ("29/02", "Archer", "zz") if value in ended.complained]


def test_broken_weights_are_named(hub: Hub, folder: Path) -> None:
    (folder / "own.toml").write_text("prior = 2\n")
    files = ("left.csv", "right.csv", "--columns", "map.toml", "--links", "links.csv", "--weights", "own.toml")
    ended = hub("match", "evaluate", *files)
    assert (ended.code, "prior must be" in ended.complained) == (2, True)


def test_records_with_nothing_in_common_teach_nothing(hub: Hub, folder: Path) -> None:
    write(folder / "left.csv", PEOPLE[:1])
    write(folder / "right.csv", AGAIN[3:])
    ended = hub("match", "train", "left.csv", "right.csv", "--columns", "map.toml", "--out", "own.toml")
    assert (ended.code, "nothing can be estimated" in ended.complained) == (2, True)
    assert not (folder / "own.toml").exists()
