"""`hub match`: how well persons are told apart by likelihood, and the weights for it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.match_files import SHIPPED_WEIGHTS, People, columns_in, links_in, people_in, weights_in
from hub.commands.showing import AsJson, show_one
from hub.domain.likelihood.evaluation import THRESHOLD, Evaluation, Measured, matches
from hub.domain.likelihood.evaluation import evaluate as measure
from hub.domain.likelihood.pairs import Candidates, candidates
from hub.domain.likelihood.training import train as estimated
from hub.domain.likelihood.weights import written_weights

commands = typer.Typer(no_args_is_help=True, help="Matching persons by likelihood: weights, and how right it is.")
_FIGURES = 5

_File = typer.Argument(exists=True, dir_okay=False, show_default=False)
_Maps = Annotated[
    list[Path],
    typer.Option(
        "--columns", exists=True, dir_okay=False, help="TOML: what each column means; twice if the files differ"
    ),
]


@commands.command()
def train(
    left: Annotated[Path, _File],
    columns: _Maps,
    out: Annotated[Path, typer.Option(dir_okay=False, help="where the weights go")],
    right: Annotated[Path | None, _File] = None,
) -> None:
    """Estimate the weights of your own data, without labels: duplicates within one CSV file, or links between two."""
    _, _, found = _compared(left, right, columns)
    weights = estimated(found, weights_in(SHIPPED_WEIGHTS))
    origin = (
        f"Estimated without labels by expectation maximisation over {len(found.patterns):,} blocked pairs "
        f"of {len(found.left) + (0 if found.within else len(found.right)):,} records.\n"
        "Fields that these records do not have are as shipped.\n"
    )
    out.write_text(written_weights(replace(weights, origin=origin)), encoding="utf-8")
    typer.echo(f"{out.name}: weights from {len(found.patterns):,} pairs; about {_expected(found, weights.prior)} links")


@commands.command()
def evaluate(
    left: Annotated[Path, _File],
    columns: _Maps,
    links: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV of true links: two ids in each row")],
    right: Annotated[Path | None, _File] = None,
    weights: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="estimated from the files unless given")
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="the least probability of a link", min=0.0001, max=0.9999)
    ] = THRESHOLD,
    as_json: AsJson = False,
) -> None:
    """Match labelled records, and print precision, recall, F1 and the ceiling that blocking sets.

    One CSV file: duplicates are sought, and links of links count as links; the figures pair by pair are given too. Two
    files: links between them.
    """
    one, other, found = _compared(left, right, columns)
    true = links_in(links, one, other)
    used = weights_in(weights) if weights else estimated(found, weights_in(SHIPPED_WEIGHTS))
    result = measure(found, matches(found, used, threshold), true)
    show_one(_document(found, result, threshold), as_json=as_json)


def _compared(left: Path, right: Path | None, maps: list[Path]) -> tuple[People, People, Candidates]:
    if len(maps) > (1 if right is None else 2):
        raise typer.BadParameter("more --columns than files")
    one = people_in(left, columns_in(maps[0]))
    if right is None:
        return one, one, candidates(one.traits)
    other = people_in(right, columns_in(maps[-1]))
    return one, other, candidates(one.traits, other.traits)


def _expected(found: Candidates, prior: float) -> str:
    return f"{prior * found.possible:,.0f}"


def _document(found: Candidates, result: Evaluation, threshold: float) -> dict[str, object]:
    by_pairs = {"pairByPair": _figures(result.pairs)} if found.within else {}
    return {
        "records": len(found.left) + (0 if found.within else len(found.right)),
        "candidatePairs": len(found.patterns),
        "threshold": threshold,
        **_figures(result.links),
        "blockingCeiling": round(result.ceiling, _FIGURES),
        **by_pairs,
    }


def _figures(measured: Measured) -> dict[str, object]:
    return {
        "precision": round(measured.precision, _FIGURES),
        "recall": round(measured.recall, _FIGURES),
        "f1": round(measured.f1, _FIGURES),
        "trueLinks": measured.true,
        "found": measured.found,
        "right": measured.right,
    }
