"""Reference: what the images that a network was trained on have in common.

Two thresholds are learnt from them, and all but 1 % of them stay within each: the distance of their
histograms to the mean histogram, and their correlation with the mean image. What is learnt is kept
in ``runs/unlike``.
"""

from __future__ import annotations

import contextlib
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import places
from cxrstudy.base.atomic import whole_file
from cxrstudy.base.coverage import code_fingerprint, pixel_environment
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import Grey
from cxrstudy.runs.record import Record
from cxrstudy.unlike.training_images import TrainingImagesError, training_images

#: Side at which images are compared with the mean training image: shows the chest, but no ribs.
THUMBNAIL = 16
#: Fraction of the training images beyond the thresholds.
OUTSIDE = 0.01
#: Minimum number of training images for thresholds at 1 %.
LEAST = 50

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reference:
    """Statistics of the training images.

    Attributes
    ----------
    images
        Number of images.
    levels
        (256,) mean fraction of pixels up to each grey level.
    chest
        (256,) mean thumbnail, without brightness and contrast.
    farthest
        Distance in grey levels that all but 1 % of the training images do not exceed.
    least
        Correlation that all but 1 % of the training images reach.
    """

    images: int
    levels: Floats
    chest: Floats
    farthest: float
    least: float

    def distances(self, squares: Grey) -> Floats:
        """Earth mover's distance of (n, side, side) images' histograms to the mean histogram."""
        distances: Floats = np.abs(_levels(squares) - self.levels).sum(1)
        return distances

    def correlations(self, squares: Grey) -> Floats:
        """Correlation of (n, side, side) images with the mean training image."""
        return _thumbnails(squares) @ self.chest


def learn(squares: Grey) -> Reference:
    """Compute the statistics of training images.

    Parameters
    ----------
    squares
        (n, side, side).

    Raises
    ------
    TrainingImagesError
        There are fewer than :data:`LEAST`.
    """
    if len(squares) < LEAST:
        raise TrainingImagesError(
            f"it was trained on {len(squares)} images; to say what they have in common "
            f"{LEAST} are needed"
        )
    thumbnails = _thumbnails(squares).mean(0)
    chest = thumbnails / max(float(np.linalg.norm(thumbnails)), 1e-9)
    mean = Reference(len(squares), _levels(squares).mean(0), chest, 0.0, 0.0)
    # Of fewer than a hundred images all are inside.
    farthest = np.quantile(mean.distances(squares), 1 - OUTSIDE, method="higher")
    least = np.quantile(mean.correlations(squares), OUTSIDE, method="lower")
    return Reference(mean.images, mean.levels, chest, float(farthest), float(least))


def reference_of(record: Record) -> Reference:
    """Statistics of the training images of a run, from its pixels or from an earlier computation.

    Raises
    ------
    TrainingImagesError
        The training images are not known or too few, or their pixels are not available.
    """
    kept = _place(record)
    if found := _read(kept):
        return found
    reference = learn(training_images(record))
    with contextlib.suppress(OSError):  # a cache only
        _write(reference, kept)
    return reference


def known_reference(record: Record) -> Reference | TrainingImagesError:
    """The statistics, or the reason why they are not known."""
    try:
        return reference_of(record)
    except TrainingImagesError as error:
        return error


def _levels(squares: Grey) -> Floats:
    counts = np.stack([np.bincount(square.ravel(), minlength=256) for square in squares])
    return np.asarray(np.cumsum(counts / squares[0].size, axis=1))


def _thumbnails(squares: Grey) -> Floats:
    small = np.stack([decode.fit(square, THUMBNAIL).ravel() for square in squares])
    centred = small - small.mean(1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9))  # uniform: correlates with nothing


def _place(record: Record) -> Path:
    facts = [record.identity["data"], record.identity["stage"]["pixels"]]
    key = fingerprint(canonical([*facts, code_fingerprint("likeness"), pixel_environment()]))
    return places.runs() / "unlike" / f"{key[:16]}.npz"


def _read(path: Path) -> Reference | None:
    try:
        with path.open("rb") as stream, np.load(stream) as kept:
            return Reference(
                int(kept["images"]), kept["levels"], kept["chest"],
                float(kept["farthest"]), float(kept["least"]),
            )  # fmt: skip
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None  # missing or damaged: computed again


def _write(reference: Reference, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished, unfinished.open("wb") as stream:
        np.savez(stream, **asdict(reference))
