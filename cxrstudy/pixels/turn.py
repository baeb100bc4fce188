"""Turn: turns and mirrors of an image, by EXIF (tag 274) or DICOM's Patient Orientation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrstudy.pixels.grey import Grey


@dataclass(frozen=True)
class Turn:
    """What makes an image upright: first a transposition, then mirrors.

    Attributes
    ----------
    is_transposed
        Rows and columns are exchanged.
    upside_down
        The first row becomes the last.
    mirrored
        The first column becomes the last.
    """

    is_transposed: bool = False
    upside_down: bool = False
    mirrored: bool = False


UPRIGHT = Turn()
#: By the value of EXIF's orientation; for another value the image is left as it is.
EXIF = {
    2: Turn(mirrored=True),
    3: Turn(upside_down=True, mirrored=True),
    4: Turn(upside_down=True),
    5: Turn(is_transposed=True),
    6: Turn(is_transposed=True, mirrored=True),
    7: Turn(is_transposed=True, upside_down=True, mirrored=True),
    8: Turn(is_transposed=True, upside_down=True),
}


def turned(grey: Grey, turn: Turn) -> Grey:
    """Turn an image of shape (height, width).

    Examples
    --------
    >>> turned(np.array([[1, 2, 3]], np.uint8), EXIF[6]).tolist()
    [[1], [2], [3]]
    """
    image = grey.T if turn.is_transposed else grey
    image = image[::-1] if turn.upside_down else image
    return np.ascontiguousarray(image[:, ::-1] if turn.mirrored else image)


def turn_of(rows: str, columns: str) -> Turn | None:
    """What makes a frontal image upright, from the two values of Patient Orientation.

    Parameters
    ----------
    rows, columns : str
        Direction of the rows and of the columns in the patient, by PS3.3 C.7.6.1.1.1: an upright
        frontal radiograph has ``"L"`` and ``"F"``. Of several letters the first counts.

    Returns
    -------
    Turn or None
        None if the values are not those of a frontal image.

    Examples
    --------
    >>> turn_of("L", "F") == UPRIGHT, turn_of("R", "F"), turn_of("A", "F")
    (True, Turn(is_transposed=False, upside_down=False, mirrored=True), None)
    """
    first, second = rows[:1], columns[:1]
    is_transposed = first in ("H", "F")
    across, down = (second, first) if is_transposed else (first, second)
    if across not in ("L", "R") or down not in ("H", "F"):
        return None
    return Turn(is_transposed, down == "H", across == "R")
