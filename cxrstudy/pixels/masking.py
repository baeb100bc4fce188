"""Masking: hide parts of an image from a network.

A network that does well without the lungs has learnt something other than disease. ``border`` and
``blurred`` hide the lesions and keep possible shortcuts. DeGrave et al. 2021 and Maguolo and Nanni
2021 found that such masking hardly changes the accuracy of COVID-19 classifiers on public
collections.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Visible = Literal["whole", "border", "blurred"]

#: Fraction of each side that stays visible at either end when the middle is blanked. The lungs of a
#: frontal radiograph lie within the middle three quarters.
BORDER = 1 / 8
#: Standard deviation of the blur as a fraction of the side: it removes ribs, vessels and opacities,
#: and keeps brightness and position of the body.
BLUR = 1 / 10


def masked(images: NDArray[np.uint8], visible: Visible) -> NDArray[np.uint8]:
    """Hide what must not be visible.

    Parameters
    ----------
    images
        (n, pixels, pixels).
    visible
        ``whole``: nothing is hidden; ``border``: the middle is black; ``blurred``: no detail.

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
