"""Regions: areas of an image that maps are measured in; exact for phantoms, else by shape."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrstudy.explain.known_regions import known_regions
from cxrstudy.phantom.acquisition import SITES, SiteStyle
from cxrstudy.phantom.address import Address
from cxrstudy.phantom.case import case_of
from cxrstudy.phantom.fractals import CLASSES
from cxrstudy.phantom.geometry import FIELD
from cxrstudy.phantom.population import parse
from cxrstudy.pixels.masking import BORDER

Masks = NDArray[np.bool_]

#: Margin in cm around a marker's usual position: two standard deviations of its position, and the
#: tilt of its letter.
MARKER_MARGIN = 1.2
#: Width of a marker's letter relative to its height.
MARKER_BREADTH = 0.6

#: Half-axes of the thorax-shaped centre as fractions of the image's side, the height of its middle,
#: and the exponent of its outline (2 is an ellipse, more is squarer). Chosen on phantoms: contains
#: all but 3 % of their lungs in 55 % of the image, and no marker.
HALF_WIDTH, HALF_HEIGHT, MIDDLE, EXPONENT = 0.40, 0.38, 0.50, 3.5
#: Side of the corner squares, where most burnt-in text and markers are, relative to the image's.
CORNER = 1 / 5


def phantom_regions(addresses: Sequence[str], pixels: int) -> dict[str, Masks]:
    """Regions of phantoms, drawn again from their addresses.

    Parameters
    ----------
    addresses
        n addresses, as in the manifest's column ``path``.
    pixels
        Side of the masks, 32 to 2048.

    Returns
    -------
    Masks (n, pixels, pixels): ``lesion``, the disease, empty if healthy; ``lung``, both lung
    fields; ``marker``, the zone where the hospital puts its side marker, even if the marker is
    missing (one time in ten; empty in fractals); ``border``, as in :func:`real_regions`; and, if
    the addresses are of a world with a sign, ``sign``, empty in images that do not carry it.

    Raises
    ------
    ValueError
        An address or the number of pixels is not legal.
    """
    known = known_regions(addresses, pixels)
    parsed = [parse(address) for address in addresses]
    found = {
        "lesion": known["lesion"],
        "lung": known["lung"],
        "marker": np.stack([_marker(each, pixels) for each in parsed]),
        "border": np.broadcast_to(border_mask(pixels), known["lung"].shape),
    }
    # A strength of 0 is a sign, too: its place is where nothing may be discovered.
    with_sign = all(each.sign is not None for each in parsed)
    return found | {"sign": known["sign"]} if with_sign else found


def _marker(address: Address, pixels: int) -> Masks:
    if address.role in CLASSES:  # a fractal, which is no chest
        return np.zeros((pixels, pixels), bool)
    return marker_zone(SITES[case_of(address).site], pixels)


def real_regions(images: int, pixels: int) -> dict[str, Masks]:
    """Regions by shape, for images whose lesions and lungs are unknown.

    Returns
    -------
    Masks (images, pixels, pixels), read-only and identical: ``centre``, shaped like a thorax;
    ``outside``, the rest; ``border``, an eighth of the side at every edge, as in
    :mod:`cxrstudy.pixels.masking`; ``corners``, where most text and markers are.
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
    """Superellipse over lungs and mediastinum; see :data:`HALF_WIDTH`."""
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
    """Box around all likely positions of a hospital's side marker."""
    left, top = (share * FIELD for share in site.marker_place)
    right, bottom = left + MARKER_BREADTH * site.marker_size, top + site.marker_size
    place = (np.arange(pixels) + 0.5) / pixels * FIELD
    half = FIELD / pixels / 2  # a pixel that the box touches belongs to it
    rows = (place >= top - MARKER_MARGIN - half) & (place <= bottom + MARKER_MARGIN + half)
    columns = (place >= left - MARKER_MARGIN - half) & (place <= right + MARKER_MARGIN + half)
    return np.asarray(rows[:, None] & columns)
