"""Why: names exactly what was changed, and nothing where nothing that matters was."""

import shutil

import nbformat
import pytest

from cxrstudy.base import places
from cxrstudy.runs.store import StoreError
from cxrstudy.study import experiment, why
from cxrstudy.study.study import Study
from tests.support import explained
from tests.support.explained import ask, forget, said
from tests.support.recorded import record

world = explained.world


# --- What does not count ------------------------------------------------------------------------


def test_nothing_changed_and_nothing_is_run_again(world):
    assert ask().recorded
    assert ask().sentences()[0].endswith("is recorded and will not run again.")


def test_a_comment_or_docstring_of_the_loader_re_runs_nothing(world):
    path = world / "code" / "pixels" / "memory_map.py"
    path.write_text('"""Another docstring."""\n# a comment\n' + path.read_text().split('"""', 2)[2])
    forget()
    assert ask().recorded


def test_a_figure_function_re_runs_nothing(world):
    (path,) = {*world.glob("code/pages/figures/__init__.py")}
    path.write_text(path.read_text() + "\n\ndef more():\n    return 1\n")
    forget()
    assert ask().recorded


def test_prose_of_the_notebook_re_runs_nothing(world):
    path = places.notebooks() / "01_sequences.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("Other words."))
    notebook.cells[1].source = "# another comment\n" + notebook.cells[1].source
    nbformat.write(notebook, path)
    assert ask().recorded


# --- Which run is nearest -----------------------------------------------------------------------


def test_of_equally_near_runs_the_last_one_is_told(world):
    study = Study("tiny", "made", 4)
    plan = study.plan({"general": experiment.arms_of("01_sequences", study)["general"]})
    for run in plan.runs:
        if run.chain.stages[-1].seed == 3:
            record(study, run, finished="2026-11-23T00:00:00+00:00")
    assert ask(seed=2).nearest.id == plan.ends["general", 3]


def test_a_recorded_run_is_compared_with_the_others(world):
    study = Study("tiny", "made", 2)
    plan = study.plan(experiment.arms_of("01_sequences", study))
    answer = why.of_recorded(plan.ends["control", 0][:16])
    assert answer.recorded
    assert answer.nearest.id == plan.ends["control", 1]
    assert said(answer) == ["- parameter seed: 0 here, 1 there (stage target)"]


def test_an_empty_store_has_nothing_to_compare_with(world):
    shutil.rmtree(Study("tiny", "made", 1).records)
    assert ask().sentences()[1] == "No other run is recorded to compare it with."


def test_a_run_that_is_not_recorded_is_an_error(world):
    with pytest.raises(StoreError, match="'zzz' is no run"):
        why.of_recorded("zzz")
