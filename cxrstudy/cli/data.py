"""``cxrstudy data``: list, find, download and verify sets of radiographs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from cxrstudy.base import numbers, places
from cxrstudy.base.numbers import json_text
from cxrstudy.cli.output import Json, table

if TYPE_CHECKING:
    from cxrstudy.data.fetch import FetchResult
    from cxrstudy.data.own.add import Added, Wish

data = typer.Typer(no_args_is_help=True, help="Sets of radiographs: list, find, download, verify.")
_Set = Annotated[str, typer.Argument(metavar="SET", help="A name from `cxrstudy data list`.")]


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
        typer.echo(json_text([*rows, *({"name": n, "error": e} for n, e in broken.items())]))
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
def where_is(name: _Set) -> None:
    """Show the source of a set, how to get it, and the expected paths of its files."""
    from cxrstudy.data.sets import open_set, where

    typer.echo("\n".join(where(open_set(name))))


@data.command("fetch")
def fetch_set(
    name: _Set,
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
    name: _Set,
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


@data.command("build")
def build_set(
    name: _Set,
    source: Annotated[
        Path, typer.Option("--from", metavar="DIR", help="The publisher's folder, as unpacked.")
    ],
    subset: Annotated[
        bool, typer.Option("--subset", help="Leave out images whose files are not there.")
    ] = False,
    crosswalk: Annotated[
        Path | None, typer.Option(help="Table of RSNA and NIH images; default: the data folder's.")
    ] = None,
    headers: Annotated[
        Path | None, typer.Option(help="Table of RSNA's DICOM headers: view, sex and age.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Threads that hash.")] = 4,
) -> None:
    """Write the manifest of a publisher's set whose images you have, after its terms.

    The same command goes on where it stopped. When NIH, RSNA and a COVIDx are built, the cohort
    `papers` is written too.
    """
    from cxrstudy.data.own.papers import write_papers
    from cxrstudy.data.sets import open_set, where
    from cxrstudy.data.sources.build import build
    from cxrstudy.data.sources.publishers import Tables, read

    card = open_set(name).card
    typer.echo("\n".join(where(open_set(name))[:4]))
    typer.echo("You are bound by these terms; nothing of the images is copied.\n")
    tables = Tables(crosswalk or places.data() / "crosswalk" / "rsna_to_nih.csv.gz", headers)
    reading = read(name, source, tables)
    built = build(card, reading, source, subset, workers)
    typer.echo("\n".join([*built.said, *(f"note: {note}" for note in reading.notes)]))
    for file in (*built.files, *write_papers()):
        typer.echo(f"written: {file}")


@data.command("add")
def add_set(
    listing: Annotated[
        Path, typer.Argument(metavar="TABLE", help="CSV or Excel table, or a folder of images.")
    ],
    images: Annotated[
        Path | None, typer.Option(help="Folder of the files; default: that of the table.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of set and cohort; default: the table's.")] = "",
    image_column: Annotated[str | None, typer.Option(help="Column of the file.")] = None,
    patient_column: Annotated[str | None, typer.Option(help="Column of the patient.")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the label.")] = None,
    view_column: Annotated[
        str | None, typer.Option(help="Column of the view; '' for none.")
    ] = None,
    sex_column: Annotated[str | None, typer.Option(help="Column of the sex; '' for none.")] = None,
    age_column: Annotated[str | None, typer.Option(help="Column of the age; '' for none.")] = None,
    date_column: Annotated[
        str | None, typer.Option(help="Column of the date; '' for none.")
    ] = None,
    site_column: Annotated[
        str | None, typer.Option(help="Column of the site; '' for none.")
    ] = None,
    asks: Annotated[str, typer.Option(help="Label that the study is to ask about.")] = "",
    rename: Annotated[
        list[str] | None, typer.Option(metavar="YOURS=LABEL", help="Name of a label here.")
    ] = None,
    role: Annotated[
        str, typer.Option(help="target, external, general or pneumonia: what the set is used for.")
    ] = "target",
    beside: Annotated[
        str, typer.Option(metavar="COHORT", help="Cohort whose other roles are taken.")
    ] = "",
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Write patients' names as they are, not hashed.")
    ] = False,
    each_image_a_patient: Annotated[
        bool,
        typer.Option("--each-image-a-patient", help="Images without a patient have their own."),
    ] = False,
    licence: Annotated[
        str, typer.Option(help="Licence of the images; decides whether figures may show them.")
    ] = "your own, not to be published",
    audit: Annotated[bool, typer.Option("--audit/--no-audit", help="Audit the cohort.")] = True,
) -> None:
    """Make a cohort of your own radiographs, audit it, and say what stands in the way.

    Writes a manifest, a card and a cohort into the folder `own` of the project. No name, birth date
    or number of a patient is written there. Exit status 1 if something stands in the way.
    """
    from cxrstudy.data.own.add import Wish, add

    columns = {
        "image": image_column, "patient": patient_column, "label": label_column,
        "view": view_column, "sex": sex_column, "age": age_column, "date": date_column,
        "site": site_column,
    }  # fmt: skip
    wish = Wish(
        name=name or listing.stem.lower(), asks=asks, role=role, beside=beside,
        columns={what: column for what, column in columns.items() if column is not None},
        renames=_renames(rename or []), keeps_names=keep_names,
        each_is_a_patient=each_image_a_patient, licence=licence,
    )  # fmt: skip
    folder = images or (listing if listing.is_dir() else listing.parent)
    added = _add(listing, folder, wish, add)
    typer.echo("\n".join(added.said))
    for file in added.files:
        typer.echo(f"written: {file}")
    obstacles = _obstacles(wish.name, audit)
    typer.echo("\nWhat stands in the way:" if obstacles else "\nNothing stands in the way.")
    for obstacle in obstacles:
        typer.echo(f"- {obstacle}")
    typer.echo(f"\nNext: make book COHORT={wish.name}")
    raise typer.Exit(int(bool(obstacles)))


def _renames(said: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in said]
    wrong = next(
        (one for one, (_, mark, label) in zip(said, pairs, strict=True) if not label), None
    )
    if wrong is not None:
        raise typer.BadParameter(f"--rename {wrong}: write YOURS=LABEL, such as COVID=covid19")
    return {yours: label for yours, _, label in pairs}


def _add(listing: Path, folder: Path, wish: Wish, add: Callable[..., Added]) -> Added:
    """Add a set; where a column is not clear, a person at a terminal is asked for it."""
    from cxrstudy.data.own.columns import UnclearColumns

    try:
        return add(listing, folder, wish)
    except UnclearColumns as unclear:
        if not sys.stdin.isatty():
            raise
        offered = unclear.candidates or unclear.columns
        question = f"Which column says the {unclear.what} ({', '.join(offered)})?"
        answer = typer.prompt(question, type=click.Choice(list(unclear.columns)))
        columns = {**wish.columns, unclear.what: answer}
        return _add(listing, folder, replace(wish, columns=columns), add)


def _obstacles(name: str, audit: bool) -> list[str]:
    """What stands in the way of learning from a cohort, in plain words, gravest first."""
    from cxrstudy.data.own.obstacles import in_the_cohort

    found = in_the_cohort(name)
    if not audit or any(said.startswith("This set can't") for said in found):
        return found
    from cxrstudy.audit import run_audit

    outcomes = [outcome for outcome in run_audit(name) if outcome.state == "issue"]
    return [*found, *(f"{o.title} ({o.code}): {o.detail} {o.advice}" for o in outcomes)]


@data.command("verify")
def verify_set(
    name: _Set,
    at: Annotated[Path | None, typer.Option(help="Folder; default: the data folder.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Files read at the same time.")] = 2,
    json_wanted: Json = False,
) -> None:
    """Check the SHA-256 of every file of a set; exit status 1 if one is wrong or missing."""
    from cxrstudy.data.sets import open_set
    from cxrstudy.data.verify import verify

    found = verify(open_set(name), (at or places.data()).resolve(), workers)
    summary = found.summary()
    typer.echo(json_text(summary) if json_wanted else _read(summary))
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
