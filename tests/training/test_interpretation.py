"""Interpretation: no confusion matrix of labels that may be present together."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fastai.interpret import ClassificationInterpretation

from cxrstudy.training import dataloaders, interpretation
from cxrstudy.training.images import RadiographDataset
from cxrstudy.training.interpretation import InterpretationError


def made(task, labels=("effusion", "nodule")):
    data = RadiographDataset.__new__(RadiographDataset)
    data.__dict__.update(task=task, labels=labels)
    found = ClassificationInterpretation.__new__(ClassificationInterpretation)
    found.__dict__["dl"] = SimpleNamespace(dataset=data)
    return found


def test_of_labels_it_is_refused_with_what_to_write():
    assert dataloaders.RadiographLoaders
    with pytest.raises(InterpretationError, match=r"effusion, nodule may be .*confusion_matrix\("):
        made("multilabel").confusion_matrix()
    with pytest.raises(InterpretationError):
        made("multilabel").most_confused()


def test_one_label_and_its_absence_are_two_classes_without_what_nobody_knows():
    found = made("binary", ("nodule",))
    chances = torch.tensor([[0.9], [0.5], [0.4], [0.1], [0.8]])
    truth = torch.tensor([[1.0], [0.0], [1.0], [0.0], [np.nan]])
    found.__dict__["learn"] = SimpleNamespace(get_preds=lambda dl: (chances, truth))
    assert found.confusion_matrix().tolist() == [[1, 1], [1, 1]]
    assert found.vocab == ["no nodule", "nodule"]
    assert found.most_confused() == [("no nodule", "nodule", 1), ("nodule", "no nodule", 1)]


def test_of_classes_and_of_other_data_it_is_fastai_s(monkeypatch):
    monkeypatch.setattr(interpretation, "_counted", lambda of: "counted")
    assert made("multiclass").confusion_matrix() == "counted"
    other = made("multiclass")
    other.__dict__["dl"] = SimpleNamespace(dataset=[1, 2])
    assert other.confusion_matrix() == "counted"
