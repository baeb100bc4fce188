"""Stage: one training phase, as plain values."""

from dataclasses import asdict, replace
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from cxrstudy.pixels.masking import Look


class StageError(ValueError):
    """A stage has a value that it can't have; the message names the field."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Stage:
    """Train on a role, for a number of optimiser steps.

    Steps, not epochs, are fixed: arms that differ in the amount of data then get the same amount
    of computation.

    Attributes
    ----------
    roles
        Roles trained on; several are pooled under the union of their labels.
    pixels
        Side of the square images.
    steps
        Optimiser steps.
    batch
        Images a step.
    schedule
        ``one-cycle`` (Smith 2018), or ``bit`` (BiT-HyperRule, see
        :mod:`cxrstudy.training.schedule`).
    rate
        Largest learning rate.
    weight_decay
        Decoupled, for ``one-cycle``; BiT fine-tunes without.
    mixup
        Alpha of MixUp's beta distribution; 0 is off.
    flip
        Mirror half of the training images. Off: the heart has a side.
    look
        What may be seen of each image, in training and in testing; see
        :mod:`cxrstudy.pixels.masking`.
    share
        Share of the training patients used, nested by seed.
    shots
        Training patients of each class used, nested by seed, instead of a share; 0 is off.
    truth
        ``given``; or ``shuffled``: each training image gets the truth of another one, so that
        nothing can be learnt. A control, as in Adebayo et al. 2018.
    evaluations
        How often the validation split is scored on the way, evenly spaced.
    scored_on
        Further roles whose test split is scored at the end.
    seed
        Of the head, the order of images, augmentation, MixUp and the share.
    """

    roles: Annotated[tuple[str, ...], Field(min_length=1)]
    pixels: Annotated[int, Field(ge=16, le=1024)] = 64
    steps: Annotated[int, Field(ge=1)] = 100
    batch: Annotated[int, Field(ge=2)] = 32
    schedule: Literal["one-cycle", "bit"] = "one-cycle"
    rate: Annotated[float, Field(gt=0)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.05
    mixup: Annotated[float, Field(ge=0)] = 0.0
    flip: bool = False
    look: Look = "whole"
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    shots: Annotated[int, Field(ge=0)] = 0
    truth: Literal["given", "shuffled"] = "given"
    evaluations: Annotated[int, Field(ge=1)] = 4
    scored_on: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _even(self) -> Self:
        if self.steps % self.evaluations:
            raise ValueError(f"steps {self.steps} is no multiple of evaluations {self.evaluations}")
        return self

    @model_validator(mode="after")
    def _one_subset(self) -> Self:
        if self.shots and self.share < 1:
            raise ValueError(f"shots {self.shots} and share {self.share} exclude one another")
        return self

    def but(self, **changes: Any) -> "Stage":
        """Return the same stage with other values.

        Raises
        ------
        StageError
            Names the unknown field, or the field whose value is not legal.
        """
        unknown = sorted(set(changes) - set(asdict(self)))
        if unknown:
            raise StageError(f"a stage has no {unknown[0]!r}; it has {', '.join(asdict(self))}")
        try:
            return replace(self, **changes)
        except ValidationError as error:
            first = error.errors()[0]
            # A rule that ties fields together has no one field, and says all itself.
            at = "".join(f" {name}" for name in first["loc"])
            value = f"{at} = {first['input']!r}" if first["loc"] else ""
            raise StageError(f"stage{value}: {first['msg']}") from None

    @property
    def image_steps(self) -> int:
        """Images seen in training, counted with repeats."""
        return self.steps * self.batch
