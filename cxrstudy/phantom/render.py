"""Render: from an address to an image with its ground truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrstudy.phantom import population
from cxrstudy.phantom.acquisition import SITES, SiteStyle, acquire
from cxrstudy.phantom.anatomy import chest
from cxrstudy.phantom.case import Case, case_of
from cxrstudy.phantom.devices import devices
from cxrstudy.phantom.findings import alteration, disease
from cxrstudy.phantom.fractals import CLASSES, draw_fractal
from cxrstudy.phantom.lateral import lateral_radiograph
from cxrstudy.phantom.pathology import soft_tissue
from cxrstudy.phantom.patient import Patient, draw_patient, draw_pose
from cxrstudy.phantom.phantom_image import Phantom
from cxrstudy.phantom.prevalence import GENERAL
from cxrstudy.phantom.sign import sign_mask, sign_tissue
from cxrstudy.phantom.streams import stream

SMALLEST, LARGEST = 32, 2048
"""Legal numbers of pixels a side."""

SPECIMENS = (
    "normal",
    "covid19",
    "lobar pneumonia",
    "multifocal pneumonia",
    *GENERAL,
)
"""Findings that `specimen` shows, in a gallery's order."""


def render(address: str, pixels: int) -> Phantom:
    """Render the image at an address.

    Parameters
    ----------
    address : str
        As in the manifest's column ``path``.
    pixels : int
        Pixels per side, 32 to 2048. The anatomy is the same at each size; noise is drawn per pixel.

    Returns
    -------
    Phantom
        The image, its masks and its patient.

    Raises
    ------
    ValueError
        If the address or the number of pixels is not legal.
    """
    where = population.parse(address)
    check_pixels(pixels)
    if where.role in CLASSES:
        rng = stream(where.seed, where.id, "fractal")
        nowhere = np.zeros((pixels, pixels), dtype=bool)
        image = draw_fractal(population.fractal_class(where), rng, pixels)
        return Phantom(image, nowhere, nowhere.copy(), None, nowhere.copy())
    case = case_of(where)
    if where.lateral:
        patient = population.patient_of(where)
        return lateral_radiograph(patient, where.id, case, pixels, SITES[case.site])
    return radiograph(population.patient_of(where), where.id, case, pixels, SITES[case.site])


def read(address: str, pixels: int) -> NDArray[np.uint8]:
    """Render the image at an address, without its ground truth; see `render`."""
    return render(address, pixels).image


def specimen(finding: str, seed: int, pixels: int) -> Phantom:
    """Render a given finding in the patient of a seed, the same patient for every finding.

    Parameters
    ----------
    finding : str
        One of `SPECIMENS`.
    seed : int
        Decides patient, pose and site.
    pixels : int
        Pixels per side, 32 to 2048.

    Raises
    ------
    ValueError
        If the finding or the number of pixels is not legal.

    Examples
    --------
    >>> from cxrstudy import phantom
    >>> shown = phantom.specimen("covid19", 7, 64)
    >>> shown.image.shape, bool(shown.lesion.any())
    ((64, 64), True)
    """
    if finding not in SPECIMENS:
        raise ValueError(f"finding must be one of {', '.join(SPECIMENS)}, not {finding!r}")
    check_pixels(pixels)
    rng = stream(seed, "specimen", "case")
    site, view = str(rng.choice(("alder", "birch"))), str(rng.choice(("PA", "AP")))
    findings = () if finding == "normal" else (finding,)
    case = Case(findings, findings, site, view, 1.0)
    return radiograph(draw_patient(seed, "specimen"), "specimen-1", case, pixels, SITES[site])


def radiograph(
    patient: Patient, image: str, case: Case, pixels: int, style: SiteStyle, drawing: str = ""
) -> Phantom:
    """Build the chest, draw the disease, add devices, take the image.

    Parameters
    ----------
    patient, case
        Who is shown, and what they have.
    image : str
        Id of the image, which names its random streams.
    pixels : int
        Pixels per side.
    style : SiteStyle
        Style of the hospital.
    drawing : str
        Name of another drawing of the same disease; empty for the patient's own.
    """
    pose = draw_pose(patient.seed, image, case.view)
    body = chest(patient, pose, pixels, alteration(patient, case.findings))
    lesion = disease(body, case.findings, case.progress, drawing)
    metal = devices(body, stream(patient.seed, image, "devices"))
    size = np.float32(patient.size)  # paths so far are in cm of the reference body
    grey = acquire(
        size * (soft_tissue(body, lesion) + sign_tissue(body, case.sign)),
        size * body.bone,
        metal,
        style,
        case.view,
        stream(patient.seed, image, "acquisition"),
        pose.field,
    )
    carried = sign_mask(body) if case.sign is not None else np.zeros_like(lesion.mask)
    return Phantom(grey, lesion.mask, body.lung_mask, patient, carried)


def check_pixels(pixels: int) -> None:
    """Check that a size can be rendered."""
    if not SMALLEST <= pixels <= LARGEST:
        raise ValueError(f"pixels must lie in {SMALLEST} to {LARGEST}, not {pixels!r}")
