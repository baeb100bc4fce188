"""``cxrstudy run``: computes all experiments together, then executes their notebooks."""

import os

import pytest

from cxrstudy.pages import batch_execution
from cxrstudy.runs import engine
from cxrstudy.training import trackers
from tests.support import planned
from tests.support.commands import cxrstudy
from tests.support.planned import TINY

world, records = planned.world, planned.records


@pytest.fixture
def steps(monkeypatch):
    """What `cxrstudy run` would do, in order, with the engine of that moment."""
    done = []
    for name in (engine.VARIABLE, trackers.VARIABLE):
        monkeypatch.setenv(name, "")  # so that what a command sets is taken back
    monkeypatch.setattr(
        engine,
        "compute",
        lambda jobs: done.append(
            ("compute", len(jobs), os.environ[engine.VARIABLE], os.environ[trackers.VARIABLE])
        ),
    )
    monkeypatch.setattr(
        batch_execution,
        "execute_changed",
        lambda listed, _: (
            done.append([(each.notebook.stem, each.parameters) for each in listed]) or listed
        ),
    )
    return done


def test_run_computes_all_experiments_together_and_then_executes_all_notebooks(steps):
    result = cxrstudy("run", *TINY)
    asked = {"profile": "tiny", "cohort": "made", "seeds": 1}
    assert steps == [
        ("compute", 5, "", ""),
        [("01_one", asked), ("02_two", asked), ("10_none", asked)],
    ]
    assert "5 runs: 0 recorded or not needed, 5 to do." in result.err
    assert "executed/made-tiny\n" in result.out


def test_run_of_an_experiment_executes_its_notebook_only_on_the_engine_asked_for(steps):
    cxrstudy("run", "01", *TINY, "--seeds", "2", "--dask", "host:8786", "--tracker", "tensorboard")
    asked = {"profile": "tiny", "cohort": "made", "seeds": 2}
    assert steps == [("compute", 6, "dask:host:8786", "tensorboard"), [("01_one", asked)]]


def test_run_of_a_chapter_that_trains_nothing_computes_nothing(steps):
    cxrstudy("run", "10", *TINY)
    assert steps == [[("10_none", {"profile": "tiny", "cohort": "made", "seeds": 1})]]


def test_run_may_leave_the_notebooks_and_slurm_may_have_no_options(steps):
    cxrstudy("run", "01", *TINY, "--slurm", "", "--no-notebooks")
    assert steps == [("compute", 3, "slurm:", "")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--dask", "host:1", "--slurm", ""), "--dask and --slurm exclude each other"),
        (("--tracker", "mlflow"), "no tracker 'mlflow'; the trackers are tensorboard, wandb"),
    ],
)
def test_run_refuses_what_makes_no_sense_before_anything_is_computed(steps, options, said):
    result = cxrstudy("run", *TINY, *options)
    assert (result.status, steps) == (1, [])
    assert said in result.err
