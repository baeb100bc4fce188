"""Parts: everything that the training of a stage is made of, and what a recipe may change.

A recipe is a function of the user's own that gets these parts and returns them changed::

    def focal(parts):
        return parts.but(loss=FocalLoss(gamma=2))

It may change all parts but the stage and the network. Of the network it may change weights, and
which of them are trained; a network of another shape is a function of its own
(:class:`cxrstudy.training.chain.Start`). These rules hold, and errors name what breaks them:

- the loaders give as many batches an epoch as the stage has steps between two validations, so that
  arms use the same amount of computation;
- the schedule trains once, with one epoch per validation of the stage. What shall happen at a
  certain epoch, such as unfreezing, is a callback;
- the recorded network computes what the trained one did.

The state of added callbacks is kept in checkpoints (:mod:`cxrstudy.training.carried`).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from fastai.callback.core import Callback
from fastai.callback.mixup import MixUp
from fastai.callback.schedule import ParamScheduler
from fastai.data.load import DataLoader
from fastai.optimizer import SGD, Adam
from fastai.torch_core import set_seed
from torch import nn

from cxrstudy.training.loss import loss_of
from cxrstudy.training.reproducible import Reproducible
from cxrstudy.training.schedule import bit_hyperrule, bit_rate, scaled
from cxrstudy.training.stage import Stage

if TYPE_CHECKING:
    from fastai.data.core import DataLoaders


class RecipeError(ValueError):
    """A recipe breaks a rule; the message names recipe, part and what to write."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a training.

    Attributes
    ----------
    stage
        Settings of the training; a recipe reads them.
    loaders
        fastai's loaders. ``loaders.train.order_by(function)`` sets the order of images, and
        ``loaders.train.items`` is a table of the training images, in which a row has the columns
        of a manifest.
    model
        Network with one output per label.
    loss
        Function or module of logits and targets.
    optimiser
        fastai's ``opt_func``: a function of parameters and ``lr``.
    callbacks
        fastai's callbacks.
    schedule
        Function of the learner, which trains it: ``lambda learn: learn.fit_one_cycle(4, 3e-3)``.
    """

    stage: Stage
    loaders: "DataLoaders"
    model: nn.Module
    loss: Any
    optimiser: Callable[..., Any]
    callbacks: tuple[Callback, ...]
    schedule: Callable[[Any], Any]

    def but(self, **changes: Any) -> "Parts":
        """Return the same parts with some changed.

        Raises
        ------
        RecipeError
            There is no such part.
        """
        names = [field.name for field in fields(self)]
        unknown = [name for name in changes if name not in names]
        if unknown:
            raise RecipeError(f"there is no part {unknown[0]!r}; the parts are {', '.join(names)}")
        return replace(self, **changes)

    def untrained(self) -> nn.Module:
        """The same network with new random weights, those of the stage's seed."""
        model: Any = self.model
        made: nn.Module = model.remade()
        return made

    def adding(self, *callbacks: Callback) -> "Parts":
        """Return the same parts with further callbacks."""
        return self.but(callbacks=(*self.callbacks, *callbacks))


def parts_of(model: nn.Module, batches: "DataLoaders", stage: Stage) -> Parts:
    """The parts of a stage, after its recipe if it has one.

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
        The recipe breaks a rule of this module, or can't be run here.
    """
    mixing = [MixUp(stage.mixup)] if stage.mixup else []
    plain = Parts(
        stage,
        batches,
        model,
        loss_of(batches.train_ds.task),
        Adam if stage.schedule == "one-cycle" else partial(SGD, mom=0.9),
        (Reproducible(stage.drawn_with), *mixing),
        partial(_one_cycle if stage.schedule == "one-cycle" else _bit, stage=stage),
    )
    if stage.recipe is None:
        return plain
    before = _layers(model)
    set_seed(stage.drawn_with, reproducible=True)  # whatever was drawn before
    made: Any = stage.recipe(plain)
    _check(made, plain, before, f"recipe {stage.recipe}")
    changed: Parts = made.but(callbacks=tuple(made.callbacks))
    return changed


def bit_schedule(batches: "DataLoaders", stage: Stage) -> Any:
    """Callback that sets the learning rate of BiT-HyperRule at every step."""
    images = len(batches.train_ds)
    supports = scaled(bit_hyperrule(images, stage.pixels, stage.pixels).supports, stage.steps)

    def rate(done: float) -> float:
        # fastai computes the completed fraction of training as a sum, with rounding errors.
        return bit_rate(round(done * stage.steps), supports, stage.learning_rate)

    return ParamScheduler({"lr": rate})


class OneFit(Callback):
    """Callback that refuses a schedule that does not train once, for the stage's validations.

    Parameters
    ----------
    stage
        Stage with the recipe.
    """

    order = -95

    def __init__(self, stage: Stage) -> None:
        self.stage, self.fits = stage, 0

    def before_fit(self) -> None:
        """Count, and compare the number of epochs."""
        self.fits += 1
        wanted, recipe = self.stage.validations, self.stage.recipe
        if self.n_epoch != wanted:
            raise RecipeError(
                f"recipe {recipe}: its schedule trains {self.n_epoch} epochs, and the stage has "
                f"{wanted} validations; train parts.stage.validations epochs"
            )
        if self.fits > 1:
            raise RecipeError(
                f"recipe {recipe}: its schedule trains twice; call one fit, and write a callback "
                "for what changes at an epoch, as in `def before_epoch(self): ...`"
            )

    def check(self) -> None:
        """Raise an error if the schedule did not train."""
        if not self.fits:
            raise RecipeError(f"recipe {self.stage.recipe}: its schedule trains nothing")


def _one_cycle(learner: Any, stage: Stage) -> None:
    learner.fit_one_cycle(stage.validations, lr_max=stage.learning_rate)


def _bit(learner: Any, stage: Stage) -> None:
    learner.fit(stage.validations, cbs=[bit_schedule(learner.dls, stage)])


def _check(made: Any, plain: Parts, before: list[tuple[str, Any]], recipe: str) -> None:
    """Hold what a recipe returned to the rules."""
    if not isinstance(made, Parts):
        raise RecipeError(f"{recipe} returned {made!r}; write `return parts.but(...)`")
    if made.stage is not plain.stage:
        raise RecipeError(f"{recipe} changed the stage; change it where the arm is: stage.but(...)")
    changed = [one or two for one, two in zip_longest(before, _layers(made.model)) if one != two]
    if made.model is not plain.model or changed:
        at = f" (layer {changed[0][0]})" if changed else ""
        raise RecipeError(
            f"{recipe} put another network in place of the stage's{at}; change weights in place, "
            "and give another network to the arm's start: study.start('FILE:FUNCTION')"
        )
    wrong = [each for each in made.callbacks if not isinstance(each, Callback)]
    if wrong:
        raise RecipeError(f"{recipe}: callback {wrong[0]!r} is not a fastai Callback")
    other = [each for each in made.loaders.loaders if not isinstance(each, DataLoader)]
    if other:
        raise RecipeError(f"{recipe}: loader {other[0]!r} is not one of fastai's")
    batches, wanted = len(made.loaders.train), plain.stage.steps // plain.stage.validations
    if batches != wanted:
        raise RecipeError(
            f"{recipe}: its loader gives {batches} batches an epoch, and the stage has {wanted} "
            "steps between two validations; they must be equal"
        )


def _layers(model: nn.Module) -> list[tuple[str, Any]]:
    """Names and kinds of layers, and names and shapes of tensors."""
    layers: list[tuple[str, Any]] = [(name, type(each)) for name, each in model.named_modules()]
    return layers + [(name, tuple(each.shape)) for name, each in model.state_dict().items()]
