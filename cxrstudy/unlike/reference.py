"""Reference: what the images that a network was trained on have in common.

Three thresholds are learnt from them, each of which 1 % of them pass. One is for brightness: the
distance of an image's histogram to the mean histogram. Two are for what is shown. The correlation
with the mean image is low for other objects. The squared Mahalanobis distance to the mean image,
with the covariance shrunk after Ledoit and Wolf (J Multivariate Anal 2004;88:365), is large for
what training images do not vary in, such as a turn by 20 degrees. An image would be near to a mean
that it helped to compute, so that each image's distance is measured without it, in ten parts. What
is learnt is kept in ``runs/unlike``.
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
#: Fraction of the training images beyond each threshold.
OUTSIDE = 0.01
#: Parts of the training images, each of which is measured with what the others have in common.
PARTS = 10
#: Room for sums that are added in another order, so that equal images are judged alike.
ROUNDING = 1e-9
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
    precision
        (256, 256) inverse covariance of the thumbnails about `middle`, (256,) their mean.
    strangest
        Squared Mahalanobis distance that all but 1 % of the training images do not exceed.
    """

    images: int
    levels: Floats
    chest: Floats
    farthest: float
    least: float
    middle: Floats
    precision: Floats
    strangest: float

    def distances(self, squares: Grey) -> Floats:
        """Earth mover's distance of (n, side, side) images' histograms to the mean histogram."""
        distances: Floats = np.abs(_levels(squares) - self.levels).sum(1)
        return distances

    def correlations(self, squares: Grey) -> Floats:
        """Correlation of (n, side, side) images with the mean training image."""
        return _thumbnails(squares) @ self.chest

    def strangeness(self, squares: Grey) -> Floats:
        """Squared Mahalanobis distance of (n, side, side) images to the mean training image."""
        return _mahalanobis(_thumbnails(squares), self.middle, self.precision)

    def unusual(self, squares: Grey) -> NDArray[np.bool_]:
        """Whether (n, side, side) images show something else than the training images."""
        alone = self.correlations(squares) < self.least
        return np.asarray(alone | (self.strangeness(squares) > self.strangest))


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
    thumbnails, levels = _thumbnails(squares), _levels(squares)
    mean = thumbnails.mean(0)
    chest = mean / max(float(np.linalg.norm(mean)), 1e-9)
    distances = np.abs(levels - levels.mean(0)).sum(1)
    strangest = float(np.quantile(_left_out(thumbnails), 1 - OUTSIDE, method="higher"))
    # Of fewer than a hundred images all are inside.
    return Reference(
        images=len(squares),
        levels=levels.mean(0),
        chest=chest,
        farthest=float(np.quantile(distances, 1 - OUTSIDE, method="higher")),
        least=float(np.quantile(thumbnails @ chest, OUTSIDE, method="lower")) - ROUNDING,
        middle=mean,
        precision=_precision(thumbnails),
        strangest=strangest * (1 + ROUNDING) + ROUNDING,
    )


def _left_out(thumbnails: Floats) -> Floats:
    """Squared Mahalanobis distance of each image to the mean of other parts of the images."""
    part = np.random.default_rng(0).permutation(len(thumbnails)) % PARTS
    distances = np.empty(len(thumbnails))
    for which in range(PARTS):
        others = thumbnails[part != which]
        own = thumbnails[part == which]
        distances[part == which] = _mahalanobis(own, others.mean(0), _precision(others))
    return distances


def _precision(thumbnails: Floats) -> Floats:
    """Inverse covariance, (256, 256); a little noise keeps it finite if all images are equal."""
    from sklearn.covariance import LedoitWolf  # takes a second

    fitted = LedoitWolf().fit(thumbnails)
    return np.asarray(np.linalg.inv(fitted.covariance_ + 1e-9 * np.eye(thumbnails.shape[1])))


def _mahalanobis(thumbnails: Floats, middle: Floats, precision: Floats) -> Floats:
    apart = thumbnails - middle
    return np.asarray(((apart @ precision) * apart).sum(1))


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
                kept["middle"], kept["precision"], float(kept["strangest"]),
            )  # fmt: skip
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None  # missing or damaged: computed again


def _write(reference: Reference, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished, unfinished.open("wb") as stream:
        np.savez(stream, **asdict(reference))
