"""Batches: fastai DataLoaders that read directly from the memory map of pixels.

A batch is read with one indexing operation, and augmented as a whole on the device. On a CPU this
is ten times faster than decoding and augmenting single images.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import torch
from fastai.data.core import DataLoaders, TfmdDL
from fastai.data.transforms import IntToFloatTensor, Normalize
from fastai.vision.augment import (
    AffineCoordTfm,
    Brightness,
    Contrast,
    Flip,
    Rotate,
    Zoom,
    setup_aug_tfms,
)
from numpy.typing import NDArray
from torch import Tensor

from cxrstudy.data.role import Role, Task
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.images import RadiographDataset
from cxrstudy.training.known_labels import check_known
from cxrstudy.training.stage import Stage
from cxrstudy.training.subset import training_rows, training_truth

#: Augmentation: degrees, fraction of the image's side, factor, and fastai's unit of brightness.
ROTATION, TRANSLATION, ZOOM, LIGHTING = 7.0, 0.04, 1.1, 0.15


#: Order of images: of their number and a generator of random numbers, an endless series.
Order = Callable[[int, np.random.Generator], Iterator[int]]


class RowLoader(TfmdDL):
    """Loads batches of a data set's images, (batch, 1, pixels, pixels) uint8, with their truth."""

    def __init__(self, dataset: RadiographDataset, **arguments: Any) -> None:
        # No set-up is needed: the transforms fit nothing to the data. No process is needed either,
        # because reading a batch takes less time than sending it.
        super().__init__(dataset, **arguments | {"num_workers": 0, "do_setup": False})
        self._n_inp, self._types = dataset.n_inp, dataset.types

    def create_batches(self, samples: Iterator[int]) -> Iterator[tuple[Any, ...]]:
        """Yield batches, each read with one indexing operation."""
        while drawn := list(islice(samples, self.bs)):
            if self.drop_last and len(drawn) < self.bs:
                return
            yield self.dataset.batch(np.array(drawn, np.intp))

    def new(self, dataset: Any = None, cls: Any = None, **changes: Any) -> Any:
        """Make a loader of another data set, or with other settings."""
        made = super().new(dataset, cls, **{"after_batch": self.after_batch} | changes)
        made._types = made.dataset.types  # images without labels have other types
        return made


class StepLoader(RowLoader):
    """Loads a fixed number of full batches per epoch, in an endless series of permutations."""

    def __init__(
        self, dataset: RadiographDataset, steps: int, seed: int, plain: Any, **arguments: Any
    ) -> None:
        super().__init__(dataset, n=steps * arguments["bs"], **arguments)
        self.seed, self.plain = seed, plain
        self.order_by(permutations)

    def order_by(self, order: Order) -> None:
        """Set the order of images.

        Parameters
        ----------
        order
            Function of the number of images and a generator of random numbers, which yields
            positions of images without end, as :func:`permutations` does.
        """
        self.order = order
        self.rewind()

    def rewind(self) -> None:
        """Begin the order of images anew, as a training does."""
        self.stream = self.order(len(self.dataset), np.random.default_rng(self.seed))

    def get_idxs(self) -> list[int]:
        """Positions of the next images; none is repeated before all others have been used."""
        return [next(self.stream) for _ in range(self.n)]

    def new(self, dataset: Any = None, cls: Any = None, **changes: Any) -> Any:
        """Make a loader that gives each image once, in order and unchanged, as for predictions."""
        return super().new(dataset, cls or RowLoader, **{"after_batch": self.plain} | changes)


def permutations(count: int, generator: np.random.Generator) -> Iterator[int]:
    """Yield 0 to count - 1 in random order, then again in a new random order, and so on."""
    while True:
        yield from generator.permutation(count).tolist()


def loaders(
    role: Role,
    pixels: RolePixels,
    stage: Stage,
    expects: ExpectedInput,
    device: str,
) -> DataLoaders:
    """Make the loaders of a stage.

    Parameters
    ----------
    role
        Role to train on.
    pixels
        Pixels of the role's rows.
    stage
        Stage with batch size, steps, fraction or shots, labels, flip and seed.
    expects
        What the network's weights expect, by which images are normalised.
    device
        ``cpu`` or ``cuda``.

    Raises
    ------
    ValueError
        The training or the validation split is empty.
    NothingToLearnError
        No training image has a known label, or an image has no class.
    """
    train, validation = training_rows(role, stage), role.rows("validation")
    for name, rows in (("training", train), ("validation", validation)):
        if len(rows) == 0:
            raise ValueError(f"role {role.name!r} has no image to use for {name}")
    check_known(role, train, stage)
    truth = target_tensor(training_truth(role, train, stage), role.task)
    common = [
        IntToFloatTensor(),
        # One grey channel becomes as many as there are means.
        Normalize.from_stats(list(expects.mean), list(expects.deviation), cuda=False),
    ]
    whole = RadiographDataset(
        role.task, role.labels, stage.pixels, stage.visible, role.table, train, pixels, truth
    )
    return DataLoaders(
        StepLoader(
            whole, stage.steps // stage.validations, stage.drawn_with, common, bs=stage.batch_size,
            after_batch=[*augmentation(flip=stage.flip), *common], device=device,
        ),
        RowLoader(replace(whole, rows=validation), bs=4 * stage.batch_size, after_batch=common,
        device=device), device=device,
    )  # fmt: skip


def augmentation(flip: bool) -> list[Any]:
    """Small changes, as positioning or a detector could cause; their sizes are constants above.

    Images are mirrored only if `flip` is set, because the thorax and side markers are not
    symmetric.
    """
    changes = [
        Rotate(max_deg=ROTATION, p=1.0),
        Zoom(min_zoom=1 / ZOOM, max_zoom=ZOOM, p=1.0),
        AffineCoordTfm(aff_fs=_translation),
        Brightness(max_lighting=LIGHTING, p=1.0),
        Contrast(max_lighting=LIGHTING, p=1.0),
    ]
    # Composed, so that each image is interpolated only once.
    return list(setup_aug_tfms([Flip(p=0.5), *changes] if flip else changes))


def target_tensor(truth: NDArray[np.float32], task: Task) -> Tensor:
    """Class numbers if classes are exclusive; otherwise the matrix, with NaN if unknown."""
    return torch.from_numpy(truth.argmax(1) if task == "multiclass" else truth)


def _translation(images: Tensor, **_: Any) -> Tensor:
    """(batch, 3, 3) affine matrices that shift by a uniformly distributed part of the image."""
    matrix = torch.eye(3, device=images.device).repeat(len(images), 1, 1)
    shift = torch.rand(len(images), 2, device=images.device)
    # Affine coordinates run from -1 to 1, so the image is 2 units wide.
    matrix[:, :2, 2] = (2 * shift - 1) * 2 * TRANSLATION
    return matrix
