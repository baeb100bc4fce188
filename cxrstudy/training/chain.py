"""Chain: initial weights, then stages one after another.

Every arm of every experiment is a chain, written with ``>>``::

    start >> general >> pneumonia >> target

Chains that begin alike share the runs of their common beginning, because a run's id covers its
stage and its parent's id and nothing else about the chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from cxrstudy.training.stage import Stage


@dataclass(frozen=True)
class Start:
    """A network and its initial weights.

    Attributes
    ----------
    architecture
        Name of a timm model.
    weights
        ``random``; ``imagenet`` (ImageNet-1k from an installed package); ``timm:TAG`` (a pretrained
        tag); or ``file:PATH#SHA256``. See :mod:`cxrstudy.training.weights`.
    options
        Arguments of the timm model, as name and value.
    """

    architecture: str
    weights: str = "random"
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """What the weights are called; those of a file by its name, without the network's."""
        if not self.weights.startswith("file:"):
            return self.weights
        name = PurePosixPath(self.weights.removeprefix("file:").rpartition("#")[0]).stem
        return name.removeprefix(self.architecture).lstrip("._-") or name


@dataclass(frozen=True)
class Chain:
    """A start and the stages after it; ``chain >> stage`` is one stage longer."""

    start: Start
    stages: tuple[Stage, ...] = ()

    def __rshift__(self, stage: Stage) -> "Chain":
        if not isinstance(stage, Stage):
            return NotImplemented
        return Chain(self.start, (*self.stages, stage))

    def prefixes(self) -> Iterator["Chain"]:
        """The chains of one stage, two stages and so on, up to this one."""
        for length in range(1, len(self.stages) + 1):
            yield Chain(self.start, self.stages[:length])

    def with_seed(self, seed: int) -> "Chain":
        """Return the same chain, every stage of it with this seed."""
        return replace(self, stages=tuple(stage.but(seed=seed) for stage in self.stages))

    def __str__(self) -> str:
        names = [self.start.title, *("+".join(stage.roles) for stage in self.stages)]
        return " → ".join(names)
