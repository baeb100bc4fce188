"""Measures: the study's metrics inside a fastai learner."""

import numpy as np
import pytest
from fastai.callback.progress import ProgressCallback
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from cxrstudy.statistics import auroc, average_precision, brier, macro_auroc
from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.measures import measures
from cxrstudy.training.model import build
from cxrstudy.training.train import make_learner
from tests.support.builders import STAGE, TINY, make_role


def quiet_learner(folder, kind, labels, **options):
    made = make_role(folder, kind, labels, images=200, **options)
    dls = RadiographLoaders.of_stage(made.role, made.pixels, STAGE)
    learn = make_learner(build(TINY, len(labels), 0, None), dls, STAGE)
    learn.remove_cb(ProgressCallback)
    return learn


def test_values_are_those_of_scikit_learn_on_the_validation_split(tmp_path):
    learn = quiet_learner(tmp_path, "multiclass", ("normal", "covid19"))
    asked = auroc("covid19"), average_precision("normal"), brier("covid19")
    learn.metrics = measures(learn.dls, *asked, macro_auroc(["normal", "covid19"]))
    _, *found = learn.validate()
    scores, truth = (part.numpy() for part in learn.get_preds())
    expected = [
        roc_auc_score(truth, scores[:, 1]),
        average_precision_score(truth == 0, scores[:, 0]),
        brier_score_loss(truth, scores[:, 1]),
        np.mean([roc_auc_score(truth == k, scores[:, k]) for k in (0, 1)]),
    ]
    assert found == pytest.approx(expected, abs=1e-7)
    assert learn.metrics[0].name == "AUROC of COVID-19 vs rest"


def test_unknown_labels_are_left_out_and_patients_count_once(tmp_path):
    learn = quiet_learner(tmp_path, "multilabel", ("a", "b"), unknown=0.3)
    learn.metrics = [
        *measures(learn.dls, auroc("b")), *measures(learn.dls, auroc("b"), per_patient=True)
    ]  # fmt: skip
    _, each, per_patient = learn.validate()
    scores, truth = (part.numpy()[:, 1] for part in learn.get_preds())
    known = ~np.isnan(truth)
    assert each == pytest.approx(roc_auc_score(truth[known], scores[known]))
    table = learn.dls.valid.items.assign(score=scores, truth=truth)[known].groupby("patient")
    assert len(table) < known.sum()
    expected = roc_auc_score(table["truth"].max(), table["score"].mean())
    assert per_patient == pytest.approx(expected, abs=1e-7)


def test_a_label_that_the_loaders_do_not_have_is_refused(tmp_path):
    learn = quiet_learner(tmp_path, "multiclass", ("normal", "covid19"))
    with pytest.raises(ValueError, match="no label 'flu'; the labels are normal, covid19"):
        measures(learn.dls, auroc("flu"))
