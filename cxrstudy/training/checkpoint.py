"""Checkpoint: a file from which a stage continues after its process was killed.

The result is the same as without an interruption. A checkpoint holds everything that the next batch
depends on: weights, optimiser, random states and the position in the order of images. It also holds
the losses recorded so far, and the state of what a recipe added
(:mod:`cxrstudy.training.carried`). The file begins with the SHA-256 of the rest.

If a recipe adds something whose state can't be carried, no checkpoint is written. The training says
so before it begins; if it is killed, it begins anew.
"""

import hashlib
import io
import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastai.callback.core import Callback, CancelEpochException, TrainEvalCallback
from fastai.callback.fp16 import MixedPrecision
from fastai.callback.progress import ProgressCallback
from fastai.data.core import DataLoaders
from fastai.learner import CastToTensor, Recorder

from cxrstudy.base.atomic import write_file
from cxrstudy.training.carried import NotCarried, anchors, pack, unpack
from cxrstudy.training.reproducible import Reproducible

#: Seconds between two checkpoints. A killed process loses these, and the epoch that it was in.
EVERY = 20.0


#: Callbacks whose state is nothing, or is carried by itself.
_OURS = (Recorder, TrainEvalCallback, CastToTensor, ProgressCallback, Reproducible, MixedPrecision)


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

    order = 1000  # last, so that what others do after an epoch is saved

    def __init__(self, path: Path, every: float = EVERY) -> None:
        self.path, self.every = path, every

    def before_fit(self) -> None:
        """Look for a checkpoint to continue from; without one, see whether one can be written."""
        self.saved: dict[str, Any] | None = read(self.path) if self.path.is_file() else None
        self.written = time.monotonic()
        self.begun, self.refused = set[str](), ""
        with suppress(NotCarried):  # said by what follows
            self.begun = self._anchors()
        if self.saved is None:
            self._can_be_resumed()
            return
        for each in _added(self.learn):
            each.run = False

    def before_epoch(self) -> None:
        """Skip the epochs before the checkpoint, then restore the state."""
        if self.saved is None:
            return
        if self.epoch < self.saved["epoch"]:
            raise CancelEpochException
        added = _added(self.learn)
        for each in added:
            each.run = True
        restore(self.learn, self.saved)
        self.saved = None
        for each in sorted(added, key=lambda each: each.order):
            each("before_epoch")  # which it missed, because it did not run

    def after_epoch(self) -> None:
        """Write a checkpoint, unless the stage has ended or the last one is recent."""
        over, fresh = self.epoch + 1 == self.n_epoch, time.monotonic() - self.written < self.every
        if self.saved is None and not over and not fresh and self._can_be_resumed():
            write(self.path, state_of(self.learn))
            self.written = time.monotonic()

    def _can_be_resumed(self) -> bool:
        """Whether all state can be carried; says once why not."""
        if self.refused:
            return False
        try:
            new = sorted(self._anchors() - self.begun)
            _optimiser(self.learn)
        except NotCarried as error:
            self.refused = str(error)
        else:
            self.refused = f"{new[0]}, which was not there at the beginning" if new else ""
        if self.refused:
            self.path.unlink(missing_ok=True)
            print(
                f"This training can't be resumed if it is killed: it would have to carry "
                f"{self.refused}. Give the callback state_dict and load_state_dict.",
                file=sys.stderr,
            )
        return not self.refused

    def _anchors(self) -> set[str]:
        carried = {key: pack(each, key) for key, each in _carried(self.learn).items()}
        return {name for key, each in carried.items() for name in anchors(each, key)}


def state_of(learner: Any) -> dict[str, Any]:
    """Collect everything that later batches depend on, as tensors and plain values."""
    _, keys, *numpy_rest = np.random.get_state()  # noqa: NPY002 (fastai draws from it)
    smooth = learner.recorder.smooth_loss
    return {
        "epoch": learner.epoch + 1,
        "train_iter": learner.train_iter,
        "model": learner.model.state_dict(),
        "optimiser": _optimiser(learner),
        "frozen": (learner.opt.frozen_idx, [each.requires_grad for each in _weights(learner)]),
        "carried": {name: pack(each, name) for name, each in _carried(learner).items()},
        "values": [[float(value) for value in row] for row in learner.recorder.values],
        "rates": list(learner.rates),
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
    learner.opt.load_state_dict(unpack(saved["optimiser"], learner.opt.state_dict()))
    learner.opt.frozen_idx, trained = saved["frozen"]
    for weight, is_trained in zip(_weights(learner), trained, strict=True):
        weight.requires_grad_(is_trained)
    for name, each in _carried(learner).items():
        unpack(saved["carried"][name], each)
    learner.train_iter = saved["train_iter"]
    learner.recorder.values = [list(row) for row in saved["values"]]
    learner.rates = list(saved["rates"])
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


def _carried(learner: Any) -> dict[str, Any]:
    """What a recipe added that may have a state: callbacks and the loss, by name."""
    added = {f"callback {n} {type(each).__name__}": each for n, each in enumerate(_added(learner))}
    return added | ({"the loss": learner.loss_func} if added or _by_recipe(learner) else {})


def _added(learner: Any) -> list[Callback]:
    """Callbacks of a recipe and of its schedule."""
    if not _by_recipe(learner):
        return []
    known = {id(each) for each in getattr(learner, "watching", ())}
    return [each for each in learner.cbs if id(each) not in known and not isinstance(each, _OURS)]


def _by_recipe(learner: Any) -> bool:
    return bool(getattr(learner, "by_recipe", False))


def _optimiser(learner: Any) -> Any:
    return pack(learner.opt.state_dict(), "the optimiser")


def _weights(learner: Any) -> list[Any]:
    return list(learner.model.parameters())


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
