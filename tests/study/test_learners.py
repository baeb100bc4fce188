"""Learners: a stage of a study in fastai's words has the bits of the recorded run."""

from dataclasses import replace

import fastai.vision.all  # noqa: F401 (it gives learners their methods)
import numpy as np
import pytest
import torch
from fastai.callback.progress import ProgressCallback

from cxrstudy.base.columns import score_column
from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE
from cxrstudy.study.arms import ArmsError
from cxrstudy.study.building_blocks import StudyError
from cxrstudy.training.backbone import backbone_of, read_weights
from cxrstudy.training.chain import Chain
from cxrstudy.training.expected_input import ExpectedInput
from tests.support.small import in_this_process
from tests.support.some import some


@pytest.mark.parametrize("seed", [0, 1])
def test_a_learner_gives_weights_and_scores_of_the_recorded_run(small, seed):
    study, arms = small.study, small.arms
    chain = arms["control"]
    stage = chain.stages[-1]
    with in_this_process():
        learn = study.learner(chain, seed)
        learn.remove_cb(ProgressCallback)
        learn.logger = lambda _: None
        learn.lr_find(num_it=4, show_plot=False, suggest_funcs=None)
        learn.fit_one_cycle(stage.validations, stage.learning_rate)
        found = backbone_of(learn.model)
        recorded = read_weights(
            store.checked(study.records, arms.plan.ends["control", seed], BACKBONE)
        )
        assert found.keys() == recorded.keys()
        assert all(torch.equal(found[name], recorded[name]) for name in some(found))
        learn.model.to(memory_format=torch.contiguous_format)
        target = study.cohort.role("target")
        tested = target.table.iloc[target.rows("test")]
        chances, _ = learn.get_preds(dl=learn.dls.test_dl(tested, bs=128))
    scores = arms.scores().query("arm == 'control' and role == 'target' and split == 'test'")
    scores = scores[scores["seed"] == seed]
    assert scores["id"].tolist() == tested["id"].tolist()
    columns = [score_column(label) for label in target.labels]
    np.testing.assert_array_equal(chances.numpy(), scores[columns].to_numpy())


def test_loaders_are_those_of_the_stage(small):
    study = small.study
    stage = study.stage("target").but(fraction=0.5, batch_size=2)
    dls, other = study.dataloaders(stage, 0), study.dataloaders(stage, 1)
    assert list(dls.vocab) == list(study.cohort.role("target").labels)
    assert set(dls.train.items["patient"]) != set(other.train.items["patient"])
    assert dls.train.bs == 2


def test_loaders_of_a_chain_normalise_as_its_weights_expect(small):
    study, stage = small.study, small.study.stage("target")
    expects = ExpectedInput((0.25,), (0.125,), "grey")
    chain = Chain(replace(study.random_init.start, expects=expects)) >> stage
    plain, own = study.dataloaders(stage), study.dataloaders(chain)
    grey = plain.valid.one_batch()[0] * 0.226 + 0.449
    torch.testing.assert_close(own.valid.one_batch()[0], (grey - 0.25) / 0.125)
    learner = study.learner(chain)
    torch.testing.assert_close(learner.dls.valid.one_batch()[0], own.valid.one_batch()[0])


def test_loaders_are_of_a_chain_with_a_stage_or_of_a_stage(small):
    with pytest.raises(ArmsError, match=r"has no stage; write study\.pretrained >> stage"):
        small.study.dataloaders(Chain(small.study.random_init.start))
    with pytest.raises(StudyError, match=r"a str has no loaders; write study\.dataloaders\("):
        small.study.dataloaders("target")


def test_a_chain_without_a_stage_is_refused_with_what_to_write(small):
    with pytest.raises(ArmsError, match=r"has no stage; write study\.pretrained >> stage"):
        small.study.learner(Chain(small.study.random_init.start))
