"""Stage: one training phase, as plain values."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from cxrstudy.base.own_function import OwnFunction, own_function
from cxrstudy.base.schema import why_of
from cxrstudy.pixels.masking import Visible

#: Smallest alpha of MixUp. For smaller ones torch draws exactly one half where a beta distribution
#: has nearly all its mass at 0 and 1: at .001 for a quarter of the images.
LEAST_MIXUP = 0.01

#: Distance between the seeds of two repeats: more than there are seeds.
REPEATS_APART = 1_000


Made = TypeVar("Made")


def _recipe(given: Any) -> OwnFunction | None:
    return None if given is None else own_function(given)


class StageError(ValueError):
    """A stage has an illegal value; the message names the field."""


def _named(stage: type[Made]) -> type[Made]:
    """Let every making of a stage raise our error for an illegal value, not pydantic's."""
    make: Callable[..., None] = stage.__init__

    @wraps(make)
    def made(self: Made, *values: Any, **named: Any) -> None:
        try:
            make(self, *values, **named)
        except ValidationError as error:
            raise StageError(_why(error, list(signature(stage).parameters))) from None

    setattr(stage, "__init__", made)  # noqa: B010 (a method may not be assigned to)
    return stage


def _why(error: ValidationError, names: list[str]) -> str:
    first = error.errors()[0]
    # A rule about several fields has no location; its message names the fields.
    at = first["loc"][0] if first["loc"] else ""
    if isinstance(at, int):  # given by its place
        at = names[at] if at < len(names) else at
    if at and at not in names:
        return f"a stage has no field {at!r}; its fields are {', '.join(names)}"
    given = "" if first["type"] == "missing" else f" = {first['input']!r}"
    return f"stage{f' {at}{given}' if at else ''}: {why_of(first)}"


@_named
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Stage:
    """One training phase: a role, a number of optimiser steps, and how to train.

    The number of steps is fixed, not the number of epochs, so that arms with different amounts of
    data use the same amount of computation.

    Attributes
    ----------
    roles
        Roles to train on; several are pooled under the union of their labels.
    pixels
        Side of the square images.
    steps
        Optimiser steps.
    batch_size
        Images per step.
    schedule
        ``one-cycle`` (Smith 2018), or ``bit`` (BiT-HyperRule, see
        :mod:`cxrstudy.training.schedule`).
    learning_rate
        Largest learning rate.
    weight_decay
        Decoupled weight decay, for ``one-cycle``; ``bit`` uses none.
    mixup
        Alpha of MixUp's beta distribution, from :data:`LEAST_MIXUP` on; 0 is off.
    flip
        Mirror half of the training images. Off by default, because the thorax is not symmetric.
    visible
        Visible part of each image, in training and in testing; see
        :mod:`cxrstudy.pixels.masking`.
    fraction
        Fraction of the training patients that is used; for one seed, larger fractions contain
        smaller ones.
    shots
        Number of training patients per class, instead of a fraction; nested like fractions; 0 is
        off.
    labels
        ``given``; or ``permuted``: each training image gets the labels of another one, so that
        labels are unrelated to images. This is a negative control, as in Adebayo et al. 2018.
    validations
        Number of validations during training, evenly spaced.
    scored_on
        Further roles whose test split is scored at the end.
    seed
        Seed of the head, the order of images, augmentation, MixUp and the fraction.
    recipe
        A function of one's own that changes the parts of the training, as ``'FILE:FUNCTION'`` or
        the function itself (:mod:`cxrstudy.base.own_function`); it gets and returns
        :class:`cxrstudy.training.parts.Parts`.
    repeat
        Number of another training with the same seed and the same patients; the head, the order of
        images, augmentation and MixUp are drawn anew.
    """

    roles: Annotated[tuple[str, ...], Field(min_length=1)]
    pixels: Annotated[int, Field(ge=16, le=1024)] = 64
    steps: Annotated[int, Field(ge=1)] = 100
    batch_size: Annotated[int, Field(ge=2)] = 32
    schedule: Literal["one-cycle", "bit"] = "one-cycle"
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.05
    mixup: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    flip: bool = False
    visible: Visible = "whole"
    fraction: Annotated[float, Field(gt=0, le=1)] = 1.0
    shots: Annotated[int, Field(ge=0)] = 0
    labels: Literal["given", "permuted"] = "given"
    validations: Annotated[int, Field(ge=1)] = 4
    scored_on: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 0
    repeat: Annotated[int, Field(ge=0)] = 0
    recipe: Annotated[OwnFunction | None, BeforeValidator(_recipe)] = None

    @model_validator(mode="after")
    def _even(self) -> Self:
        if self.steps % self.validations:
            raise ValueError(
                f"steps {self.steps} is not a multiple of {self.validations} validations"
            )
        return self

    @model_validator(mode="after")
    def _one_subset(self) -> Self:
        if self.shots and self.fraction < 1:
            raise ValueError(
                f"shots {self.shots} and fraction {self.fraction} exclude each other; give one"
            )
        return self

    @model_validator(mode="after")
    def _mixes(self) -> Self:
        if 0 < self.mixup < LEAST_MIXUP:
            raise ValueError(
                f"mixup {self.mixup} is not 0 or at least {LEAST_MIXUP}: for smaller values the "
                "numbers drawn are half and half, not nearly unmixed"
            )
        return self

    def but(self, **changes: Any) -> "Stage":
        """Return the same stage with other values.

        Raises
        ------
        StageError
            A field is unknown or its value is illegal; the message names it.
        """
        return replace(self, **changes)

    def __rshift__(self, other: object) -> None:
        raise StageError(
            f"a chain begins with weights, not with a stage ({'+'.join(self.roles)}); write "
            "study.pretrained >> first >> second"
        )

    __rrshift__ = __rshift__  # a text or another object before a stage is no chain either

    def at_equal_compute(self, pixels: int) -> "Stage":
        """Return the stage at another resolution, with the number of steps of equal compute.

        The compute of a convolution is proportional to the area of the image.

        Examples
        --------
        >>> Stage(("target",), pixels=64, steps=100).at_equal_compute(128).steps
        24
        """
        each = self.steps * (self.pixels / pixels) ** 2 / self.validations
        return self.but(pixels=pixels, steps=max(1, round(each)) * self.validations)

    def with_steps(self, times: float) -> "Stage":
        """Return the stage with a multiple of its steps, or a part of them.

        Examples
        --------
        >>> Stage(("target",), steps=100).with_steps(0.25).steps
        24
        """
        return self.but(
            steps=max(1, round(self.steps * times / self.validations)) * self.validations
        )

    @property
    def drawn_with(self) -> int:
        """Seed of all that a repeat draws anew."""
        return self.seed + REPEATS_APART * self.repeat

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data for ids: every field, except a recipe where there is none."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        recipe = values.pop("recipe")
        return values | ({"recipe": recipe.facts} if recipe else {})

    @property
    def samples_seen(self) -> int:
        """Images seen in training, counted with repeats."""
        return self.steps * self.batch_size
