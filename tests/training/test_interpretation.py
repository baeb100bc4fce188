"""Interpretation: no confusion matrix of labels that may be present together."""

from types import SimpleNamespace

import pytest
from fastai.interpret import ClassificationInterpretation

from cxrstudy.training import dataloaders, interpretation
from cxrstudy.training.images import RadiographDataset
from cxrstudy.training.interpretation import InterpretationError


def made(task):
    data = RadiographDataset.__new__(RadiographDataset)
    data.__dict__.update(task=task, labels=("effusion", "nodule"))
    found = ClassificationInterpretation.__new__(ClassificationInterpretation)
    found.__dict__["dl"] = SimpleNamespace(dataset=data)
    return found


def test_of_labels_it_is_refused_with_what_to_write():
    assert dataloaders.RadiographLoaders
    with pytest.raises(InterpretationError, match=r"effusion, nodule may be .*confusion_matrix\("):
        made("multilabel").confusion_matrix()
    with pytest.raises(InterpretationError):
        made("multilabel").most_confused()


def test_of_classes_and_of_other_data_it_is_fastai_s(monkeypatch):
    monkeypatch.setattr(interpretation, "_counted", lambda of: "counted")
    assert made("multiclass").confusion_matrix() == "counted"
    other = made("multiclass")
    other.__dict__["dl"] = SimpleNamespace(dataset=[1, 2])
    assert other.confusion_matrix() == "counted"
