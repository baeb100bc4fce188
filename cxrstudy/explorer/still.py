"""Still: the figure that is shown if no script runs: in print, in a PDF, with scripts disabled."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cxrstudy.base import numbers
from cxrstudy.base.rounding import significant
from cxrstudy.explorer.case import Case, LowMap, MapKey, Reading, opening_layer

#: Initial values of the front end.
OPACITY, COLOURS = 0.5, "magma"
_GAP = 8
#: Height of the line of text below a picture, in pixels.
_CAPTION = 18


def still(case: Case, format: str = "WEBP") -> bytes:
    """Draw an image, and beside it the same image with a map of every arm, all of one class.

    Parameters
    ----------
    case
        Case with its image.
    format
        ``WEBP`` for a page, ``PNG`` for other output.

    Raises
    ------
    ValueError
        The case has no image.
    """
    if case.image is None:
        raise ValueError(f"case {case.id} has no image to draw")
    grey = np.array(Image.open(BytesIO(case.image)).convert("L"))
    first = list(first_maps(case).values())
    panels = [_captioned(np.repeat(grey[..., None], 3, axis=2), "")]
    panels += [_captioned(blend(grey, low), words_of(key, low)) for key, low in first]
    gap = np.full((len(panels[0]), _GAP, 3), 255, np.uint8)
    row = [piece for panel in panels for piece in (gap, panel)][1:]
    stream = BytesIO()
    Image.fromarray(np.concatenate(row, axis=1)).save(stream, format, quality=75)
    return stream.getvalue()


def first_maps(case: Case) -> dict[str, tuple[MapKey, LowMap]]:
    """The map of every arm that is shown first: all of the class that the first arm calls.

    An arm without a map of this class shows that of its own; an arm without maps is left out.
    """
    readings = {arm: reading for arm, reading in case.readings.items() if reading.maps}
    common = [reading.shown for reading in readings.values()][:1]
    return {arm: _map_of(reading, [*common, reading.shown]) for arm, reading in readings.items()}


def _map_of(reading: Reading, labels: Sequence[str]) -> tuple[MapKey, LowMap]:
    """The first map of the first of some labels that has one, at the layer that is shown first."""
    layer = opening_layer(reading.maps)
    shown = [(key, low) for key, low in reading.maps.items() if key.layer == layer]
    wanted = [item for label in labels for item in shown if item[0].label == label]
    return [*wanted, *shown][0]


def words_of(key: MapKey, low: LowMap) -> str:
    """What a map shows: its label, and the peak that its colours end at."""
    peak = numbers.plain(significant(low.peak, 2))
    if low.holds_nothing:
        return f"nothing speaks for {key.label} (peak {peak})"
    return f"{key.label}, peak {peak}"


def blend(grey: NDArray[np.uint8], low: LowMap) -> NDArray[np.uint8]:
    """Overlay a map on an image as in the front end: bilinear, at half opacity.

    A map that holds nothing leaves the image as it is.
    """
    if low.holds_nothing:
        return np.repeat(grey[..., None], 3, axis=2)
    height, width = grey.shape
    steps = Image.fromarray(low.values.astype(np.float32))
    fine = np.array(steps.resize((width, height), Image.Resampling.BILINEAR)) / 255
    colour = colormaps[COLOURS](np.clip(fine, 0, 1))[..., :3] * 255
    mixed = grey[..., None] * (1 - OPACITY) + colour * OPACITY
    return np.asarray(np.rint(mixed), np.uint8)


def _captioned(panel: NDArray[np.uint8], words: str) -> NDArray[np.uint8]:
    """Put a line of text below a picture, on white."""
    strip = Image.new("RGB", (panel.shape[1], _CAPTION), "white")
    ImageDraw.Draw(strip).text(
        (2, 2), words, fill="black", font=ImageFont.load_default(_CAPTION - 6)
    )
    return np.concatenate([panel, np.asarray(strip)])
