"""Masking: hide parts of an image from a network.

``inside`` hides the border, with markers and what else stands there, so that they can't be learnt.
``border`` and ``blurred`` hide the lesions and keep possible shortcuts. A network that still
classifies well on such images uses information other than the disease. DeGrave et al. 2021 and
Maguolo and Nanni 2021 found that hiding the lungs hardly changes the accuracy of COVID-19
classifiers on public collections.
"""

from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

Visible = Literal["whole", "inside", "border", "blurred"]

#: Width of the visible border as a fraction of the side. The lungs of a frontal radiograph are in
#: the middle three quarters.
BORDER = 1 / 8
#: Standard deviation of the blur as a fraction of the side. The blur removes ribs, vessels and
#: opacities, and keeps brightness and position of the body.
BLUR = 1 / 10


def masked(images: NDArray[np.uint8], visible: Visible) -> NDArray[np.uint8]:
    """Hide parts of images.

    Parameters
    ----------
    images
        (n, pixels, pixels) grey images.
    visible
        ``whole``: nothing is hidden; ``inside``: the border is black; ``border``: the middle is
        black; ``blurred``: the whole image is blurred.

    Returns
    -------
    (n, pixels, pixels); the same array for ``whole``.
    """
    if visible == "whole":
        return images
    side = images.shape[1]
    edge = round(side * BORDER)
    middle = np.s_[:, edge : side - edge, edge : side - edge]
    if visible == "border":
        seen = images.copy()
        seen[middle] = 0
        return seen
    if visible == "inside":
        inside = np.zeros_like(images)
        inside[middle] = images[middle]
        return inside
    blurred: NDArray[np.uint8] = scipy.ndimage.gaussian_filter(
        images, (0, side * BLUR, side * BLUR)
    )
    return blurred
