"""Twins: the same simulated patient in the same exposure, with one thing changed.

Only simulation has such images: anatomy, pose, devices, noise and everything else that is random
are drawn from the same streams. The image is displayed anew, as a detector would display it, so a
change in one place changes grey values elsewhere a little.
"""

from dataclasses import replace

from cxrstudy.phantom import population
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.address import Address
from cxrstudy.phantom.fractals import CLASSES
from cxrstudy.phantom.render import Phantom, check_pixels, radiograph

WITHOUT_LESION, ELSEWHERE = "without the lesion", "lesion elsewhere"
WITHOUT_MARKER, BARE = "without the marker", "without lesion and marker"

WITHOUT_SIGN = "without the sign"

#: What may be changed. A lesion elsewhere is the same disease, drawn anew by the same law, so its
#: place, extent and strength differ; it may overlap the first one.
CHANGES = (WITHOUT_LESION, ELSEWHERE, WITHOUT_MARKER, BARE, WITHOUT_SIGN)


def twin(address: str, pixels: int, change: str) -> Phantom:
    """Render the image at an address with one thing changed.

    Parameters
    ----------
    address
        Of a radiograph, as in the manifest's column ``path``.
    pixels
        Pixels per side, 32 to 2048.
    change
        One of :data:`CHANGES`.

    Returns
    -------
    The image and its masks; without a lesion, the mask of the lesion is empty.

    Raises
    ------
    ValueError
        The address, the number of pixels or the change is not legal, or the address is of a
        fractal, which has no patient.

    Examples
    --------
    >>> address = "phantom:seed=7;role=target;site_follows_label=0;id=target-00000-1"
    >>> bool(twin(address, 64, WITHOUT_LESION).lesion.any())
    False
    """
    if change not in CHANGES:
        raise ValueError(f"change must be one of {', '.join(CHANGES)}, not {change!r}")
    where = _radiograph_at(address, pixels)
    case = population.case_of(where)
    style = SITES[case.site]
    if change in (WITHOUT_LESION, BARE):
        case = replace(case, findings=())
    if change == WITHOUT_SIGN:
        case = replace(case, sign=None)
    if change in (WITHOUT_MARKER, BARE):
        style = replace(style, marker="")
    again = "again" if change == ELSEWHERE else ""
    return radiograph(population.patient_of(where), where.id, case, pixels, style, again)


def imaged_at(address: str, pixels: int, site: str) -> Phantom:
    """Render the same patient, with the same disease, in another hospital.

    Parameters
    ----------
    address, pixels
        As for :func:`twin`.
    site
        One of :data:`cxrstudy.phantom.acquisition.SITES`.

    Raises
    ------
    ValueError
        As :func:`twin`; or there is no such hospital.

    Examples
    --------
    >>> address = "phantom:seed=7;role=target;site_follows_label=0;id=target-00000-1"
    >>> imaged_at(address, 64, "cedar").image.shape
    (64, 64)
    """
    if site not in SITES:
        raise ValueError(f"site must be one of {', '.join(SITES)}, not {site!r}")
    where = _radiograph_at(address, pixels)
    case = population.case_of(where)
    return radiograph(population.patient_of(where), where.id, case, pixels, SITES[site])


def _radiograph_at(address: str, pixels: int) -> Address:
    where = population.parse(address)
    check_pixels(pixels)
    if where.role in CLASSES:
        raise ValueError(f"{address}: a fractal has no patient, so it has no twin")
    return where
