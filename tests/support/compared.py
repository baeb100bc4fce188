"""Results and stores of one study, and of the same with other bits, a drift, or one seed.

A test module takes the fixture over by its name: ``folders = compared.folders``.
"""

import shutil

import pytest

from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from tests.support.recorded import project, record, record_all

EXPERIMENTS = ["01_sequences", "02_shares"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Results of the same study: as they are, with other bits, with one arm drifted, one seed."""
    base = tmp_path_factory.mktemp("compare")
    with project(base / "here"):
        study = Study("tiny", "made", 5)
        arms = {name: experiment.arms_of(name, study) for name in EXPERIMENTS}

        def written(name, seeds=5, drifted=0.0, **options):
            shutil.rmtree(study.records, ignore_errors=True)
            plan = study.plan(arms["01_sequences"])
            ends = {run for (arm, _), run in plan.ends.items() if arm == "general"}
            for run in plan.runs if drifted else ():
                if run.id in ends:
                    record(study, run, signal=drifted, **options)
            for one in arms.values():
                record_all(study, one, **options)
            smaller = Study("tiny", "made", seeds)
            results.write(smaller, EXPERIMENTS, base / name, "")
            shutil.copytree(study.records, base / f"{name}-store")

        written("first")
        written("again")
        written("elsewhere", salt=1)
        written("drifted", salt=1, drifted=0.05)
        written("single", seeds=1)
        written("single-elsewhere", seeds=1, salt=1)
    return base
