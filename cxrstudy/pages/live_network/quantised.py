"""Quantised: weights in two bytes each, as a page holds them, and what that changes of a number.

Every output of a step has a factor of its own, so that its largest weight is 32,767 steps from
zero. A weight is therefore off by at most half a step. With a byte each, scores of one network of
the quick study were .023 from the recorded ones.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.pages.live_network.programme import Floats, Step

#: Largest whole number that a weight is stored as.
LARGEST = 32_767


@dataclass(frozen=True, eq=False)
class Quantised:
    """Weights as whole numbers, and the factor of every output."""

    whole: NDArray[np.int16]
    factor: Floats

    @property
    def weight(self) -> Floats:
        """The weights that these numbers mean."""
        factor = self.factor.reshape(-1, *[1] * (self.whole.ndim - 1))
        return np.asarray(self.whole * factor, np.float32)


def quantised(weight: Floats) -> Quantised:
    """Store weights in two bytes each.

    Examples
    --------
    >>> import numpy as np
    >>> found = quantised(np.array([[1.0, -0.5], [0.0, 0.0]], np.float32))
    >>> found.whole.tolist(), found.weight.round(2).tolist()
    ([[32767, -16384], [0, 0]], [[1.0, -0.5], [0.0, 0.0]])
    """
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    factor = np.where(largest > 0, largest / LARGEST, 1).astype(np.float32)
    steps = weight / factor.reshape(-1, *[1] * (weight.ndim - 1))
    return Quantised(np.rint(steps).astype(np.int16), factor)


def rounded(steps: Sequence[Step]) -> list[Step]:
    """The programme that a page computes: the same steps with the weights that it holds."""
    return [
        step if step.weight is None else replace(step, weight=quantised(step.weight).weight)
        for step in steps
    ]


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """A programme for JSON; ``network.js`` of the front end opens it."""
    return [_written(step) for step in steps]


def _written(step: Step) -> dict[str, Any]:
    window = step.window
    plain: dict[str, Any] = {
        "does": step.does,
        "of": list(step.of),
        "shape": list(step.shape),
        "window": [window.side, window.stride, window.padding],
    }
    if step.weight is None or step.bias is None:
        return plain
    stored = quantised(step.weight)
    return plain | {
        "weight": as_text(stored.whole),
        "factor": as_text(stored.factor),
        "bias": as_text(step.bias),
    }


def as_text(values: NDArray[Any]) -> str:
    """The bytes of an array, the lowest first, as base64."""
    little = values.astype(values.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")
