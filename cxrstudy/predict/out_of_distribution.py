"""Unlike: whether an image is unlike what a network was trained on, by a rule that is stated here.

A network gives probabilities for any image, a holiday photograph included. Five checks, each with
a code, say in words when an image is not of the kind that the network was trained on:

``colour``
    Red, green and blue differ by more than :data:`COLOUR` of 255 grey levels, on average over the
    pixels. Radiographs are grey.
``size``
    The shorter side has fewer pixels than the network looks at: what it looks for is not there.
``proportions``
    The longer side is more than :data:`PROPORTIONS` times the shorter.
``brightness``
    The grey levels are spread otherwise than in training: the earth mover's distance between the
    image's histogram and the mean histogram of the training images is larger than that of all but
    1 % of the training images. Finds other windows and gamma, and images that are mostly empty.
``view``
    Not a frontal chest, upright: the correlation of the image, at :data:`THUMBNAIL` pixels a side,
    with the mean of the training images is lower than that of all but 1 % of the training images.
    Finds other things than chests, other views, chests that are turned, inverted or cut off.

The last two need the training images, from the pixels that training read; what is learnt of them is
kept in ``runs/unlike``. Where they can't be had the code is ``uncompared``, and the reason is said.
By construction either falls on about 1 % of images that *are* like the training images: together
2 to 3 % of held-out phantoms and of held-out open radiographs. Turned or inverted, all phantoms
are found and 91 to 100 % of the open radiographs. A mirrored chest is not found, nor what only a
radiologist would call unusual: no warning is no promise.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxrstudy.base import places
from cxrstudy.base.atomic import whole_file
from cxrstudy.base.coverage import code_fingerprint, pixel_environment
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import Grey
from cxrstudy.predict.training_images import TrainingImagesError, training_images
from cxrstudy.runs.record import Record

#: Grey levels of 255 by which colours may differ on average. A photograph has tens; a grey image
#: in a colour file has 0, and a coloured mark on a film adds little to the average.
COLOUR = 8.0
#: Longer side to shorter. Of the 1,777 open radiographs that keep their proportions, 0.1 % have
#: more.
PROPORTIONS = 1.8
#: Side at which images are compared with the mean training image: the chest is there, no rib is.
THUMBNAIL = 16
#: Share of the training images that the thresholds leave outside.
OUTSIDE = 0.01
#: Training images without which 1 % of them means nothing.
LEAST = 50

_LONGEST = 256  # side at which colour is looked at
_DICOM = slice(128, 132)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ImageWarning:
    """A plain warning: a code of this module's rule, and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, eq=False)
class Reference:
    """What training images look like.

    Attributes
    ----------
    images
        How many were learnt from.
    levels
        (256,) Mean share of pixels up to each grey level.
    chest
        (256,) Mean thumbnail, without brightness and contrast.
    farthest
        Distance in grey levels that all but 1 % of the training images keep to.
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
    """Learn what training images look like.

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


def warnings_of(
    content: bytes, grey: Grey, pixels: int, reference: Reference | TrainingImagesError
) -> tuple[ImageWarning, ...]:
    """Say in which respects an image is unlike the training images.

    Parameters
    ----------
    content
        The whole file, which can be decoded.
    grey
        What :func:`cxrstudy.pixels.decode.decode_grey` made of it.
    pixels
        Side of the images that the network was trained on.
    reference
        From :func:`reference_of`, or why there is none.
    """
    return (*_of_file(content), *_of_shape(grey, pixels), *_of_pixels(grey, pixels, reference))


def colour_of(content: bytes) -> float:
    """Largest less smallest of red, green and blue, averaged over an image file's pixels."""
    if content[_DICOM] == b"DICM":
        return _colour_of_dicom(content)
    image = Image.open(BytesIO(content), formats=("PNG", "JPEG", "MPO"))
    image.draft("RGB", (_LONGEST, _LONGEST))  # of a JPEG no more is decoded than is looked at
    coloured = image.convert("RGB")
    coloured.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    return _spread(np.asarray(coloured, np.float64))


def reference_of(record: Record) -> Reference:
    """What the training images of a run look like, from its pixels, or as it was learnt before.

    Raises
    ------
    TrainingImagesError
        The training images are not known or too few, or their pixels are not here.
    """
    kept = _place(record)
    if found := _read(kept):
        return found
    reference = learn(training_images(record))
    with contextlib.suppress(OSError):  # it only saves time
        _write(reference, kept)
    return reference


def _of_file(content: bytes) -> Iterator[ImageWarning]:
    colour = colour_of(content)
    if colour > COLOUR:
        yield ImageWarning(
            "colour",
            f"this is a colour image: red, green and blue differ by {colour:.0f} of 255 grey "
            f"levels on average (more than {COLOUR:g})",
        )


def _of_shape(grey: Grey, pixels: int) -> Iterator[ImageWarning]:
    height, width = grey.shape
    if min(grey.shape) < pixels:
        yield ImageWarning(
            "size",
            f"wrong size: {width} x {height} pixels, the network was trained on {pixels} x "
            f"{pixels}",
        )
    if max(grey.shape) > PROPORTIONS * min(grey.shape):
        yield ImageWarning(
            "proportions",
            f"wrong proportions: {width} x {height} pixels, one side is more than "
            f"{PROPORTIONS:g} times the other",
        )


def _of_pixels(
    grey: Grey, pixels: int, reference: Reference | TrainingImagesError
) -> Iterator[ImageWarning]:
    if isinstance(reference, TrainingImagesError):
        text = f"could not be compared with the training images: {reference}"
        yield ImageWarning("uncompared", text)
        return
    square = decode.fit(grey, pixels)[None]
    distance, alike = float(reference.distances(square)[0]), reference.correlations(square)[0]
    if distance > reference.farthest:
        yield ImageWarning(
            "brightness",
            f"unusual brightness or contrast: its histogram is {distance:.0f} grey levels from "
            f"that of the training images (99 % of them: at most {reference.farthest:.0f})",
        )
    if alike < reference.least:
        yield ImageWarning(
            "view",
            f"this does not look like an upright frontal chest radiograph: correlation "
            f"{alike:.2f} with the mean training image (99 % of them: at least "
            f"{reference.least:.2f})",
        )


def _levels(squares: Grey) -> Floats:
    counts = np.stack([np.bincount(square.ravel(), minlength=256) for square in squares])
    return np.asarray(np.cumsum(counts / squares[0].size, axis=1))


def _thumbnails(squares: Grey) -> Floats:
    small = np.stack([decode.fit(square, THUMBNAIL).ravel() for square in squares])
    centred = small - small.mean(1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9))  # one that is even is like nothing


def _colour_of_dicom(content: bytes) -> float:
    import pydicom

    dataset = pydicom.dcmread(BytesIO(content))
    if dataset.SamplesPerPixel != 3:
        return 0.0
    pixels = dataset.pixel_array.astype(np.float64)
    return _spread(pixels * (255 / (2**dataset.BitsStored - 1)))


def _spread(colour: Floats) -> float:
    return float((colour.max(-1) - colour.min(-1)).mean())


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
        return None  # not there, or damaged: it is learnt again


def _write(reference: Reference, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished, unfinished.open("wb") as stream:
        np.savez(stream, **asdict(reference))
