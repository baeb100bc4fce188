"""Page: all questions asked of a study's cohort, for a chapter and for the book's first page."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.audit import run_audit
from cxrstudy.base import places
from cxrstudy.base.columns import of_arms
from cxrstudy.base.notebooks import read_notebook
from cxrstudy.data.own.obstacles import in_the_cohort
from cxrstudy.pages import levels
from cxrstudy.pages.html import HTML
from cxrstudy.pages.your_set.answer import Answer, answer_shown
from cxrstudy.pages.your_set.compared import Compared, compare, minutes_of
from cxrstudy.pages.your_set.fitness import fitness
from cxrstudy.pages.your_set.patients import more_patients, unknown
from cxrstudy.pages.your_set.recipes import best_recipes, certainty
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.statistics import auroc
from cxrstudy.study.arms import Arms
from cxrstudy.study.experiment import arms_of, experiment_names, has_arms_for
from cxrstudy.study.study import Study

#: The chapter whose answers the first page shows.
CHAPTER = "25_your_set"
#: What the arms of each experiment that compares recipes differ in.
RECIPES = {
    "02_pretraining_source": "initial weights",
    "03_resolution": "resolution",
    "04_mixup": "MixUp and length",
    "06_sequential_schemes": "sequence of sets",
}
#: The experiment about numbers of patients.
PATIENTS = "05_low_data"
#: Key in the metadata of a cell's output under which answers are stored.
ANSWERS = "cxrstudy_answers"


def answers(study: Study) -> list[Answer]:
    """Ask all questions of a study's cohort; trains what is not recorded.

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> answers(Study("quick", "hospital", seeds=5))  # doctest: +SKIP
    """
    name, profile = study.cohort.name, study.profile.profile
    asked = auroc(study.label)
    recipes = list(_compared(study))
    return [
        fitness(run_audit(name, profile), in_the_cohort(name)),
        best_recipes(recipes, asked.name),
        certainty(recipes),
        _patients(study),
    ]


def keep_answers(study: Study, found: Sequence[Answer]) -> None:
    """Store answers in the notebook for the book's first page; show nothing.

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> study = Study("quick", "hospital", seeds=5)  # doctest: +SKIP
    >>> keep_answers(study, answers(study))  # doctest: +SKIP
    """
    from IPython.display import display

    stored = {
        "title": study.cohort.title,
        "own": places.own() in places.cohort(study.cohort.name).parents,
        "answers": [{"question": one.question, "said": one.said} for one in found],
    }
    display({"text/html": ""}, metadata={ANSWERS: stored}, raw=True)


def answer_to(question: str, found: Sequence[Answer]) -> HTML:
    """The answer to a question, which is the heading above it.

    Raises
    ------
    LookupError
        Nobody asked this question.

    Examples
    --------
    >>> answer_to("How sure is that?", [certainty([])]).data
    '<p>Nothing was compared.</p>'
    """
    asked = {one.question: one for one in found}
    if question not in asked:
        raise LookupError(f"{question!r} was not asked; there are {', '.join(asked)}")
    return answer_shown(asked[question])


def on_first_page(chapters: Path) -> HTML:
    """The answers about a user's own cohort; nothing if the book is about one of ours.

    Parameters
    ----------
    chapters
        Folder of the book's executed notebooks.
    """
    stored = _stored(chapters / f"{CHAPTER}.ipynb")
    if not stored or not stored["own"]:
        return HTML("")
    items = "".join(
        f"<dt>{escape(one['question'])}</dt><dd>{one['said']}</dd>" for one in stored["answers"]
    )
    return HTML(
        f'<div class="study-found"><p><b>{escape(stored["title"])}</b>: what this book found on '
        f"your own radiographs.</p><dl>{items}</dl>"
        f'<p><a href="experiments/{CHAPTER}.html">What these answers rest on</a>. The rest of this '
        "page is about the papers.</p></div>"
    )


def _stored(notebook: Path) -> dict[str, Any]:
    if not notebook.is_file():
        return {}
    kept = [
        output.get("metadata", {}).get(ANSWERS)
        for cell in read_notebook(notebook).cells
        for output in cell.get("outputs", [])
    ]
    return next((dict(each) for each in kept if each), {})


def _compared(study: Study) -> Iterator[Compared]:
    there = experiment_names()
    for name, what in RECIPES.items():
        if name not in there or not has_arms_for(name, study.cohort.name):
            continue
        arms = arms_of(name, study)
        scores = _scores(arms)
        if name == "04_mixup" and len(scores):
            scores = levels.once(scores)
        yield compare(name, what, scores, auroc(study.label), minutes_of(arms), arms.failed)


def _scores(arms: Arms) -> pd.DataFrame:
    """Scores of arms; none if none of them has a result."""
    try:
        return arms.scores()
    except NoResultError:
        return pd.DataFrame({"arm": [], "seed": [], "split": []})


def _patients(study: Study) -> Answer:
    if PATIENTS not in experiment_names():
        return unknown()
    arms = arms_of(PATIENTS, study)
    sizes = levels.patients_of(arms).set_index("level")["patients"]
    scores = _scores(arms)
    failed = arms.failed
    learnt = of_arms(scores, [arm for arm in dict.fromkeys(scores["arm"]) if arm not in failed])
    return more_patients(learnt, auroc(study.label), sizes.to_dict(), len(failed))
