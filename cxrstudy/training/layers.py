"""Layers: the parameters of any timm network in groups, from its input to its output."""

import re
from collections.abc import Iterable
from typing import Any

from torch import nn

from cxrstudy.training.backbone import facts_of, in_head


def layer_groups(model: nn.Module) -> list[list[nn.Parameter]]:
    """Stem, stages and head: the groups that ``freeze_to`` and discriminative rates count.

    The stem is what timm names so in the network's own ``group_matcher``; without one it is the
    first convolution. The head is timm's classifier. Every stage (every block of a transformer) is
    a group of its own. A layer that timm counts to no stage, as the last norm, belongs to the last.
    A group without parameters is left out.
    """
    named = dict(model.named_parameters())
    stages = _stages(model, [name for name in named if not in_head(model, name)])
    groups: dict[float, list[nn.Parameter]] = {}
    for name, value in named.items():
        groups.setdefault(stages.get(name, float("inf")), []).append(value)
    return [groups[place] for place in sorted(groups)]


def _stages(model: nn.Module, names: Iterable[str]) -> dict[str, float]:
    """Place of each parameter: -1 in the stem, otherwise the number of its stage."""
    matcher: Any = getattr(model, "group_matcher", None)
    if matcher is None:
        first = f"{facts_of(model)['first_conv']}."
        return {name: -1.0 if name.startswith(first) else 0.0 for name in names}
    rules = matcher(coarse=True)
    blocks = rules["blocks"]
    patterns = [blocks] if isinstance(blocks, str) else [rule[0] for rule in blocks]
    found = {name: _stage(name, rules["stem"], patterns) for name in names}
    last = max((place for place in found.values() if place is not None), default=0.0)
    return {name: last if place is None else place for name, place in found.items()}


def _stage(name: str, stem: str, patterns: Iterable[str]) -> float | None:
    if re.match(stem, name):
        return -1.0
    for pattern in patterns:
        match = re.match(pattern, name)
        numbers = [float(group) for group in match.groups() if group] if match else []
        if numbers:
            return numbers[0]
    return None
