"""Image warnings: whether an image is unlike the images that a network was trained on.

A network gives probabilities for any image, even for a holiday photograph. Five checks, each with
a code, warn if an image is not of the kind that the network was trained on:

``colour``
    Red, green and blue differ by more than :data:`COLOUR` of 255 grey levels, on average over the
    pixels. Radiographs are grey.
``size``
    The shorter side has fewer pixels than the input of the network, so details are missing.
``proportions``
    The longer side is more than :data:`PROPORTIONS` times the shorter.
``brightness``
    The distribution of grey levels differs from training: the earth mover's distance between the
    image's histogram and the mean histogram of the training images is larger than that of all but
    1 % of the training images. Finds other windows and gamma, and images that are mostly empty.
``view``
    Not an upright frontal chest: with a side of :data:`.THUMBNAIL` pixels, the image correlates
    less with the mean of the training images than 99 % of them, or lies further from it, measured
    by what they vary in, than 99 % of them. Finds other objects, laterals, and chests that are
    rotated, inverted or cut off.

The last two need the training images, as pixels in the store; the facts learnt from them are
kept in ``runs/unlike``. If they are not available, the code is ``uncompared``, with the reason.
By construction, ``brightness`` warns for about 1 % of images that *are* like the training images,
and ``view`` for 1 to 2 %. ``benchmarks/unlike.csv`` has what ``view`` finds of 250 held-out images
of each of three sets. Of phantoms: all laterals, all that are inverted, upside down or turned by 20
degrees, half of those turned by 10, nine of ten that are enlarged by one half, three of ten by a
fifth. Real radiographs vary more among themselves, so that less of them is found: turned by 20
degrees, a third of NIH's and two thirds of Kermany's; enlarged by one half, one in a hundred and
more than half; upside down, nearly all and half. Laterals of real patients were not at hand. A
mirrored chest is not found, nor what only a radiologist would call unusual: the absence of a
warning guarantees nothing.

What the header of a DICOM file says has warnings of its own, by the codes of
:mod:`cxrstudy.pixels.header_facts`; how an image was read, by ``alpha``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cxrstudy.base import numbers
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import Grey, Noted
from cxrstudy.unlike.reference import Reference
from cxrstudy.unlike.training_images import TrainingImagesError

#: Mean difference of colours, in grey levels of 255, that is accepted. A photograph has tens; a
#: grey image in a colour file has 0, and a coloured mark on a film adds little to the average.
COLOUR = 8.0
#: Longer side to shorter. Of the 1,777 open radiographs that keep their proportions, 0.1 % have
#: more.
PROPORTIONS = 1.8


@dataclass(frozen=True)
class ImageWarning:
    """A warning: a code of this module or of a note on decoding, and a sentence."""

    code: str
    text: str


def all_warnings(
    content: bytes, noted: Noted, pixels: int, reference: Reference | TrainingImagesError
) -> tuple[ImageWarning, ...]:
    """All that is said of an image: how it was read, what its header says, and :func:`warnings_of`.

    Parameters
    ----------
    content
        Content of the file.
    noted
        The image, decoded by :func:`cxrstudy.pixels.decode.decode_noted`.
    pixels, reference
        As for :func:`warnings_of`.
    """
    of_header = (ImageWarning(note.code, note.text) for note in noted.notes)
    return (*of_header, *warnings_of(content, noted.grey, pixels, reference))


def warnings_of(
    content: bytes, grey: Grey, pixels: int, reference: Reference | TrainingImagesError
) -> tuple[ImageWarning, ...]:
    """Warnings for an image that is unlike the training images.

    Parameters
    ----------
    content
        Content of the file, which can be decoded.
    grey
        The image, decoded by :func:`cxrstudy.pixels.decode.decode_grey`.
    pixels
        Side of the images that the network was trained on.
    reference
        From :func:`reference_of`, or the reason why there is none.
    """
    return (*_of_file(content), *_of_shape(grey, pixels), *_of_pixels(grey, pixels, reference))


def _of_file(content: bytes) -> Iterator[ImageWarning]:
    colour = decode.colour_spread(content, Path("the image"))
    if colour > COLOUR:
        yield ImageWarning(
            "colour",
            "this is a colour image: red, green and blue differ by "
            f"{numbers.level(colour, [COLOUR], least=0)} of 255 grey levels on average (more than "
            f"{numbers.plain(COLOUR)})",
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
            f"{numbers.plain(PROPORTIONS)} times the other",
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
        far = numbers.level(distance, [reference.farthest], least=1)
        yield ImageWarning(
            "brightness",
            f"unusual brightness or contrast: its histogram is {far} grey levels from that of the "
            f"training images (99 % of them: at most {numbers.level(reference.farthest, least=1)})",
        )
    if alike < reference.least:
        yield ImageWarning(
            "view",
            "this does not look like an upright frontal chest radiograph: correlation "
            f"{numbers.level(alike, [reference.least])} with the mean training image (99 % of "
            f"them: at least {numbers.level(reference.least)})",
        )
    elif (strange := float(reference.strangeness(square)[0])) > reference.strangest:
        yield ImageWarning(
            "view",
            "this does not look like an upright frontal chest radiograph: its squared Mahalanobis "
            f"distance from the mean training image is "
            f"{numbers.level(strange, [reference.strangest], least=0)} (99 % of them: at most "
            f"{numbers.level(reference.strangest, least=0)})",
        )
