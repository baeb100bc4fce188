"""Train: run a fastai ``Learner`` for the steps of one stage."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional

from cxrstudy.base.device import DeviceKind
from cxrstudy.data.role import Role, Task
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.stage import Stage

with warnings.catch_warnings():
    # fastai 2.8 imports torch.jit.script, which is deprecated in torch 2.15.
    warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated")
    from fastai.callback.core import Callback
    from fastai.callback.mixup import MixUp
    from fastai.callback.schedule import ParamScheduler
    from fastai.learner import Learner
    from fastai.metrics import AccumMetric
    from fastai.optimizer import SGD, Adam

    from cxrstudy.training.batches import loaders
    from cxrstudy.training.divergence import StopIfNotFinite
    from cxrstudy.training.layers import layer_groups
    from cxrstudy.training.loss import loss_of, probabilities
    from cxrstudy.training.reproducible import Reproducible
    from cxrstudy.training.schedule import bit_hyperrule, bit_rate, scaled
    from cxrstudy.training.scoring import macro_auroc

if TYPE_CHECKING:
    from fastai.data.core import DataLoaders

COLUMNS = ["train_loss", "validation_loss", "validation_auroc"]


def make_repeatable() -> None:
    """Make training deterministic: the same inputs give the same bits on the same machine.

    On a CPU, one thread is used. Sums are then added in a fixed order. Two runs in parallel are
    also faster than one run with two threads.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def train(
    model: nn.Module,
    role: Role,
    pixels: RolePixels,
    stage: Stage,
    expects: ExpectedInput,
    device: DeviceKind,
    callbacks: Sequence[Callback] = (),
) -> pd.DataFrame:
    """Train a model in place.

    Parameters
    ----------
    model
        Network with a head for the role's labels.
    role, pixels
        Role to train on, and the pixels of its rows.
    stage
        Settings of the training.
    expects
        What the network's weights expect, by which images are normalised.
    device
        ``cpu`` or ``cuda``.
    callbacks
        Further fastai callbacks, which must not change the result.

    Returns
    -------
    One row per validation: ``step``, ``train_loss`` (smoothed), ``validation_loss`` and
    ``validation_auroc`` (mean over labels, each against the rest).

    Raises
    ------
    DivergedError
        A loss is not finite; the message says at which step and rate.
    NothingToLearnError
        No training image has a known label, or one has no class.
    """
    batches = loaders(role, pixels, stage, expects, device)
    learner = make_learner(model, batches, stage)
    learner.add_cbs(callbacks)
    stopper = StopIfNotFinite()
    learner.add_cb(stopper)
    with learner.no_bar(), learner.no_logging():
        fit_stage(learner, stage)
    stopper.check(stage.steps, stage.learning_rate)
    model.to(memory_format=torch.contiguous_format)
    table = pd.DataFrame(learner.recorder.values, columns=COLUMNS)
    table.insert(0, "step", (np.arange(len(table)) + 1) * (stage.steps // stage.validations))
    return table


def make_learner(model: nn.Module, batches: "DataLoaders", stage: Stage) -> Any:
    """Make the ``Learner`` of a stage; :func:`fit_stage` trains it.

    Parameters
    ----------
    model
        Network with one output per label of the loaders.
    batches
        Loaders from :func:`cxrstudy.training.batches.loaders`.
    stage
        Settings of the training.
    """
    callbacks = [Reproducible(stage.drawn_with), *([MixUp(stage.mixup)] if stage.mixup else [])]
    optimiser: Callable[..., Any] = Adam if stage.schedule == "one-cycle" else partial(SGD, mom=0.9)
    # Channels-last convolutions are 8 to 24 % faster on a CPU, more on a GPU.
    model.to(batches.device).to(memory_format=torch.channels_last)
    task = batches.train_ds.task
    learner = Learner(
        batches,
        model,
        loss_func=loss_of(task),
        opt_func=optimiser,
        splitter=layer_groups,
        wd=stage.weight_decay if stage.schedule == "one-cycle" else 0.0,
        cbs=callbacks,
        metrics=[AccumMetric(partial(_auroc, task=task), flatten=False, name="macro_auroc")],
    )
    return learner.to_bf16() if torch.device(batches.device).type == "cuda" else learner


def fit_stage(learner: Any, stage: Stage) -> None:
    """Train a learner for the steps of a stage, with its schedule."""
    if stage.schedule == "one-cycle":
        learner.fit_one_cycle(stage.validations, lr_max=stage.learning_rate)
        return
    learner.fit(stage.validations, cbs=[bit_schedule(learner.dls, stage)])


def bit_schedule(batches: "DataLoaders", stage: Stage) -> Any:
    """Callback that sets the learning rate of BiT-HyperRule at every step."""
    images = len(batches.train_ds)
    supports = scaled(bit_hyperrule(images, stage.pixels, stage.pixels).supports, stage.steps)

    def rate(done: float) -> float:
        # fastai computes the completed fraction of training as a sum, with rounding errors.
        return bit_rate(round(done * stage.steps), supports, stage.learning_rate)

    return ParamScheduler({"lr": rate})


def _auroc(logits: Tensor, target: Tensor, task: Task) -> float:
    """Mean AUROC of labels. The target is class numbers if exclusive, otherwise a matrix."""
    logits, target = logits.as_subclass(Tensor), target.as_subclass(Tensor)
    truth = functional.one_hot(target, logits.shape[1]) if task == "multiclass" else target
    return macro_auroc(truth.float().numpy(), probabilities(logits, task).numpy())
