"""A recorded world and an editable copy of the package, and what ``why`` answers there."""

import shutil

import pytest

from cxrstudy.base import coverage
from cxrstudy.study import experiment, why
from cxrstudy.study.study import Study
from tests.support.recorded import project, record_all


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A project with everything of 01_sequences recorded, and a copy of the package to edit."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(coverage.PACKAGE_FOLDER, tmp_path / "code", ignore=ignored)
    monkeypatch.setattr(coverage, "PACKAGE_FOLDER", tmp_path / "code")
    forget()
    with project(tmp_path / "here"):
        study = Study("tiny", "made", 2)
        record_all(study, experiment.arms_of("01_sequences", study))
        yield tmp_path
    forget()


def forget():
    coverage.forget()


def ask(arm="general", seed=0):
    (answer,) = why.of_experiment("01_sequences", arm, seed, "tiny", "made")
    return answer


def said(answer):
    return [line for line in answer.sentences() if line.startswith("- ")]
