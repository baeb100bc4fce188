"""Features: what the head makes of them is what the network says."""

import numpy as np
import pytest
import torch

from cxrstudy.explain.features import features


@pytest.fixture(scope="module")
def network(small):
    return small.arms.network("control", 0)


@pytest.fixture(scope="module")
def squares(small, network):
    role = small.arms.study.cohort.role("target")
    return small.arms.study.squares(role, network.pixels)[np.arange(40)]


def test_the_head_makes_the_scores_of_the_features(network, squares):
    found = features(network, squares)
    head = network.model.get_submodule(network.model.pretrained_cfg["classifier"])
    with torch.inference_mode():
        scores = head(torch.from_numpy(found)).softmax(1).numpy()
    np.testing.assert_allclose(scores, network.probabilities(squares), atol=1e-5)


def hooks(network):
    return [len(module._forward_pre_hooks) for module in network.model.modules()]


def test_the_network_is_left_as_it_was(network, squares):
    before, there = network.probabilities(squares[:3]), hooks(network)
    features(network, squares[:3])
    assert hooks(network) == there
    np.testing.assert_array_equal(network.probabilities(squares[:3]), before)
