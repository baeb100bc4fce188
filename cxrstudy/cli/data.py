"""``cxrstudy data``: list, find, download and verify sets of radiographs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base import numbers, places
from cxrstudy.cli.data_add import SetName, add_set, build_set
from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal, table

if TYPE_CHECKING:
    from cxrstudy.data.fetch import FetchResult

data = typer.Typer(no_args_is_help=True, help="Sets of radiographs: list, find, download, verify.")
data.command("build")(build_set)
data.command("add")(add_set)


@data.command("list")
def list_sets(json_wanted: Json = False) -> None:
    """List the sets: images, how many are in the data folder, licence, access.

    A set whose card or manifest can't be read is listed with the reason; exit status 1.
    """
    from cxrstudy.data.sets import set_names

    rows, broken = [], {}
    for name in set_names():
        try:
            rows.append(_listed(name))
        except ValueError as error:
            broken[name] = str(error).splitlines()[0]
    if json_wanted:
        typer.echo(
            json_for_terminal([*rows, *({"name": n, "error": e} for n, e in broken.items())])
        )
        raise typer.Exit(int(bool(broken)))
    typer.echo(table(rows))
    for name, reason in broken.items():
        typer.echo(f"\n{name} can't be read: {reason}")
    typer.echo(
        f"\npresent: files in {places.data()}, not checked. publishable: images whose licence "
        "allows a figure;\nthe others are used for training and testing, but not shown in "
        "published figures."
    )
    raise typer.Exit(int(bool(broken)))


@data.command("where")
def where_is(name: SetName) -> None:
    """Show the source of a set, how to get it, and the expected paths of its files."""
    from cxrstudy.data.sets import open_set, where

    typer.echo("\n".join(where(open_set(name))))


@data.command("fetch")
def fetch_set(
    name: SetName,
    mirror: Annotated[
        str, typer.Option(help="Folder or URL with files as REPOSITORY/COMMIT/PATH.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=16, help="Number of connections.")] = 4,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the originals; default: the data folder.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Maximum number of seconds without data.")
    ] = 30,
    retries: Annotated[int, typer.Option(min=0, max=10, help="Further attempts per file.")] = 3,
) -> None:
    """Download the originals of a set, and check their SHA-256; run it again to continue.

    The download of a file is stopped after ten times the timeout. After 20 consecutive failures of
    the server, the remaining files are not tried.
    """
    from cxrstudy.data.fetch import RetryPolicy, fetch
    from cxrstudy.data.sets import open_set

    folder = (to or places.data()).resolve()
    policy = RetryPolicy(
        connections=workers, timeout=timeout, deadline=10 * timeout, retries=retries
    )
    outcomes = fetch(open_set(name), folder, mirror, policy)
    statuses = Counter(outcome.status for outcome in outcomes)
    explain_failures([outcome for outcome in outcomes if outcome.failed])
    failed = len(outcomes) - statuses["arrived"] - statuses["kept"]
    typer.echo(
        f"{name}: {numbers.count(statuses['arrived'])} downloaded, "
        f"{numbers.count(statuses['kept'])} already present, {numbers.count(failed)} failed; in "
        f"{folder}"
    )
    if failed:
        typer.echo("To continue, run the same command again; correct files are kept.", err=True)
        raise typer.Exit(1)


@data.command("read")
def read_set(
    name: SetName,
    folder: Annotated[Path, typer.Argument(help="The publisher's folder, as it was unpacked.")],
    crosswalk: Annotated[
        Path | None, typer.Option(help="Table of RSNA and NIH images; default: the data folder's.")
    ] = None,
    headers: Annotated[
        Path | None, typer.Option(help="Table of RSNA's DICOM headers: view, sex and age.")
    ] = None,
) -> None:
    """Read a publisher's label files, and say what they hold and what could not be read.

    Counts images, patients and labels, and shows what was skipped, is unknown, has no row in
    another table, or differs from the set's card, with a first example. No image is read and
    nothing is written.
    """
    from cxrstudy.data.sets import open_set
    from cxrstudy.data.sources.publishers import Tables, read, summary

    tables = Tables(crosswalk or places.data() / "crosswalk" / "rsna_to_nih.csv.gz", headers)
    card = open_set(name).card
    typer.echo("\n".join(summary(card, read(name, folder, tables))))


@data.command("verify")
def verify_set(
    name: SetName,
    at: Annotated[Path | None, typer.Option(help="Folder; default: the data folder.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Files read at the same time.")] = 2,
    json_wanted: Json = False,
) -> None:
    """Check the SHA-256 of every file of a set; exit status 1 if one is wrong or missing."""
    from cxrstudy.data.sets import open_set
    from cxrstudy.data.verify import verify

    found = verify(open_set(name), (at or places.data()).resolve(), workers)
    summary = found.summary()
    typer.echo(json_for_terminal(summary) if json_wanted else _read(summary))
    if not found.good:
        raise typer.Exit(1)


def _listed(name: str) -> dict[str, object]:
    from cxrstudy.data.licence import publishable
    from cxrstudy.data.sets import open_set

    data_set = open_set(name)
    card, images = data_set.card, data_set.images
    known = images is not None
    return {
        "name": card.name,
        "images": len(images) if images is not None else card.counts.get("images"),
        "present": data_set.present(places.data()) if known else None,
        "publishable": sum(publishable(i.licence) for i in images) if images is not None else None,
        "access": card.access,
        "licence": " ".join(card.licence.split()),
        "title": " ".join(card.title.split()),
    }


def explain_failures(failures: Sequence[FetchResult]) -> None:
    """List failed files with reasons, the number of files not tried, and advice."""
    from cxrstudy.data.fetch import ADVICE

    statuses = Counter(failure.status for failure in failures)
    for failure in failures:
        if failure.status != "not tried":
            typer.echo(f"{failure.status}: {failure.path}: {failure.detail}", err=True)
    for status, number in statuses.items():
        typer.echo(f"{numbers.count(number)} {status}: {ADVICE[status]}", err=True)


def _read(summary: dict[str, Any]) -> str:
    """Write a verification as text."""
    wrong = [f"wrong: {path}" for path in summary["wrong"]]
    twins, strangers = summary["twins"], summary["unlisted"]
    missing = [
        f"missing: {path}" + (f"; {twins[path]} lies there" if path in twins else "")
        for path in summary["missing"]
    ]
    rest = [
        f"{numbers.count(len(strangers))} image files in the set's folders are in no row; "
        f"first: {path}"
        for path in strangers[:1]
    ]
    states = ", ".join(
        f"{numbers.count(number)} {state}" for state, number in summary["counts"].items()
    )
    images = numbers.count(summary["images"])
    of = f"{summary['set']}: {images} images in {summary['folder']}: {states}"
    licences = [
        {**row, "publishable": "yes" if row["publishable"] else "no"} for row in summary["licences"]
    ]
    return "\n".join([*wrong, *missing, of, *rest, "", table(licences)])
