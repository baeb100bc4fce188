"""Beside: the reference results that stand next to a reader's own run, never mixed with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from cxrstudy.base import places
from cxrstudy.pages.html import HTML
from cxrstudy.study.arms import Arms
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.results import REFERENCE_PROFILE

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class ReferenceResults:
    """Reference results of an experiment, or why there are none.

    Attributes
    ----------
    banner
        What they are, for the page.
    arms
        Those that were scored, on the study that made them; None where there are none.
    scores
        As :meth:`cxrstudy.study.arms.Arms.scores` returned them; empty where there are none.
    """

    banner: HTML
    arms: Arms | None
    scores: pd.DataFrame


def reference_of(study: Study, experiment: str) -> ReferenceResults:
    """Find the reference results of an experiment on a study's cohort.

    Raises
    ------
    ResultsError
        They are there, but altered.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, reference_of
    >>> study = Study("quick", "phantom", seeds=1)
    >>> recorded = reference_of(study, "04_mixup")
    >>> recorded.arms.study.profile.profile
    'standard'
    """
    folder = places.results() / study.cohort.name / REFERENCE_PROFILE
    if folder not in results.folders() or experiment not in results.experiments(folder):
        return ReferenceResults(_absent(study), None, pd.DataFrame())
    made = results.facts(folder)
    arms = arms_of(experiment, Study(made.profile, made.cohort, made.seeds))
    return ReferenceResults(_present(made), arms, results.read(folder, experiment))


def beside(recorded: ReferenceResults, draw: Callable[[Arms, pd.DataFrame], Shown]) -> Shown | None:
    """Draw the reference results as the reader's own were drawn; nothing where there are none.

    Examples
    --------
    >>> recorded = ReferenceResults(HTML("made"), arms, arms.scores())  # or from reference_of
    >>> beside(recorded, lambda arms, scores: scores["seed"].nunique())
    2
    """
    return draw(recorded.arms, recorded.scores) if recorded.arms else None


def _absent(study: Study) -> HTML:
    return _admonition(
        "No reference results",
        f"The {REFERENCE_PROFILE} profile has not been run on cohort “{study.cohort.name}” by the "
        "project. Nothing is shown here rather than something else.",
    )


def _present(made: results.Results) -> HTML:
    dirty = " with uncommitted changes" if made.uncommitted else ""
    return _admonition(
        f"Reference: cohort “{made.cohort}”, profile “{made.profile}”, {made.seeds} seeds",
        f"Made by <code>{made.command}</code> at commit {made.commit[:12]}{dirty}, "
        f"{made.finished[:10]}; {made.runs} runs, {made.seconds / 3600:.1f} hours of training and "
        f"scoring added up over processes, on {made.cores} cores ({made.processor}).",
    )


def _admonition(title: str, text: str) -> HTML:
    return HTML(
        '<div class="admonition note study-reference">'
        f'<p class="admonition-title">{title}</p><p>{text}</p></div>'
    )
