"""Results and stores of one study, and of the same with other bits, a drift, or one seed.

A test module takes the fixture over by its name: ``folders = compared.folders``.
"""

import shutil

import pytest

from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from tests.support.once import made_once
from tests.support.recorded import project, record, record_all

EXPERIMENTS = ["01_sequences", "02_shares"]


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """Results of the same study: as they are, with other bits, with one arm drifted, one seed."""
    return made_once(tmp_path_factory, "compared", make)


def make(base):
    with project(base / "here"):
        study = Study("tiny", "made", 5)
        arms = {name: experiment.arms_of(name, study) for name in EXPERIMENTS}

        def recorded(drifted=0.0, **options):
            shutil.rmtree(study.records, ignore_errors=True)
            plan = study.plan(arms["01_sequences"])
            ends = {run for (arm, _), run in plan.ends.items() if arm == "general"}
            for run in plan.runs if drifted else ():
                if run.id in ends:
                    record(study, run, signal=drifted, **options)
            for one in arms.values():
                record_all(study, one, **options)

        def written(name, seeds=5):
            results.write(Study("tiny", "made", seeds), EXPERIMENTS, base / name, "")
            shutil.copytree(study.records, base / f"{name}-store")

        recorded()
        written("first")
        written("again")
        written("single", seeds=1)
        recorded(salt=1)
        written("elsewhere")
        written("single-elsewhere", seeds=1)
        recorded(salt=1, drifted=0.05)
        written("drifted")
