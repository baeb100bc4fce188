"""Reproducible: a training gives the same bits, whatever was looked at before it."""

from typing import Any

from fastai.callback.core import Callback
from fastai.torch_core import set_seed


class Reproducible(Callback):
    """Callback that sets all seeds, and begins the order of images anew, when training begins.

    Looking at a batch, a summary or a search for a learning rate use random numbers and images.
    With this callback they do not change the training that comes after. Only the first training of
    a network begins anew; a second one, as the second part of ``fine_tune``, goes on.

    Parameters
    ----------
    seed
        Seed of the stage.
    """

    order = -90  # before all callbacks that draw random numbers

    def __init__(self, seed: int) -> None:
        self.seed, self.begun = seed, False

    def before_train(self) -> None:
        """Set the seeds, unless the network was trained before.

        Not ``before_fit``, which a summary calls too. A stage that goes on from a checkpoint does
        not come here in its first epoch, and keeps the state that the checkpoint holds.
        """
        if self.begun:
            return
        self.begun = not hasattr(self.learn, "lr_finder")
        if self.epoch > 0:
            return
        set_seed(self.seed, reproducible=True)
        rewind: Any = getattr(self.dls.train, "rewind", None)
        if rewind:
            rewind()
