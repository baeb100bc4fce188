"""Beside: reference results that are shown next to a reader's own run, never mixed with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from cxrstudy.base.times import duration
from cxrstudy.base.words import counted
from cxrstudy.data.cohort_file import cohort_names
from cxrstudy.pages.arm_words import cohort_title, is_simulated
from cxrstudy.pages.figures.source import RESULTS, made_by
from cxrstudy.pages.html import HTML
from cxrstudy.pages.own_run import recorded_results
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.tables import of_results
from cxrstudy.study.arms import Arms
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.map_results import read_attention
from cxrstudy.verdicts.results import REFERENCE_PROFILES

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class ReferenceResults:
    """Reference results of an experiment, or the reason why there are none.

    Attributes
    ----------
    banner
        Text for the page that says what they are.
    arms
        Those that were scored, on the study that made them; None if there are none.
    scores
        As :meth:`cxrstudy.study.arms.Arms.scores` returned them; empty if there are none.
    made
        Which results they are, command, commit and runs, for the captions of figures and tables
        and the data of figures; empty if there are none.
    """

    banner: HTML
    arms: Arms | None
    scores: pd.DataFrame
    made: Mapping[str, str] = field(default_factory=dict)


#: No results, of which a page need not say anything.
NOTHING = ReferenceResults(HTML(""), None, pd.DataFrame())


def reference_of(study: Study, experiment: str) -> ReferenceResults:
    """Find the reference results of an experiment on a study's cohort.

    Raises
    ------
    ResultsError
        The files are altered.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, reference_of
    >>> study = Study("quick", "phantom", seeds=1)
    >>> recorded = reference_of(study, "04_mixup")
    >>> recorded.arms.study.profile.profile
    'plateau'
    """
    folder = results.reference(study.cohort.name, experiment)
    if folder is None:
        return ReferenceResults(_absent(study), None, pd.DataFrame())
    return _read(folder, experiment)


def evidence_of(study: Study, experiment: str) -> tuple[ReferenceResults, ReferenceResults]:
    """Find the two sets of reference results that a page shows first, whatever its own cohort.

    Registered results come before others, radiographs before simulated images, and a study's own
    cohort before others. Of other cohorts only registered results are shown.

    Returns
    -------
    The one that says most, and the next; each without arms if there is none.

    Raises
    ------
    ResultsError
        The files are altered.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, evidence_of
    >>> study = Study("quick", "phantom", seeds=1)
    >>> [each.arms.study.cohort.name for each in evidence_of(study, "04_mixup")]
    ['kermany', 'phantom']
    """
    own = results.reference(study.cohort.name, experiment)
    others = (name for name in cohort_names() if name != study.cohort.name)
    elsewhere = filter(None, (results.reference(name, experiment) for name in others))
    registered = [folder for folder in elsewhere if results.facts(folder).registration]
    folders = sorted([*filter(None, [own]), *registered], key=_standing)
    found = [_read(folder, experiment) for folder in folders[:2]]
    first = found[0] if found else ReferenceResults(_absent(study), None, pd.DataFrame())
    return first, found[1] if len(found) > 1 else NOTHING


def _standing(folder: Path) -> tuple[bool, bool]:
    """Order of results: what sorts first says most."""
    made = results.facts(folder)
    return not made.registration, is_simulated(made.cohort)


def _read(folder: Path, experiment: str) -> ReferenceResults:
    made = results.facts(folder)
    arms = arms_of(experiment, Study(made.profile, made.cohort, made.seeds))
    scores = results.read(folder, experiment)
    return ReferenceResults(_present(made), arms, scores, _facts(folder, made, experiment))


def beside(recorded: ReferenceResults, draw: Callable[[Arms, pd.DataFrame], Shown]) -> Shown | None:
    """Draw reference results with the same function as one's own; nothing if there are none.

    The caption of a figure or table names the results that it is of, and whether they were
    registered.

    Examples
    --------
    >>> recorded = ReferenceResults(HTML("made"), arms, arms.scores())  # or from reference_of
    >>> beside(recorded, lambda arms, scores: scores["seed"].nunique())
    2
    """
    if recorded.arms is None:
        return None
    with recorded_results():
        shown = draw(recorded.arms, recorded.scores)
    made_by(shown, recorded.made)
    if isinstance(shown, HTML) and RESULTS in recorded.made:
        return replace(shown, data=of_results(shown.data, recorded.made[RESULTS]))
    return shown


def reference_maps_of(study: Study, experiment: str) -> ReferenceResults:
    """Find the recorded measures of an experiment's maps on a study's cohort.

    Returns
    -------
    As :func:`reference_of`, with the measures as ``scores``.

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> reference_maps_of(Study("quick", "phantom", seeds=1), "07_gradcam").banner
    <...>
    """
    found = reference_of(study, experiment)
    folder = results.reference(study.cohort.name, experiment)
    measured = read_attention(folder) if folder else pd.DataFrame()
    if found.arms is None or measured.empty:
        return ReferenceResults(_absent(study), None, pd.DataFrame())
    return replace(found, scores=measured)


def if_enough_seeds(
    arms: Arms, scores: pd.DataFrame, draw: Callable[[Arms, pd.DataFrame], Shown]
) -> Shown | None:
    """Draw a page's own run if it has as many seeds as the rule asks for; nothing otherwise.

    Examples
    --------
    >>> if_enough_seeds(arms, arms.scores(), lambda arms, scores: "p = .04") is None
    True
    """
    return draw(arms, scores) if scores["seed"].nunique() >= fewest_seeds() else None


def _absent(study: Study) -> HTML:
    cohort = cohort_title(study.cohort.name)
    return _admonition(
        "No reference results",
        f"The project has not run this experiment on the cohort “{cohort}” with a profile that "
        f"decides ({', '.join(REFERENCE_PROFILES)}), so nothing of it is shown here.",
    )


def _facts(folder: Path, made: results.Results, experiment: str) -> dict[str, str]:
    table = results.arms(folder)
    runs = table.loc[table["experiment"] == experiment, "run"]
    return {
        RESULTS: _named(made),
        "command": made.command,
        "commit": made.commit,
        "runs": " ".join(dict.fromkeys(runs)),
    }


def _named(made: results.Results) -> str:
    """Which results these are, and whether they could count, for a caption."""
    standing = "registered" if made.registration else "not registered, so no evidence"
    sized = f"profile {made.profile}, {counted(made.seeds, 'seed')}"
    return f"{cohort_title(made.cohort)}, {sized}; {standing}"


def _present(made: results.Results) -> HTML:
    dirty = " with uncommitted changes" if made.uncommitted else ""
    return _admonition(
        f"Reference: cohort “{made.cohort}”, profile “{made.profile}”, "
        f"{counted(made.seeds, 'seed')}",
        f"Made by <code>{made.command}</code> at commit {made.commit[:12]}{dirty}, "
        f"{made.finished[:10]}; {counted(made.runs, 'run')}, {duration(made.seconds)} of "
        f"training and scoring (sum over processes), on {made.cores} cores ({made.processor}).",
    )


def _admonition(title: str, text: str) -> HTML:
    return HTML(
        '<div class="admonition note study-reference">'
        f'<p class="admonition-title">{title}</p><p>{text}</p></div>'
    )
