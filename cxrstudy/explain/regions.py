"""Regions: where, in an image, a map could point. Exact for phantoms, by shape for real images."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.base.progress import progress
from cxrstudy.phantom.acquisition import SITES, SiteStyle
from cxrstudy.phantom.geometry import FIELD
from cxrstudy.phantom.population import case_of, parse
from cxrstudy.pixels.masking import BORDER

Masks = NDArray[np.bool_]

#: Centimetres left free around a marker's usual place: two standard deviations of where it lands,
#: and a lean of its letter.
MARKER_MARGIN = 1.2
#: Breadth of a marker's letter as a share of its height.
MARKER_BREADTH = 0.6

#: Half-axes of the thorax-shaped centre as shares of the image's side, the height of its middle,
#: and the exponent of its outline (2 is an ellipse, more is squarer). Chosen on phantoms: holds all
#: but 3 % of their lungs in 55 % of the image, and no marker.
HALF_WIDTH, HALF_HEIGHT, MIDDLE, EXPONENT = 0.40, 0.38, 0.50, 3.5
#: Side of the squares in which burnt-in text and markers mostly lie, as a share of the image's.
CORNER = 1 / 5


def phantom_regions(addresses: Sequence[str], pixels: int) -> dict[str, Masks]:
    """Draw the regions of phantoms again, from their addresses.

    Parameters
    ----------
    addresses
        As in the manifest's column ``path``, n of them.
    pixels
        Side of the masks, 32 to 2048.

    Returns
    -------
    Masks (n, pixels, pixels): ``lesion``, the disease, empty in the healthy; ``lung``, both fields;
    ``marker``, the zone where the image's hospital puts its side marker, whether or not it forgot
    it (as it does one time in ten; empty in fractals); ``border``, as
    :func:`real_regions`.

    Raises
    ------
    ValueError
        An address or the number of pixels is not legal.
    """
    lesions, lungs, markers = [], [], []
    for address in progress(addresses, "drawing regions"):
        truth = phantom.render(address, pixels)
        lesions.append(truth.lesion)
        lungs.append(truth.lung)
        chest = truth.patient is not None
        site = SITES[case_of(parse(address)).site] if chest else None
        markers.append(marker_zone(site, pixels) if site else np.zeros_like(truth.lung))
    border = np.broadcast_to(border_mask(pixels), (len(lesions), pixels, pixels))
    return {
        "lesion": np.stack(lesions),
        "lung": np.stack(lungs),
        "marker": np.stack(markers),
        "border": border,
    }


def real_regions(images: int, pixels: int) -> dict[str, Masks]:
    """Give regions by shape, for images whose truth is unknown.

    Returns
    -------
    Masks (images, pixels, pixels), read-only and all alike: ``centre``, shaped like a thorax;
    ``outside``, what is not; ``border``, an eighth of the side at every edge, as in
    :mod:`cxrstudy.pixels.masking`; ``corners``, where text and markers mostly are.
    """
    centre = thorax_mask(pixels)
    corner = round(pixels * CORNER)
    edge = np.zeros(pixels, bool)
    edge[:corner] = edge[pixels - corner :] = True
    shapes: Mapping[str, Masks] = {
        "centre": centre,
        "outside": ~centre,
        "border": border_mask(pixels),
        "corners": edge[:, None] & edge,
    }
    return {name: np.broadcast_to(mask, (images, pixels, pixels)) for name, mask in shapes.items()}


def thorax_mask(pixels: int) -> Masks:
    """Superellipse over the lungs and what is between them; see :data:`HALF_WIDTH`."""
    place = (np.arange(pixels) + 0.5) / pixels
    across = np.abs((place - 0.5) / HALF_WIDTH) ** EXPONENT
    along = np.abs((place - MIDDLE) / HALF_HEIGHT) ** EXPONENT
    return np.asarray(along[:, None] + across <= 1)


def border_mask(pixels: int) -> Masks:
    """An eighth of the side at every edge."""
    edge = round(pixels * BORDER)
    mask = np.ones((pixels, pixels), bool)
    mask[edge : pixels - edge, edge : pixels - edge] = False
    return mask


def marker_zone(site: SiteStyle, pixels: int) -> Masks:
    """Box in which a hospital's side marker lies, wherever it was put in this image."""
    left, top = (share * FIELD for share in site.marker_place)
    right, bottom = left + MARKER_BREADTH * site.marker_size, top + site.marker_size
    place = (np.arange(pixels) + 0.5) / pixels * FIELD
    half = FIELD / pixels / 2  # a pixel that the box touches belongs to it
    rows = (place >= top - MARKER_MARGIN - half) & (place <= bottom + MARKER_MARGIN + half)
    columns = (place >= left - MARKER_MARGIN - half) & (place <= right + MARKER_MARGIN + half)
    return np.asarray(rows[:, None] & columns)
