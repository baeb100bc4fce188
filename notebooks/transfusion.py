"""Recipes and the small network of Raghu et al. 2019, Transfusion."""

from itertools import pairwise

from torch import nn

from cxrstudy.training.layers import layer_groups


def first_blocks(parts, blocks):
    """Keep the weights of the stem and of the first blocks; all others begin anew."""
    kept = {id(weight) for group in layer_groups(parts.model)[: blocks + 1] for weight in group}
    for layer, new in zip(parts.model.modules(), parts.untrained().modules(), strict=True):
        weights = list(layer.parameters(recurse=False))
        if weights and not any(id(weight) in kept for weight in weights):
            layer.load_state_dict(new.state_dict())
    return parts


def mean_and_variance(parts):
    """Draw every weight anew, with the mean and the variance of its layer."""
    trained = [weight.detach() for weight in parts.model.parameters()]
    scale = [(float(each.mean()), float(each.std(correction=0))) for each in trained]
    parts.model.load_state_dict(parts.untrained().state_dict())  # running statistics begin anew
    for weight, (mean, deviation) in zip(parts.model.parameters(), scale, strict=True):
        nn.init.normal_(weight, mean, deviation)
    return parts


def small(channels, outputs, width=16):
    """Four layers of 5 x 5 convolutions, as the paper's small networks (CBR)."""
    layers, wide = [], [channels, width, 2 * width, 2 * width, 4 * width]
    for before, after in pairwise(wide):
        block = [nn.Conv2d(before, after, 5, padding=2), nn.BatchNorm2d(after), nn.ReLU()]
        layers += [*block, nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(wide[-1], outputs)
    )
