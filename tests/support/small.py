"""A study on a few phantoms with three trained arms, trained once for all tests.

``small.study`` is the study, ``small.arms`` are its arms, ``small.runs`` is where its runs are.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxrstudy.runs import engine
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from tests.support.once import made_once
from tests.support.project import NETWORK, SIZE, use, write_profile

PATIENTS = {"target": 40, "external": 4, "general": 8, "pneumonia": 8}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The study, in a copy that only the tests of this process use."""
    folder = tmp_path_factory.mktemp("small")
    made = made_once(tmp_path_factory, "trained", train)
    shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)
    with at(folder) as study:
        return SimpleNamespace(study=study, arms=study.arms(arms_of(study)), runs=folder / "runs")


@pytest.fixture(scope="module")
def small(trained: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXRSTUDY_RUNS", str(trained.runs))
        yield trained


def train(folder: Path) -> None:
    write_profile(
        folder / "profiles", profile="small",
        phantom_patients=PATIENTS | {"natural_small": 70, "natural_large": 70},
        networks=dict.fromkeys(("phantom", "confounded"), NETWORK),
        stages={"all": {"all": SIZE | {"pixels": 64, "steps": 2, "batch_size": 4}}},
    )  # fmt: skip
    with at(folder) as study, in_this_process():
        study.run(arms_of(study))


@contextmanager
def at(folder: Path) -> Iterator[Study]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXRSTUDY_RUNS", str(folder / "runs"))
        use(patch, folder, "profiles")
        yield Study("small", "phantom", 2)


def arms_of(study: Study) -> dict[object, Chain]:
    target = study.stage("target")
    return {
        "control": study.pretrained >> target,
        "permuted labels": study.pretrained >> target.but(labels="permuted"),
        (2, "larger"): study.pretrained >> target.but(pixels=96),
    }


@contextmanager
def in_this_process() -> Iterator[None]:
    """Compute runs in a thread of this process, which has imported everything."""
    import torch

    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "local", one_thread)
        yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


@contextmanager
def one_thread(count: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor
