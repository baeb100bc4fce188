"""Live programme: the steps of a network computed by PyTorch; the front end is compared with it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cxrstudy.pages.live_network.programme import Step
from cxrstudy.pages.live_network.quantised import written
from cxrstudy.runs.network import TrainedNetwork


def computed(steps: Sequence[Step], images: Tensor) -> Tensor:
    """Logits of a programme for normalised images."""
    results: list[Tensor] = []
    for step in steps:
        results.append(images if step.does == "image" else one(step, [results[n] for n in step.of]))
    return results[-1]


def one(step: Step, of: list[Tensor]) -> Tensor:
    side, stride, padding = step.window.side, step.window.stride, step.window.padding
    if step.weight is not None:
        weight, bias = torch.from_numpy(step.weight), torch.from_numpy(step.bias)
        return functional.conv2d(of[0], weight, bias, stride, padding)
    return {
        "relu": lambda: functional.relu(of[0]),
        "add": lambda: of[0] + of[1],
        "pool": lambda: of[0].mean((2, 3), keepdim=True),
        "max": lambda: functional.max_pool2d(of[0], side, stride, padding),
        "mean": lambda: functional.avg_pool2d(of[0], side, stride, ceil_mode=True),
    }[step.does]()


def trained_a_little(model: nn.Module, channels: int = 1) -> nn.Module:
    """Batch norms get statistics, factors and addends that are not those of a new network."""
    torch.manual_seed(5)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.3)
            nn.init.normal_(module.bias, 0, 0.3)
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, channels, 64, 64) * 2)
    return model.eval()


def stored(network: TrainedNetwork, steps: Sequence[Step]) -> dict[str, Any]:
    """A network as a page holds it."""
    expects = network.expects
    return {
        "name": "made", "run": "", "mean": list(expects.mean),
        "deviation": list(expects.deviation), "steps": written(steps), "ranks": {},
    }  # fmt: skip


def greys(images: int, pixels: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (images, pixels, pixels), np.uint8)
