"""Visible: what a network is allowed to see of an image.

A network that does well without seeing the lungs has learnt something else. Both views below take
the lesions away and leave the shortcut: DeGrave et al. 2021 and Maguolo and Nanni 2021 found that
classifiers of COVID-19 in public collections hardly mind.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Visible = Literal["whole", "border", "blurred"]

#: Share of each side that stays visible at either end when the middle is blanked. The lungs of a
#: frontal radiograph lie within the middle three quarters.
BORDER = 1 / 8
#: Standard deviation of the blur as a share of the side: ribs, vessels and opacities are gone, the
#: brightness and place of the body stay.
BLUR = 1 / 10


def masked(images: NDArray[np.uint8], visible: Visible) -> NDArray[np.uint8]:
    """Take away what may not be seen.

    Parameters
    ----------
    images
        (n, pixels, pixels).
    visible
        ``whole``: nothing is taken away; ``border``: the middle is black; ``blurred``: no detail.

    Returns
    -------
    (n, pixels, pixels); the same array for ``whole``.
    """
    if visible == "whole":
        return images
    side = images.shape[1]
    if visible == "border":
        edge = round(side * BORDER)
        seen = images.copy()
        seen[:, edge : side - edge, edge : side - edge] = 0
        return seen
    blurred: NDArray[np.uint8] = gaussian_filter(images, (0, side * BLUR, side * BLUR))
    return blurred
