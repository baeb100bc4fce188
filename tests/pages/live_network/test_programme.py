"""Programme: its steps give the network's logits; what no step does is refused by name."""

import pytest
import torch
from torch import nn

from cxrstudy.pages.live_network.programme import ProgrammeError, programme_of
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import create
from tests.support.explored import made_network
from tests.support.live_programme import computed, trained_a_little
from tests.support.networks import FAMILIES, family, noise


@pytest.mark.parametrize("pixels", [64, 72])
def test_the_steps_give_the_logits_of_the_network(pixels):
    model = trained_a_little(made_network(3).model)
    images = noise(3, pixels)
    steps = programme_of(model, 1, pixels)
    with torch.no_grad():
        wanted = model(images)
    assert wanted.std() > 0.01
    assert torch.allclose(computed(steps, images).flatten(1), wanted, atol=1e-5)
    assert not any(step.does in ("norm", "identity") for step in steps)


def test_shapes_are_those_of_the_results():
    steps = programme_of(made_network().model, 1, 64)
    assert steps[0].shape == (1, 64, 64)
    assert steps[-1].shape == (3, 1, 1)
    assert [step.shape[1] for step in steps if step.does == "max"] == [16]


def test_a_network_for_colours_keeps_its_three_channels():
    expects = ExpectedInput((0.5, 0.4, 0.3), (0.2, 0.3, 0.4), "RGB")
    start = Start("resnet10t", "random", (("channels", (8, 8, 8, 8)),), expects)
    model = trained_a_little(create(start, 2), channels=3)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        wanted = model(images)
    assert torch.allclose(
        computed(programme_of(model, 3, 64), images).flatten(1), wanted, atol=1e-5
    )


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"resnet10t"}))
def test_other_families_are_refused_or_computed(name):
    """A network is never computed wrongly: what no step does is named."""
    model = family(name)
    try:
        steps = programme_of(model, 1, 64)
    except ProgrammeError:
        return
    images = noise(2, 64)
    with torch.no_grad():
        assert torch.allclose(computed(steps, images).flatten(1), model(images), atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (nn.Conv2d(1, 4, 3, dilation=2), "0 is not a plain square window"),
        (nn.Conv2d(1, 4, (3, 1)), "0 is not a plain square window"),
        (nn.Conv2d(1, 4, 3, padding=1, padding_mode="reflect"), "0 does not pad with zeros"),
        (nn.BatchNorm2d(1), "0 does not follow a convolution of its own"),
        (nn.AvgPool2d(3, 1, 1), "no step does what 0 does"),
        (nn.Sigmoid(), "no step does what 0 does"),
    ],
)
def test_what_no_step_does_is_named(layer, words):
    with pytest.raises(ProgrammeError, match=words):
        programme_of(nn.Sequential(layer).eval(), 1, 16)


def test_a_number_beside_images_is_refused():
    class Shifted(nn.Module):
        def forward(self, images):
            return images + 1

    with pytest.raises(ProgrammeError, match="takes a number beside images"):
        programme_of(Shifted(), 1, 16)


def test_what_can_not_be_traced_is_refused():
    class Deciding(nn.Module):
        def forward(self, images):
            return images if images.sum() > 0 else -images

    with pytest.raises(ProgrammeError, match="can't be traced"):
        programme_of(Deciding(), 1, 16)
