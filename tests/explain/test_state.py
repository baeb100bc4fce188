"""A network is left as it was found: modes, flags, gradients, hooks, parts and weights."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from cxrstudy.explain import METHODS, heatmaps
from tests.support.networks import family, noise


def facts(model: nn.Module) -> dict[str, Any]:
    return {
        "modes": [module.training for module in model.modules()],
        "flags": [parameter.requires_grad for parameter in model.parameters()],
        "parts": [id(module) for module in model.modules()],
        "hooks": [
            [list(hooks) for hooks in (m._forward_hooks, m._forward_pre_hooks, m._backward_hooks)]
            for m in model.modules()
        ],
        "gradients": [
            None if parameter.grad is None else parameter.grad.sum().item()
            for parameter in model.parameters()
        ],
        "weights": [float(value.double().sum()) for value in model.state_dict().values()],
    }


@pytest.fixture
def model() -> nn.Module:
    """In the middle of a training: mixed modes, frozen layers, gradients, a hook of its own."""
    model = family("resnet10t")
    model.train()
    model(noise(4, 64)).sum().backward()
    model.layer1.eval()
    for parameter in model.layer2.parameters():
        parameter.requires_grad_(False)
    model.layer4.register_forward_hook(lambda layer, inputs, output: None)
    return model


@pytest.mark.parametrize("method", METHODS)
def test_after_success(model: nn.Module, method: str) -> None:
    before = facts(model)
    heatmaps(model, noise(2, 64), 1, method)
    assert facts(model) == before


@pytest.mark.parametrize("error", [RuntimeError, IndexError, KeyboardInterrupt])
@pytest.mark.parametrize(
    ("method", "passes"),
    [(name, 0) for name in METHODS]
    + [(name, 2) for name, method in METHODS.items() if method.slow],
)
def test_after_an_exception(
    model: nn.Module, method: str, error: type[BaseException], passes: int
) -> None:
    # In the first pass, or, with a slow method, in the middle of its work.
    seen = 0

    def fail(layer: nn.Module, inputs: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > passes:
            raise error("planted")

    model.fc.register_forward_pre_hook(fail)
    before = facts(model)
    with pytest.raises(error, match="planted"):
        heatmaps(model, noise(2, 64), 1, method)
    assert facts(model) == before


@pytest.mark.parametrize("method", METHODS)
def test_after_cancelling_half_way(model: nn.Module, method: str) -> None:
    def stop(share: float) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    before = facts(model)
    with pytest.raises(KeyboardInterrupt):
        heatmaps(model, noise(2, 64), 1, method, report=stop)
    assert facts(model) == before


def test_training_goes_on_with_the_same_bits(model: nn.Module) -> None:
    def step(look: Callable[[nn.Module], object]) -> list[float]:
        torch.manual_seed(0)
        copy = family("resnet10t")
        optimiser = torch.optim.SGD(copy.parameters(), 0.1)
        for _ in range(2):
            look(copy)
            optimiser.zero_grad()
            copy(noise(4, 64)).square().sum().backward()
            optimiser.step()
        return [float(value.double().sum()) for value in copy.state_dict().values()]

    assert step(lambda copy: None) == step(lambda copy: [heatmaps(copy, noise(2, 64), 0)])
