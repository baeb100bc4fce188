"""Made images: as files of every kind, and as they should be decoded."""

import io
from pathlib import Path

import numpy as np

HERE = Path("made.img")  # a name for messages


def bumps(height=24, width=17, top=255):
    """Smooth, asymmetric in both directions, and as wide as 0..top."""
    y, x = np.mgrid[0:height, 0:width]
    wave = np.sin(y / 5) + np.cos(x / 4) + x / width + 2 * y / height
    wave = (wave - wave.min()) / (wave.max() - wave.min())
    return np.rint(wave * top).astype(np.uint16 if top > 255 else np.uint8)


def saved(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def stretched(values):
    values = values.astype(float)
    return np.rint(255 * (values - values.min()) / (values.max() - values.min()))
