"""Chain: initial weights followed by stages, in the order in which they run.

Every arm of every experiment is a chain, written with ``>>``::

    start >> general >> pneumonia >> target

Chains with the same first stages share the runs of these stages, because a run's id covers only its
own stage and its parent's id, not the later stages of the chain.
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
        Arguments of the timm model, as pairs of name and value.
    """

    architecture: str
    weights: str = "random"
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """Name of the weights; for a file, the file's name without the name of the network."""
        if not self.weights.startswith("file:"):
            return self.weights
        name = PurePosixPath(self.weights.removeprefix("file:").rpartition("#")[0]).stem
        return name.removeprefix(self.architecture).lstrip("._-") or name


@dataclass(frozen=True)
class Chain:
    """A start and the stages after it; ``chain >> stage`` appends a stage."""

    start: Start
    stages: tuple[Stage, ...] = ()

    def __rshift__(self, stage: Stage) -> "Chain":
        if not isinstance(stage, Stage):
            return NotImplemented
        return Chain(self.start, (*self.stages, stage))

    def prefixes(self) -> Iterator["Chain"]:
        """Yield the chains with the first stage, the first two stages and so on, up to this one."""
        for length in range(1, len(self.stages) + 1):
            yield Chain(self.start, self.stages[:length])

    def with_seed(self, seed: int) -> "Chain":
        """Return the same chain with this seed in every stage."""
        return replace(self, stages=tuple(stage.but(seed=seed) for stage in self.stages))

    def __str__(self) -> str:
        names = [self.start.title, *("+".join(stage.roles) for stage in self.stages)]
        return " → ".join(names)
