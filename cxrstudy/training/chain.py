"""Chain: initial weights followed by stages, in the order in which they run.

Every arm of every experiment is a chain, written with ``>>``::

    start >> general >> pneumonia >> target

Chains with the same first stages share the runs of these stages, because a run's id covers only its
own stage and its parent's id, not the later stages of the chain.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from cxrstudy.base.own_function import OwnFunction
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.stage import Stage

#: Arguments of timm's networks that an option may set: they shape a network. All others are
#: refused, because some bring weights in (``checkpoint_path``, ``pretrained``, ``pretrained_cfg``,
#: ``pretrained_cfg_overlay``) and some are the study's own (``in_chans``, ``num_classes``).
OPTIONS = (
    "act_layer", "block_config", "bn_eps", "bn_momentum", "channel_multiplier", "channels",
    "depth", "depth_multiplier", "depths", "dims", "drop_path_rate", "drop_rate", "embed_dim",
    "embed_dims", "growth_rate", "head_dim", "img_size", "layers", "mlp_ratio", "norm_layer",
    "num_heads", "output_stride", "pad_type", "patch_size", "stem_chs", "stem_type", "stem_width",
    "width", "width_factor", "window_size",
)  # fmt: skip


class StartError(ValueError):
    """A start has an option or an architecture that is not allowed; the message names it."""


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
        Arguments of the timm model, as pairs of name and value; names are in :data:`OPTIONS`.
    expects
        What the weights expect of an image; None: it is looked up, see
        :mod:`cxrstudy.training.expected_input`.
    function
        Function that makes the network, in place of a timm model; `architecture` is its name. See
        :mod:`cxrstudy.training.own_network`.

    Raises
    ------
    StartError
        An option is not in :data:`OPTIONS` or not finite, the architecture is more than a name, or
        a network of one's own has weights that are not random.
    """

    architecture: str
    weights: str = "random"
    options: tuple[tuple[str, Any], ...] = ()
    expects: ExpectedInput | None = None
    function: OwnFunction | None = None

    def __post_init__(self) -> None:
        if self.function and self.weights != "random":
            raise StartError(
                f"weights {self.weights!r}: the weights of a network of one's own, "
                f"{self.function}, are random; load others in its function, or in a recipe"
            )
        if not re.fullmatch(r"\w+", self.architecture):
            raise StartError(
                f"architecture {self.architecture!r}: a name of letters, digits and _ is legal; "
                "`weights` says where weights come from"
            )
        for name, value in self.options:
            if not _is_finite(value):
                raise StartError(
                    f"option {name!r} of {self.architecture} is {value!r}: finite numbers are legal"
                )
            if name not in OPTIONS:
                raise StartError(
                    f"option {name!r} of {self.architecture} is refused: options shape a network, "
                    "and `weights` says where weights come from; legal are "
                    f"{', '.join(OPTIONS)}"
                )

    @property
    def title(self) -> str:
        """Name of the weights, or of a network of one's own.

        For a file it is the file's name without the name of the network.
        """
        if self.function:
            return self.architecture
        if not self.weights.startswith("file:"):
            return self.weights
        name = PurePosixPath(self.weights.removeprefix("file:").rpartition("#")[0]).stem
        return name.removeprefix(self.architecture).lstrip("._-") or name


def _is_finite(value: Any) -> bool:
    """Whether a value of an option holds no number that is NaN or infinite."""
    if isinstance(value, tuple | list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


@dataclass(frozen=True)
class Chain:
    """A start and the stages after it; ``chain >> stage`` appends a stage."""

    start: Start
    stages: tuple[Stage, ...] = ()

    def __rshift__(self, stage: Stage) -> "Chain":
        if not isinstance(stage, Stage):
            seen = repr(stage) if isinstance(stage, str) else f"a {type(stage).__name__}"
            raise TypeError(
                f"a chain is followed by a stage, not by {seen}; write start >> "
                'study.stage("general") >> study.stage("target")'
            )
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
