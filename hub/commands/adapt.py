"""`hub adapt`: an adapter tried on files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.domain.canonical import Json
from hub.wiring import adapting
from hub.wiring.adapting import AdapterSettings

_NOT_ALL_TAKEN = 1
_File = typer.Argument(metavar="[FILE]...", exists=True, dir_okay=False, help="native payloads: JSON, or .ndjson")


def adapt(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="such as nomis, delius, oasys")],
    files: Annotated[list[Path] | None, _File] = None,
    out: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="the other way: a file of releases")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="for whom it speaks, if not as usual")] = None,
    about: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="what the way it came says, such as crn=X123456")
    ] = None,
) -> None:
    """Print as NDJSON the submissions that an adapter makes of native payloads, or with --out records of releases.

    Several files of one thing, such as the parts of an assessment, are put together. What was refused, has no home or
    is in no list is said on standard error. Exit status 0 only if all was taken: what has no home by a documented
    decision, and codes that are kept raw, count as taken.
    """
    if bool(files) == (out is not None):
        raise typer.BadParameter("name native files, or one file of releases with --out")
    told = adapting.settings(agency=agency)
    lost = _give(system, told, out) if out is not None else _take(system, told, files or (), _pairs(about or ()))
    if lost:
        raise typer.Exit(_NOT_ALL_TAKEN)


def _take(system: str, told: AdapterSettings, files: Iterable[Path], about: dict[str, str]) -> bool:
    trial = adapting.trial(system, told, about)
    for file in files:
        trial.take(file)
    for each in trial.submissions():
        _print(each)
    for remark in trial.all_remarks():
        typer.echo(f"{remark.file}: {remark.says}", err=True)
    return any(remark.lost for remark in trial.all_remarks())


def _give(system: str, told: AdapterSettings, file: Path) -> bool:
    lost = False
    for each in adapting.hand_over(system, told, file):
        if isinstance(each, dict):
            _print(each)
        else:
            typer.echo(f"{each.file}: {each.says}", err=True)
            lost = lost or each.lost
    return lost


def _print(document: dict[str, Json]) -> None:
    typer.echo(orjson.dumps(document))


def _pairs(about: Iterable[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in about]
    if any(not equals for _, equals, _ in pairs):
        raise typer.BadParameter("--about takes NAME=VALUE")
    return {name: value for name, _, value in pairs}
