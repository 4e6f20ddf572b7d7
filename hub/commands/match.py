"""`hub match`: how well persons are told apart by likelihood, and the weights for it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.api.admin.documents import job_document
from hub.commands.match_files import SHIPPED_WEIGHTS, People, columns_in, links_in, people_in, weights_in
from hub.commands.running import on_foundation, operator
from hub.commands.showing import AsJson, show_one
from hub.domain.likelihood.common import written_common
from hub.domain.likelihood.evaluation import THRESHOLD, Evaluation, Measured, matches
from hub.domain.likelihood.evaluation import evaluate as measure
from hub.domain.likelihood.pairs import Candidates, candidates
from hub.domain.likelihood.training import train as estimated
from hub.domain.likelihood.weights import written_weights
from hub.exchange.training import Trained, Training
from hub.store.matching import SqlMatchingStore
from hub.wiring.foundation import Foundation
from hub.wiring.outlook import outlook_on

commands = typer.Typer(no_args_is_help=True, help="Matching persons by likelihood: weights, and how right it is.")
_FIGURES = 5

_File = typer.Argument(exists=True, dir_okay=False, show_default=False)
_Maps = typer.Option(
    "--columns", exists=True, dir_okay=False, help="TOML: what each column means; twice if the files differ"
)


@commands.command()
def train(
    out: Annotated[Path, typer.Option(dir_okay=False, help="where the weights go")],
    left: Annotated[Path | None, _File] = None,
    right: Annotated[Path | None, _File] = None,
    columns: Annotated[list[Path] | None, _Maps] = None,
) -> None:
    """Estimate the weights without labels: of the people this hub knows, or of those in files of yours.

    Without files: of all whom agencies have described, with a list of the values that many of them have in common,
    under the hub's own key. One CSV file: of duplicates within it; two: of links between them.
    """
    trained = on_foundation(_of_the_store) if left is None else _of_files(left, right, columns or [])
    out.write_text(written_weights(trained.weights) + written_common(trained.common), encoding="utf-8")
    expected = trained.weights.prior * trained.possible
    typer.echo(f"{out.name}: weights from {trained.pairs:,} pairs; about {expected:,.0f} links")


@commands.command()
def again(as_json: AsJson = False) -> None:
    """Have everybody matched anew, as other weights ask for it: restart the hub with these first.

    `hub jobs` shows how far it is.
    """
    asked = on_foundation(lambda base: outlook_on(base, None).rematching.ask(operator(base)))
    show_one(job_document(asked), as_json=as_json)


async def _of_the_store(base: Foundation) -> Trained:
    return await Training(SqlMatchingStore(base.engine), base.keys, base.seal).train(weights_in(SHIPPED_WEIGHTS))


def _of_files(left: Path, right: Path | None, columns: list[Path]) -> Trained:
    _, _, found = _compared(left, right, columns)
    weights = estimated(found, weights_in(SHIPPED_WEIGHTS))
    people = len(found.left) + (0 if found.within else len(found.right))
    origin = (
        f"Estimated without labels by expectation maximisation over {len(found.patterns):,} blocked pairs "
        f"of {people:,} records.\nFields that these records do not have are as shipped.\n"
    )
    return Trained(replace(weights, origin=origin), {}, len(found.patterns), found.possible)


@commands.command()
def evaluate(
    left: Annotated[Path, _File],
    columns: Annotated[list[Path], _Maps],
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
    if not maps:
        raise typer.BadParameter("say with --columns what the columns of the files mean")
    if len(maps) > (1 if right is None else 2):
        raise typer.BadParameter("more --columns than files")
    one = people_in(left, columns_in(maps[0]))
    if right is None:
        return one, one, candidates(one.traits)
    other = people_in(right, columns_in(maps[-1]))
    return one, other, candidates(one.traits, other.traits)


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
