"""Beside: reference results that are shown next to a reader's own run, never mixed with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
from IPython.display import HTML

from cxrstudy.base import places
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results

#: The profile whose results are recorded with the project.
PROFILE = "standard"

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class ReferenceResults:
    """Reference results of an experiment, or the reason why there are none.

    Attributes
    ----------
    banner
        Text for the page that says what they are.
    study
        The study that made them; None if there are none.
    scores
        As :meth:`cxrstudy.study.study.Study.run` returned them; empty if there are none.
    """

    banner: HTML
    study: Study | None
    scores: pd.DataFrame


def reference_of(study: Study, experiment: str) -> ReferenceResults:
    """Find the reference results of an experiment on a study's cohort.

    Raises
    ------
    ResultsError
        The files are altered.
    """
    folder: Path = places.RESULTS / study.cohort.name / PROFILE
    if folder not in results.folders() or experiment not in results.experiments(folder):
        return ReferenceResults(_absent(study), None, pd.DataFrame())
    made = results.facts(folder)
    return ReferenceResults(
        _present(made), Study(made.profile, made.cohort, made.seeds),
        results.read(folder, experiment),
    )  # fmt: skip


def beside(
    recorded: ReferenceResults, draw: Callable[[Study, pd.DataFrame], Shown]
) -> Shown | None:
    """Draw reference results with the same function as one's own; nothing if there are none."""
    return draw(recorded.study, recorded.scores) if recorded.study else None


def _absent(study: Study) -> HTML:
    return _admonition(
        "No reference results",
        f"The {PROFILE} profile has not been run on cohort “{study.cohort.name}” by the project. "
        "So nothing is shown here.",
    )


def _present(made: results.Results) -> HTML:
    dirty = " with uncommitted changes" if made.uncommitted else ""
    return _admonition(
        f"Reference: cohort “{made.cohort}”, profile “{made.profile}”, {made.seeds} seeds",
        f"Made by <code>{made.command}</code> at commit {made.commit[:12]}{dirty}, "
        f"{made.finished[:10]}; {made.runs} runs, {made.seconds / 3600:.1f} hours of training and "
        f"scoring (sum over processes), on {made.cores} cores ({made.processor}).",
    )


def _admonition(title: str, text: str) -> HTML:
    return HTML(
        '<div class="admonition note study-reference">'
        f'<p class="admonition-title">{title}</p><p>{text}</p></div>'
    )
