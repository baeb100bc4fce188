"""Train: run a fastai ``Learner`` for the steps of one stage."""

import warnings
from collections.abc import Sequence
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
    from fastai.learner import Learner
    from fastai.metrics import AccumMetric

    from cxrstudy.training.batches import loaders
    from cxrstudy.training.divergence import StopIfNotFinite
    from cxrstudy.training.layers import layer_groups
    from cxrstudy.training.loss import probabilities
    from cxrstudy.training.model import expected_input_of
    from cxrstudy.training.own_network import check_pass
    from cxrstudy.training.parts import OneFit, parts_of
    from cxrstudy.training.scoring import macro_auroc

if TYPE_CHECKING:
    from fastai.data.core import DataLoaders

COLUMNS = ["train_loss", "validation_loss", "validation_auroc"]


class Rates(Callback):
    """Callback that keeps the learning rate of the last step of every epoch."""

    def before_fit(self) -> None:
        """Begin; a checkpoint brings back the rates of earlier epochs."""
        self.learn.rates = []

    def after_train(self) -> None:
        """Keep the rate; of groups with different rates that of the head."""
        self.learn.rates.append(float(self.opt.hypers[-1]["lr"]))


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
    One row per validation: ``step``, ``train_loss`` (smoothed), ``validation_loss``,
    ``validation_auroc`` (mean over labels, each against the rest) and ``learning_rate`` (of the
    last step).

    Raises
    ------
    DivergedError
        A loss is not finite; the message says at which step and rate.
    NothingToLearnError
        No training image has a known label, or one has no class.
    RecipeError, OwnFunctionError
        The stage's recipe breaks a rule (:mod:`cxrstudy.training.parts`), or can't be run here.
    """
    batches = loaders(role, pixels, stage, expects, device)
    learner = make_learner(model, batches, stage)
    stopper, once = StopIfNotFinite(), OneFit(stage)
    learner.watching = [*callbacks, stopper, Rates(), *([once] if stage.recipe else [])]
    learner.add_cbs(learner.watching)
    with learner.no_bar(), learner.no_logging():
        fit_stage(learner, stage)
    if stage.recipe:
        once.check()
    stopper.check(stage.steps, stage.learning_rate)
    model.to(memory_format=torch.contiguous_format)
    table = pd.DataFrame(learner.recorder.values, columns=COLUMNS)
    table["learning_rate"] = learner.rates
    table.insert(0, "step", (np.arange(len(table)) + 1) * (stage.steps // stage.validations))
    return table


def make_learner(model: nn.Module, batches: "DataLoaders", stage: Stage) -> Any:
    """Make the ``Learner`` of a stage, after its recipe; :func:`fit_stage` trains it.

    Parameters
    ----------
    model
        Network with one output per label of the loaders.
    batches
        Loaders from :func:`cxrstudy.training.batches.loaders`.
    stage
        Settings of the training.

    Raises
    ------
    RecipeError, OwnFunctionError
        The stage's recipe breaks a rule (:mod:`cxrstudy.training.parts`), or can't be run here.
    """
    # Channels-last convolutions are 8 to 24 % faster on a CPU, more on a GPU.
    model.to(batches.device).to(memory_format=torch.channels_last)
    check_pass(model, batches.c, expected_input_of(model).channels, batches.train_ds.side)
    parts = parts_of(model, batches, stage)
    learner = Learner(
        parts.loaders,
        model,
        loss_func=parts.loss,
        opt_func=parts.optimiser,
        splitter=layer_groups,
        wd=stage.weight_decay if stage.schedule == "one-cycle" else 0.0,
        cbs=list(parts.callbacks),
        metrics=[
            AccumMetric(
                partial(_auroc, task=batches.train_ds.task), flatten=False, name="macro_auroc"
            )
        ],
    )
    learner.schedule, learner.by_recipe = parts.schedule, stage.recipe is not None
    return learner.to_bf16() if torch.device(batches.device).type == "cuda" else learner


def fit_stage(learner: Any, stage: Stage) -> None:
    """Train a learner for the steps of a stage, with its schedule."""
    learner.schedule(learner)


def _auroc(logits: Tensor, target: Tensor, task: Task) -> float:
    """Mean AUROC of labels. The target is class numbers if exclusive, otherwise a matrix."""
    logits, target = logits.as_subclass(Tensor), target.as_subclass(Tensor)
    truth = functional.one_hot(target, logits.shape[1]) if task == "multiclass" else target
    return macro_auroc(truth.float().numpy(), probabilities(logits, task).numpy())
