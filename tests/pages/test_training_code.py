"""Training code: what a reader copies gives the bits of the recorded run."""

import ast
from dataclasses import replace

import numpy as np
import pytest
import torch
from fastai.callback.progress import ProgressCallback
from fastai.learner import Learner

from cxrstudy.base.columns import score_column
from cxrstudy.pages.training_code import code_of, training_code
from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE
from cxrstudy.training.backbone import backbone_of, read_weights
from cxrstudy.training.chain import Chain
from cxrstudy.training.expected_input import ExpectedInput
from tests.support.small import at, in_this_process
from tests.support.some import some


@pytest.fixture
def quiet(monkeypatch):
    """Learners without progress bars."""
    made = Learner.__init__

    def init(self, *arguments, **named):
        made(self, *arguments, **named)
        self.remove_cb(ProgressCallback)
        self.logger = lambda _: None

    monkeypatch.setattr(Learner, "__init__", init)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("arm", "seed"), [("control", 1), ("permuted labels", 0), ((2, "larger"), 0)]
)
def test_the_code_of_an_arm_gives_its_recorded_weights_and_scores(small, arm, seed):
    names = {}
    with at(small.runs.parent), in_this_process():
        exec(compile(code_of(small.arms, arm, seed), "copied", "exec"), names)
        run = small.arms.plan.ends[arm, seed]
        recorded = read_weights(store.checked(small.study.records, run, BACKBONE))
        table = store_scores(small, arm, seed)
    found = backbone_of(names["model"])
    assert all(torch.equal(found[name], recorded[name]) for name in some(recorded))
    columns = [score_column(label) for label in small.study.cohort.role("target").labels]
    np.testing.assert_array_equal(names["scores"].numpy(), table[columns].to_numpy(np.float64))


@pytest.mark.usefixtures("quiet")
def test_images_are_normalised_as_the_weights_of_the_arm_expect(small):
    study, names = small.study, {}
    expects = ExpectedInput((0.5,), (0.125,), "grey", 64)
    start = replace(study.random_init.start, expects=expects)
    with at(small.runs.parent), in_this_process():
        arms = study.arms({"own": Chain(start) >> study.stage("target")})
        scores = arms.scores().query("seed == 1 and role == 'target' and split == 'test'")
        exec(compile(code_of(arms, "own", 1), "copied", "exec"), names)
    columns = [score_column(label) for label in study.cohort.role("target").labels]
    np.testing.assert_array_equal(names["scores"].numpy(), scores[columns].to_numpy(np.float64))


def store_scores(small, arm, seed):
    scores = small.arms.scores()
    chosen = (scores["seed"] == seed) & (scores["role"] == "target") & (scores["split"] == "test")
    return scores[chosen & np.array([each == arm for each in scores["arm"]])]


def test_values_of_the_arm_are_filled_in(small):
    stage = small.study.stage("target").but(mixup=0.25, schedule="bit", steps=6, validations=2)
    arms = small.study.arms({"a": small.study.random_init >> stage.but(pixels=48) >> stage})
    code = code_of(arms, "a")
    assert "MixUp(0.25)" in code
    assert "learn.fit(2, cbs=[bit_schedule(dls, stage)])" in code
    assert "partial(SGD, mom=0.9)" in code
    assert "pixels=48" in code
    names = {}
    exec(code.split("dls =")[0].replace("study = ", "# "), names)
    assert names["chain"] == arms["a"]


def test_every_arm_has_a_toggle_and_text_is_escaped(small):
    arms = small.study.arms({"<b>": small.arms["control"], ("c", 2): small.arms["control"]})
    shown = training_code(arms).data
    assert shown.count("<details") == 3
    assert "<summary>&lt;b&gt;</summary>" in shown
    assert "<summary>c, 2</summary>" in shown
    assert "<b>" not in shown


def test_a_repeat_is_drawn_with_a_seed_of_its_own(small):
    stage = small.study.stage("target")
    arms = small.study.arms({"a": small.study.random_init >> stage.but(repeat=1)})
    code = code_of(arms, "a", 3)
    assert f"Reproducible({stage.but(repeat=1, seed=3).drawn_with})" in code
    assert "repeat=1" in code


@pytest.mark.parametrize("arm", ["control", (2, "larger")])
def test_the_code_imports_what_it_uses_and_nothing_else(small, arm):
    tree = ast.parse(code_of(small.arms, arm))
    imported = [
        (name.asname or name.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    ]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert sorted(imported) == sorted(set(imported) & used)
