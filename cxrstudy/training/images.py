"""Images: the data set behind a loader, as fastai's users look at it.

It knows the images and labels of some rows of a role. A batch is read with one indexing operation;
single images can be read too. Names of labels are added where an image is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from fastai.data.transforms import CategoryMap
from fastai.torch_core import TensorCategory, TensorImage, TensorMultiCategory, show_image
from numpy.typing import NDArray
from torch import Tensor

from cxrstudy.data.role import Task
from cxrstudy.pixels.masking import Visible
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training.captions import caption


class Radiograph(TensorImage):
    """A grey image, (1, height, width) or a batch of them; shown with black as 0."""

    def show(self, ctx: Any = None, **options: Any) -> Any:
        """Draw the image into axes."""
        grey = self.as_subclass(Tensor).cpu().numpy()[0]
        return show_image(grey, ctx=ctx, **{"cmap": "gray", "vmin": 0, "vmax": 255} | options)


@dataclass(frozen=True, eq=False)
class RadiographDataset:
    """Some rows of a role, with their pixels and labels.

    Attributes
    ----------
    task, labels
        Kind of classification, and names of the k labels.
    side
        Height and width of the square images, in pixels.
    visible
        Visible part of each image.
    table
        The role's table.
    rows
        (n,) rows of the table that the data set has, in this order.
    pixels
        Pixels of all rows of the table; None if the data set is empty.
    truth
        Class numbers (all rows,), or a matrix (all rows, k) with NaN where unknown; None if the
        images have no labels.
    """

    task: Task
    labels: tuple[str, ...]
    side: int
    visible: Visible
    table: pd.DataFrame
    rows: NDArray[np.intp]
    pixels: RolePixels | None
    truth: Tensor | None

    #: Of (image, truth), one is the input of a network.
    n_inp = 1

    @property
    def vocab(self) -> Any:
        """Names of the labels, in the order of a network's outputs; fastai's ``CategoryMap``."""
        return CategoryMap(list(self.labels), sort=False)

    @property
    def c(self) -> int:
        """Number of a network's outputs."""
        return len(self.labels)

    @property
    def targets(self) -> Tensor:
        """Truth of the images, in the order of the data set: class numbers, or a matrix.

        Raises
        ------
        ValueError
            The images have no labels.
        """
        if self.truth is None:
            raise ValueError("these images have no labels")
        return self.truth[torch.from_numpy(self.rows)]

    @property
    def items(self) -> pd.DataFrame:
        """Rows of the table, one per image, in the order of the data set."""
        return self.table.iloc[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """One image, (1, side, side) uint8, and its truth."""
        return tuple(part[0] for part in self.batch(np.array([index])))

    def batch(self, indices: NDArray[np.intp]) -> tuple[Any, ...]:
        """Images (m, 1, side, side) uint8, and their truth if there are labels."""
        assert self.pixels is not None  # no loader of an empty data set has a batch
        rows = self.rows[indices]
        images = Radiograph(torch.from_numpy(self.pixels[rows])[:, None])
        if self.truth is None:
            return (images,)
        return images, self.kind(self.truth[torch.from_numpy(rows)])

    @property
    def kind(self) -> Any:
        """Type of a truth: ``TensorCategory`` or ``TensorMultiCategory`` of fastai."""
        return TensorCategory if self.task == "multiclass" else TensorMultiCategory

    @property
    def types(self) -> dict[Any, list[Any]]:
        """Types of the parts of a batch, as fastai writes them."""
        return {tuple: [Radiograph] if self.truth is None else [Radiograph, self.kind]}

    def decode(self, sample: Sequence[Any], full: bool = True) -> tuple[Any, ...]:
        """Write names in place of the truth or the prediction of an image, to show it."""
        image, *values = sample
        names = [caption(value, self.task, self.labels) for value in values]
        return (image.as_subclass(Radiograph), *names)

    def new_empty(self) -> "RadiographDataset":
        """Return the data set without images, as ``Learner.export`` needs it."""
        truth = None if self.truth is None else self.truth[:0]
        return replace(
            self, table=self.table.iloc[:0], rows=self.rows[:0], pixels=None, truth=truth
        )
