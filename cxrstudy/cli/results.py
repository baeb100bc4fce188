"""``cxrstudy results``: write recorded runs as reference results, and list reference results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.cli.options import Cohort, Experiments, Json, Profile, ResultsFolder, Seeds
from cxrstudy.cli.output import json_for_terminal, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cxrstudy.study.study import Study
    from cxrstudy.verdicts.results import Results

results = typer.Typer(no_args_is_help=True, help="Reference results: write and list.")


@results.command("write")
def write_results(
    experiments: Experiments = None,
    profile: Profile = "standard",
    cohort: Cohort = "phantom",
    seeds: Seeds = 5,
    to: ResultsFolder = None,
) -> None:
    """Write the recorded scores of experiments to results/COHORT/PROFILE, without weights.

    Also writes the measures of maps for the chapter Grad-CAM, the verdicts on all claims, and the
    estimates that figures show.
    """
    from cxrstudy.base import places
    from cxrstudy.study.graph import chosen
    from cxrstudy.study.status import experiments_of
    from cxrstudy.study.study import Study
    from cxrstudy.verdicts import recording
    from cxrstudy.verdicts import results as reference

    folder = to or places.workplace() / "results" / cohort / profile
    names = chosen(experiments) if experiments else experiments_of(cohort)
    study = Study(profile, cohort, seeds)
    command = _command("write", names if experiments else (), study)
    written = reference.write(study, names, folder, command)
    recording.record(study, folder)
    typer.echo(_told(folder, written))


@results.command("add")
def add_results(
    experiments: Annotated[
        list[str], typer.Argument(metavar="EXPERIMENT...", help="Names or numbers of notebooks.")
    ],
    profile: Profile = "standard",
    cohort: Cohort = "phantom",
    seeds: Seeds = 5,
    to: ResultsFolder = None,
) -> None:
    """Write experiments beside those that results hold already; these need no records any more.

    So evidence can be written as it is complete, by machines that do not know of each other.
    """
    from cxrstudy.base import places
    from cxrstudy.study.graph import chosen
    from cxrstudy.study.study import Study
    from cxrstudy.verdicts import recording
    from cxrstudy.verdicts import results as reference

    folder = to or places.workplace() / "results" / cohort / profile
    study, names = Study(profile, cohort, seeds), chosen(experiments)
    written = reference.add(study, names, folder, _command("add", names, study))
    recording.record(study, folder, names)
    typer.echo(_told(folder, written))


def _command(what: str, experiments: Iterable[str], study: Study) -> str:
    asked = f"--profile {study.profile.profile} --cohort {study.cohort.name} --seeds {study.seeds}"
    return " ".join([f"cxrstudy results {what}", *experiments, asked])


def _told(folder: Path, written: Results) -> str:
    return f"{folder}: {counted(written.runs, 'run')}, {numbers.count(_size(folder))} bytes"


@results.command("judge")
def judge_results(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Recorded results.")],
) -> None:
    """Write verdicts and estimates again, from the scores that lie in a folder of results.

    Who ran what, when and at which commit stays as it is. Verdicts that were recorded under other
    claims stay too.
    """
    from cxrstudy.verdicts import recording

    for folder in folders:
        written = recording.rejudge(folder)
        typer.echo(f"{folder}: written again: {', '.join(written)}")


@results.command("list")
def list_results(json_wanted: Json = False) -> None:
    """Check the files of reference results, and list their folders."""
    from cxrstudy.verdicts import results as reference

    rows = [_row(folder, reference.facts(folder)) for folder in reference.folders()]
    typer.echo(json_for_terminal(rows) if json_wanted else table(rows))


@results.command("stamp")
def stamp_notebooks(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks that papermill executed.")],
) -> None:
    """Add provenance to executed notebooks, and write NAME.provenance.json beside them."""
    from cxrstudy.runs.page_stamp import stamp

    for notebook in notebooks:
        typer.echo(stamp(notebook))


def _row(folder: Path, facts: Results) -> dict[str, Any]:
    from cxrstudy.verdicts.results import claims_changed

    return {
        "cohort": facts.cohort,
        "profile": facts.profile,
        "experiments": len(facts.experiments),
        "seeds": facts.seeds,
        "runs": facts.runs,
        "minutes": round(facts.seconds / 60),
        "bytes": _size(folder),
        "commit": facts.commit[:12] + (" and changes" if facts.uncommitted else ""),
        "finished": facts.finished,
        "claims since": ", ".join(claims_changed(facts)) or "unchanged",
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
