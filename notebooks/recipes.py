"""Ten recipes: what a training may be changed to, in at most ten lines each.

A stage takes one as ``target.but(recipe="recipes:focal_loss")``; arguments are given with
``study.recipe("recipes:focal_loss", gamma=3.0)``. The page Recipes of one's own explains the parts.
Two are for classes that exclude one another; where each label is present or absent, they say so.
"""

from functools import partial

import torch
from fastai.callback.core import Callback
from fastai.callback.mixup import CutMix
from fastai.callback.tracker import EarlyStoppingCallback
from fastai.losses import FocalLossFlat, LabelSmoothingCrossEntropyFlat
from fastai.optimizer import OptimWrapper
from torch.nn.functional import interpolate
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torchvision.ops import sigmoid_focal_loss

from cxrstudy.training.loss import ClassCrossEntropy
from cxrstudy.training.parts import RecipeError


def exclusive(parts, recipe):
    if parts.loaders.train_ds.task != "multiclass":
        raise RecipeError(f"recipe {recipe} needs classes that exclude one another; see focal_loss")


def label_smoothing(parts, eps=0.1):
    """Of a label's probability a part is given to all classes (Szegedy et al. 2016)."""
    exclusive(parts, "label_smoothing")
    return parts.but(loss=LabelSmoothingCrossEntropyFlat(eps=eps))


def focal_loss_of_labels(logits, truth, gamma):
    logits, truth = (each.as_subclass(torch.Tensor) for each in (logits, truth))
    known = ~truth.isnan()
    loss = sigmoid_focal_loss(logits[known], truth[known], alpha=-1, gamma=gamma)
    return loss.sum() / known.sum().clamp(min=1)


def focal_loss(parts, gamma=2.0):
    """Images, or labels of images, that are easy count less (Lin et al. 2017)."""
    if parts.loaders.train_ds.task == "multiclass":
        return parts.but(loss=FocalLossFlat(gamma=gamma))
    return parts.but(loss=partial(focal_loss_of_labels, gamma=gamma))


def class_weights(parts):
    """Each class counts as much as any other, however many images it has."""
    exclusive(parts, "class_weights")
    count = torch.bincount(parts.loaders.train_ds.targets, minlength=parts.loaders.c)
    weight = count.sum() / (count.clamp(min=1) * len(count))
    return parts.but(loss=ClassCrossEntropy(weight=weight.to(parts.loaders.device)))


def cutmix(parts, alpha=1.0):
    """A rectangle of another image, and its share of the label (Yun et al. 2019)."""
    return parts.adding(CutMix(alpha))


class Unfreezing(Callback):
    def before_epoch(self):
        self.opt.freeze_to(-min(self.epoch + 1, len(self.opt.param_lists)))


def gradual_unfreezing(parts, ratio=100.0):
    """The head first, one more group of layers at each validation; earlier groups learn slower."""
    rates = slice(parts.stage.learning_rate / ratio, parts.stage.learning_rate)
    schedule = partial(one_cycle, epochs=parts.stage.validations, rates=rates)
    return parts.adding(Unfreezing()).but(schedule=schedule)


def one_cycle(learn, epochs, rates):
    learn.fit_one_cycle(epochs, lr_max=rates)


class Growing(Callback):
    def before_batch(self):
        if self.training and self.epoch < self.n_epoch / 2:
            small = interpolate(self.x, scale_factor=0.5, mode="bilinear", antialias=True)
            self.learn.xb = (small,)


def progressive_resizing(parts):
    """Half the side in the first half of the training (Tan and Le 2021)."""
    return parts.adding(Growing())


class Averaging(Callback):
    def after_step(self):
        self.mean.update_parameters(self.learn.model)

    def after_fit(self):
        self.learn.model.load_state_dict(self.mean.module.state_dict())


def averaged_weights(parts, decay=0.99):
    """The exponential moving average of the weights is what is scored and kept."""
    update = get_ema_multi_avg_fn(decay)
    average = Averaging()
    average.mean = AveragedModel(parts.model, multi_avg_fn=update, use_buffers=True)
    return parts.adding(average)


def radam(parts):
    """PyTorch's RAdam (Liu et al. 2020) in place of fastai's Adam."""
    return parts.but(optimiser=partial(OptimWrapper, opt=torch.optim.RAdam))


def early_stopping(parts, patience=2):
    """Training ends when the validation loss has not fallen for some validations."""
    return parts.adding(EarlyStoppingCallback("valid_loss", patience=patience))


def patient_balanced(parts):
    """Each patient is drawn as often as any other, however many images there are."""
    images = list(parts.loaders.train.items.groupby("patient").indices.values())

    def order(count, generator):
        while True:
            for patient in generator.permutation(len(images)):
                yield int(generator.choice(images[patient]))

    parts.loaders.train.order_by(order)
    return parts
