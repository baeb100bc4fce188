"""``cxrstudy data add`` and ``build``: manifests of a user's own radiographs and downloads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxrstudy.base import places

if TYPE_CHECKING:
    from cxrstudy.data.own.add import Added
    from cxrstudy.data.own.wish import Wish

SetName = Annotated[str, typer.Argument(metavar="SET", help="A name from `cxrstudy data list`.")]


def build_set(
    name: SetName,
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="The publisher's folder, as unpacked.",
        ),
    ],
    subset: Annotated[
        bool, typer.Option("--subset", help="Leave out images whose files are not there.")
    ] = False,
    crosswalk: Annotated[
        Path | None,
        typer.Option(exists=True, help="Table of RSNA and NIH images; default: the data folder's."),
    ] = None,
    headers: Annotated[
        Path | None,
        typer.Option(exists=True, help="Table of RSNA's DICOM headers: view, sex and age."),
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


def add_set(
    listing: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE", exists=True, help="CSV or Excel table, or a folder of images."
        ),
    ],
    images: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of the files; default: that of the table."
        ),
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
    from cxrstudy.data.own.add import add
    from cxrstudy.data.own.wish import Wish

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
        answer = typer.prompt(question, value_proc=partial(_column, columns=unclear.columns))
        columns = {**wish.columns, unclear.what: answer}
        return _add(listing, folder, replace(wish, columns=columns), add)


def _column(said: str, *, columns: Sequence[str]) -> str:
    """A column that a person names; who names none is asked again."""
    if said not in columns:
        raise typer.BadParameter(f"{said!r} is no column; there are {', '.join(columns)}")
    return said


def _obstacles(name: str, audit: bool) -> list[str]:
    """What stands in the way of learning from a cohort, in plain words, gravest first."""
    from cxrstudy.data.own.obstacles import in_the_cohort

    found = in_the_cohort(name)
    if not audit or any(said.startswith("This set can't") for said in found):
        return found
    from cxrstudy.audit import run_audit

    outcomes = [outcome for outcome in run_audit(name) if outcome.state == "issue"]
    return [*found, *(f"{o.title} ({o.code}): {o.detail} {o.advice}" for o in outcomes)]
