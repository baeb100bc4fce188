"""Checkpoint: a file from which a stage continues after its process was killed.

The result is the same as without an interruption. A checkpoint holds everything that the next batch
depends on: weights, optimiser, random states and the position in the order of images. It also holds
the losses recorded so far. The file begins with the SHA-256 of the rest.
"""

import hashlib
import io
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastai.callback.core import Callback, CancelEpochException
from fastai.data.core import DataLoaders
from fastcore.foundation import L

from cxrstudy.base.atomic import write_file

#: Seconds between two checkpoints. A killed process loses these, and the epoch that it was in.
EVERY = 20.0


class CheckpointError(RuntimeError):
    """A checkpoint is damaged; the message names the file."""


class Checkpoint(Callback):
    """Callback that writes checkpoints after validations, and continues from an existing one.

    Parameters
    ----------
    path
        File of the checkpoint; it is removed when the finished run is recorded.
    every
        Minimum number of seconds between two checkpoints.
    """

    order = 70  # after fastai's recorder, so that the row of this epoch is saved

    def __init__(self, path: Path, every: float = EVERY) -> None:
        self.path, self.every = path, every

    def before_fit(self) -> None:
        """Look for a checkpoint to continue from."""
        self.saved: dict[str, Any] | None = read(self.path) if self.path.is_file() else None
        self.written = time.monotonic()

    def before_epoch(self) -> None:
        """Skip the epochs before the checkpoint, then restore the state."""
        if self.saved is None:
            return
        if self.epoch < self.saved["epoch"]:
            raise CancelEpochException
        restore(self.learn, self.saved)
        self.saved = None

    def after_epoch(self) -> None:
        """Write a checkpoint, unless the stage has ended or the last one is recent."""
        over, fresh = self.epoch + 1 == self.n_epoch, time.monotonic() - self.written < self.every
        if self.saved is None and not over and not fresh:
            write(self.path, state_of(self.learn))
            self.written = time.monotonic()


def state_of(learner: Any) -> dict[str, Any]:
    """Collect everything that later batches depend on, as tensors and plain values."""
    _, keys, *numpy_rest = np.random.get_state()  # noqa: NPY002 (fastai draws from it)
    optimiser, smooth = learner.opt.state_dict(), learner.recorder.smooth_loss
    return {
        "epoch": learner.epoch + 1,
        "train_iter": learner.train_iter,
        "model": learner.model.state_dict(),
        "optimiser": [dict(state) for state in optimiser["state"]],
        "hypers": [{name: float(v) for name, v in group.items()} for group in optimiser["hypers"]],
        "values": [[float(value) for value in row] for row in learner.recorder.values],
        "smooth_loss": (smooth.count, smooth.val.as_subclass(torch.Tensor)),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": (torch.from_numpy(np.asarray(keys, np.int64)), *numpy_rest),
        "python": random.getstate(),
        "loaders": [loader.rng.getstate() for loader in learner.dls],
    }


def restore(learner: Any, saved: dict[str, Any]) -> None:
    """Restore a learner, and the random states of the process, from a checkpoint."""
    learner.model.load_state_dict(saved["model"])
    hypers = L(*saved["hypers"])
    learner.opt.load_state_dict({"state": saved["optimiser"], "hypers": hypers})
    learner.train_iter = saved["train_iter"]
    learner.recorder.values = [list(row) for row in saved["values"]]
    learner.recorder.smooth_loss.count, learner.recorder.smooth_loss.val = saved["smooth_loss"]
    skip(learner.dls, saved["epoch"])
    for loader, state in zip(learner.dls, saved["loaders"], strict=True):
        loader.rng.setstate(state)
    random.setstate(saved["python"])
    keys, *numpy_rest = saved["numpy"]
    restored = ("MT19937", keys.numpy().astype(np.uint32), *numpy_rest)
    np.random.set_state(restored)  # noqa: NPY002
    torch.set_rng_state(saved["torch"])
    if saved["cuda"]:
        torch.cuda.set_rng_state_all(saved["cuda"])


def skip(loaders: DataLoaders, epochs: int) -> None:
    """Skip the images that earlier epochs used."""
    for _ in range(epochs):
        loaders.train.get_idxs()


def write(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint completely or not at all."""
    stream = io.BytesIO()
    torch.save(state, stream)
    content = stream.getvalue()
    write_file(path, hashlib.sha256(content).hexdigest().encode() + content)


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Raises
    ------
    CheckpointError
        The file is truncated or altered.
    """
    content = path.read_bytes()
    if hashlib.sha256(content[64:]).hexdigest().encode() != content[:64]:
        raise CheckpointError(
            f"{path}: truncated or altered; delete it to train the stage from its beginning"
        )
    state: dict[str, Any] = torch.load(io.BytesIO(content[64:]), weights_only=True)
    return state
