"""What only a GPU runs, as far as it goes without one; the rest is `benchmarks/gpu.py`'s."""

import numpy as np
import pytest
import torch
from fastai.callback.fp16 import AMPMode, MixedPrecision
from torch import nn

from cxrstudy.training.batches import loaders
from cxrstudy.training.model import build, expected_input_of, normalise
from cxrstudy.training.train import make_learner
from tests.support.builders import STAGE, TINY, make_role


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


class Elsewhere(nn.Sequential):
    """A network that stays on the CPU, and notes where it was sent."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.sent = []

    def to(self, *places, **named):
        self.sent += [str(place) for place in places]
        return self


class Named:
    """Loaders of the CPU under the name of another device."""

    def __init__(self, made, device):
        self.made, self.device = made, device

    def __getattr__(self, name):
        return getattr(self.made, name)


@pytest.mark.parametrize(("device", "is_mixed"), [("cuda", True), ("cuda:1", True), ("cpu", False)])
def test_on_a_gpu_and_nowhere_else_training_is_mixed_with_bfloat16(made, device, is_mixed):
    body = build(TINY, 2, 0, None)
    model = Elsewhere(body)
    dls = loaders(made.role, made.pixels, STAGE, expected_input_of(body), "cpu")
    learner = make_learner(model, Named(dls, device), STAGE)
    modes = [each.amp_mode for each in learner.cbs if isinstance(each, MixedPrecision)]
    assert modes == [AMPMode.BF16] * is_mixed
    assert model.sent[0] == device


def test_images_are_normalised_where_the_network_is():
    images = np.zeros((2, 32, 32), np.uint8)
    expects = expected_input_of(build(TINY, 2, 0, None))
    assert normalise(images, expects, "meta").device == torch.device("meta")
    assert normalise(images, expects, "cpu").device == torch.device("cpu")
