"""New experiment: a notebook, its claims and a recipe, from a template that runs as it is.

The notebook has the order of the results chapters: the question, what recorded results say of it,
limits, the arms, and then the reader's own run.
"""

import keyword
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat

from cxrstudy.base import places
from cxrstudy.base.atomic import write_file

_RECIPE = '''"""Recipe of the experiment {name}: what its arm changes in a training."""

from fastai.losses import LabelSmoothingCrossEntropyFlat


def changed(parts, eps=0.1):
    """Give a part of each label to all classes; change this to what you want to test."""
    return parts.but(loss=LabelSmoothingCrossEntropyFlat(eps=eps))
'''

_CLAIMS = """\
# The claims of the experiment {name}. Change words, test and sizes before you register them.
paper: {name}
citation: our own question
abstract:
  - parts:
      - words: the change improves the recognition of COVID-19
        kind: claim
        claims: [{name}-1]
claims:
  - id: {name}-1
    words: the change improves the recognition of COVID-19
    test: AUROC of COVID-19 against the rest is higher with the change than without
    experiment: {name}
    label: covid19
    arm: changed
    against: control
    relevant: 0.02
    because: write here why a smaller difference would not matter
    budgets: [profile]
    control: the same start, images, steps and seeds, without the change
"""

_TITLE = """# {title}

**Write the question in one sentence.**"""

_PARAMETERS = """# parameters
profile = "quick"  # any of profiles/, or your own: sizes and budgets
cohort = "phantom"  # any of data_manifests/cohorts, or your own: source of the radiographs
seeds = 1  # 1 to 20: repeats of every arm, paired across arms"""

_SETUP = """from cxrstudy.notebook import (
    Study,
    beside,
    check_parameters,
    contrasts,
    estimates,
    figures,
    if_enough_seeds,
    judge,
    metrics,
    reference_of,
    show,
)

check_parameters()
figures.use_style()
study = Study(profile, cohort, seeds)
auroc = metrics.auroc(study.label)"""

_EVIDENCE = """## What the evidence says

What recorded results say of the claim in `claims/{name}.yaml`. There are none before it is
registered and `cxrstudy results write` has recorded runs of it.

```{{computed}} evidence
:of: {name}
```"""

_RECORDED = '''recorded = reference_of(study, "{name}")


def answer(arms, scores):
    """Draw the answer: the difference of every arm to the control."""
    return figures.differences(contrasts(scores, auroc, against="control"), auroc.name)


beside(recorded, answer)'''

_LEVELS = '''def levels(arms, scores):
    """Show the estimate of every arm."""
    return show.table(estimates(scores, auroc), ["arm", "estimate", "patients"])


beside(recorded, levels)'''

_LIMITS = """## What these numbers can't show

- Write here what the arms can't tell apart, and to whom the images do not generalise.
- With one seed an estimate holds the chance of one training, which is as large as most differences
  between arms."""

_ABOUT_ARMS = """## The arms

The arm *changed* uses the recipe in `{name}.py`, which lies beside this notebook."""

_ARMS = """start, target = study.pretrained, study.stage("target")

arms = study.arms(
    {{
        "control": start >> target,
        "changed": start >> target.but(recipe=study.recipe("{name}:changed", eps=0.1)),
    }}
)"""

_OWN_RUN = """## Your run

What this execution gave, beside the record. A run with fewer seeds than the rule asks for decides
nothing."""

_AGREEMENT = 'show.agreement("{name}", scores, recorded, arms.failed)'
_DIFFERENCE = '''def tested(arms, scores):
    """Show the differences with their p values."""
    return show.table(
        contrasts(scores, auroc, against="control"), ["arm", "estimate", "p"], estimate="difference"
    )


if_enough_seeds(arms, scores, tested)'''
_VERDICT = 'show.table(judge.judged_arms("{name}", arms), ["claim", "contrast", "verdict", "why"])'


class NewExperimentError(ValueError):
    """An experiment can't be made; the message says what to do."""


def new_experiment(name: str) -> list[Path]:
    """Write a notebook, a claims file and a recipe, and add the notebook to the book.

    Parameters
    ----------
    name
        Name of the experiment: small letters, digits and ``_``, beginning with a letter.

    Returns
    -------
    The files, in the order in which to change them: recipe, notebook, claims, table of contents.

    Raises
    ------
    NewExperimentError
        The name is not legal, a file exists already, or the project is the copy in an installed
        package.
    """
    taken = keyword.iskeyword(name) or name in sys.stdlib_module_names
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or taken:
        raise NewExperimentError(
            f"name {name!r}: write small letters, digits and _, beginning with a letter, and no "
            "name of a module of Python, as in: cxrstudy experiment new label_smoothing"
        )
    if places.root() == places.COPY:
        raise NewExperimentError(
            f"{places.root()} is the project in the installed package, which is not changed; name "
            f"a checkout, or another project, in {places.PROJECT}"
        )
    files = {
        places.notebooks() / f"{name}.py": _RECIPE.format(name=name),
        places.notebooks() / f"{name}.ipynb": _notebook(name),
        places.claims() / f"{name}.yaml": _CLAIMS.format(name=name),
    }
    for path in files:
        if path.exists():
            raise NewExperimentError(f"{path} exists already; choose another name, or delete it")
    for path, text in files.items():
        write_file(path, text.encode())
    return [*files, *_in_contents(name)]


def _notebook(name: str) -> str:
    cells = [
        nbformat.v4.new_markdown_cell(_TITLE.format(name=name, title=name.replace("_", " "))),
        _code(_PARAMETERS, "parameters"),
        _code(_SETUP, "remove-input"),
        nbformat.v4.new_markdown_cell(_EVIDENCE.format(name=name)),
        _code(_RECORDED.format(name=name), "remove-input"),
        _code(_LEVELS, "remove-input"),
        _code("recorded.banner", "remove-input"),
        nbformat.v4.new_markdown_cell(_LIMITS),
        nbformat.v4.new_markdown_cell(_ABOUT_ARMS.format(name=name)),
        _code(_ARMS.format(name=name), "arms"),
        _code("scores = arms.scores()", "remove-output"),
        nbformat.v4.new_markdown_cell(_OWN_RUN),
        _code("show.banner(study)", "remove-input"),
        _code(_AGREEMENT.format(name=name), "remove-input"),
        _code(_VERDICT.format(name=name), "remove-input"),
        _code("answer(arms, scores)", "remove-input"),
        _code(_DIFFERENCE, "remove-input"),
        nbformat.v4.new_markdown_cell("## How the arms were trained"),
        _code("show.training_curves(arms)", "remove-input"),
        nbformat.v4.new_markdown_cell("## Train an arm by hand"),
        _code("show.training_code(arms)", "remove-input"),
        nbformat.v4.new_markdown_cell("## Repeat this page"),
        _code(f'show.command(study, "{name}")', "remove-input"),
        _code("show.runs(arms)", "remove-input"),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number:02d}"
    made = nbformat.v4.new_notebook(cells=cells, metadata=_METADATA)
    return str(nbformat.writes(made)) + "\n"


_METADATA: Mapping[str, Mapping[str, str]] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _code(source: str, tag: str) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = nbformat.v4.new_code_cell(source, metadata={"tags": [tag]})
    return made


def _in_contents(name: str) -> list[Path]:
    """Add a chapter after the last experiment of the book; nothing where there is no book."""
    path = places.root() / "book" / "_toc.yml"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    chapters = [number for number, line in enumerate(lines) if "file: experiments/" in line]
    # The verdicts are about all experiments, and come after them.
    after = [number for number in chapters if "_verdicts" in lines[number]] or chapters[-1:]
    if not after:
        raise NewExperimentError(
            f"{path} has no chapter `- file: experiments/...` to add one after"
        )
    indent = lines[after[0]].partition("-")[0]
    lines.insert(after[0], f"{indent}- file: experiments/{name}")
    write_file(path, ("\n".join(lines) + "\n").encode())
    return [path]
