"""Films: image files that a test saves."""

from pathlib import Path

import numpy as np
from PIL import Image


def save(folder: Path, name: str, level: int, size: tuple[int, int] = (40, 30)) -> Path:
    """Save a grey image of one level, with a few dark rows."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.full(size, level, np.uint8)
    values[: level % 7 + 1] = 0
    Image.fromarray(values).save(path)
    return path
