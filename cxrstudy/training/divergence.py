"""Divergence: stops a training at the first loss that is not finite."""

from typing import Any

import torch
from fastai.callback.core import Callback, CancelFitException

from cxrstudy.base import numbers


class DivergedError(RuntimeError):
    """A training diverged; the message says at which step and rate. Nothing is recorded."""


class StopIfNotFinite(Callback):
    """Callback that stops at the first loss that is not finite, in training or validation."""

    def before_fit(self) -> None:
        """Begin without a finding."""
        self.found: str | None = None

    def after_loss(self) -> None:
        """Look at the loss of a batch, before it changes any weight."""
        if torch.isfinite(self.learn.loss_grad).all():
            return
        step = self.learn.train_iter + int(self.learn.training)
        where = "" if self.learn.training else "in the validation after "
        rate = numbers.plain(float(self.learn.opt.hypers[-1]["lr"]))
        at = f"{where or 'at '}step {step} of {{steps}}"
        self.found = f"the loss is not finite {at} (rate {rate})"
        raise CancelFitException

    def check(self, steps: int, learning_rate: float) -> None:
        """Raise an error if a loss was not finite.

        Raises
        ------
        DivergedError
            Names step, rate and what to change.
        """
        if self.found is None:
            return
        raise DivergedError(
            f"training diverged: {self.found.format(steps=steps)}; lower the learning rate of "
            f"{numbers.plain(learning_rate)}. Nothing is recorded"
        )


def all_finite(weights: dict[str, Any]) -> bool:
    """Whether all floating-point weights are finite."""
    return all(
        bool(torch.isfinite(value).all()) for value in weights.values() if value.is_floating_point()
    )
