"""Given weights: networks as the hub has them, and files of weights as a user names them."""

import hashlib
from dataclasses import replace
from pathlib import Path

import timm
import torch

from tests.support.builders import TINY


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def given(path, start=TINY):
    return replace(start, weights=f"file:{path}#{sha256(path)}")


def colour_network(seed=5, **changes):
    """A network as the hub has it: three channels, a thousand classes, not fresh."""
    torch.manual_seed(seed)
    options = dict(TINY.options) | changes
    model = timm.create_model("resnet10t", num_classes=1000, **options)
    model.train()(torch.randn(4, 3, 32, 32))
    return model.eval()


def assert_sees_the_same(folded, colour, tolerance=1e-5):
    grey = torch.rand(2, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = colour.forward_features(grey.expand(2, 3, 48, 48))
        features = folded.eval().forward_features(grey)
    assert expected.std() > 0.01
    torch.testing.assert_close(features, expected, rtol=10 * tolerance, atol=tolerance)
