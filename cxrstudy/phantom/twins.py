"""Twins: the same simulated patient in the same exposure, with one thing changed.

Only simulation has such images: anatomy, pose, devices, noise and everything else that is random
are drawn from the same streams. The image is displayed anew, as a detector would display it, so a
change in one place changes grey values elsewhere a little.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cxrstudy.phantom import hospitals, population
from cxrstudy.phantom.acquisition import SITES, SiteStyle
from cxrstudy.phantom.address import Address
from cxrstudy.phantom.case import Case, case_of
from cxrstudy.phantom.fractals import CLASSES
from cxrstudy.phantom.patient import Patient, draw_patient
from cxrstudy.phantom.phantom_image import Phantom
from cxrstudy.phantom.render import check_pixels, radiograph

WITHOUT_LESION, ELSEWHERE = "without the lesion", "lesion elsewhere"
LIGHTER, DENSER = "lighter lesion", "denser lesion"
WITHOUT_MARKER, BARE = "without the marker", "without lesion and marker"
LOOK_UP, BORDER = "another hospital's look-up", "visible border"
NOISIER, BLURRED = "a quarter of the dose", "blurred"
VIEW, ANATOMY = "other projection", "another patient"

WITHOUT_SIGN = "without the sign"

#: Factors on the density of a lighter and of a denser lesion; on the dose; and the blur in cm.
LIGHT, DENSE, DOSE, BLUR = 0.5, 1.5, 0.25, 0.4


@dataclass(frozen=True)
class Shown:
    """What is rendered: who, with what, imaged how, and which drawing of the disease."""

    patient: Patient
    case: Case
    style: SiteStyle
    drawing: str = ""


def _without_lesion(shown: Shown) -> Shown:
    return replace(shown, case=replace(shown.case, findings=()))


def _without_marker(shown: Shown) -> Shown:
    return _imaged(shown, marker="")


def _as_dense(shown: Shown, times: float) -> Shown:
    return replace(shown, case=replace(shown.case, progress=shown.case.progress * times))


def _imaged(shown: Shown, **changes: str | float) -> Shown:
    return replace(shown, style=replace(shown.style, **changes))  # type: ignore[arg-type]


def _other_look_up(shown: Shown) -> Shown:
    """Grey values as in the other hospital of the target; marker and everything else stay."""
    own = shown.case.site
    other = SITES[next(name for name in hospitals.SITES["target"] if name != own)]
    return _imaged(
        shown,
        contrast=other.contrast,
        contrast_spread=other.contrast_spread,
        centre=other.centre,
        enhancement=other.enhancement,
    )


def _other_view(shown: Shown) -> Shown:
    return replace(shown, case=replace(shown.case, view="PA" if shown.case.view == "AP" else "AP"))


def _other_patient(shown: Shown) -> Shown:
    """Anatomy of somebody else, who has the same disease, drawn anew by the same law."""
    patient = shown.patient
    return replace(shown, patient=draw_patient(patient.seed, f"other than {patient.name}"))


#: What may be changed. A lesion elsewhere is the same disease, drawn anew by the same law, so its
#: place, extent and strength differ; it may overlap the first one.
CHANGES: Mapping[str, Callable[[Shown], Shown]] = MappingProxyType(
    {
        WITHOUT_LESION: _without_lesion,
        ELSEWHERE: lambda shown: replace(shown, drawing="again"),
        LIGHTER: lambda shown: _as_dense(shown, LIGHT),
        DENSER: lambda shown: _as_dense(shown, DENSE),
        WITHOUT_MARKER: _without_marker,
        BARE: lambda shown: _without_marker(_without_lesion(shown)),
        LOOK_UP: _other_look_up,
        BORDER: lambda shown: _imaged(shown, shutter=1.0),
        NOISIER: lambda shown: _imaged(shown, dose=shown.style.dose * DOSE),
        BLURRED: lambda shown: _imaged(shown, blur=BLUR),
        VIEW: _other_view,
        ANATOMY: _other_patient,
        WITHOUT_SIGN: lambda shown: replace(shown, case=replace(shown.case, sign=None)),
    }
)


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
        fractal, which has no patient, or of a lateral.

    Examples
    --------
    >>> address = "phantom:seed=7;role=target;site_follows_label=0;id=target-00000-1"
    >>> bool(twin(address, 64, WITHOUT_LESION).lesion.any())
    False
    """
    if change not in CHANGES:
        raise ValueError(f"change must be one of {', '.join(CHANGES)}, not {change!r}")
    where = _radiograph_at(address, pixels)
    case = case_of(where)
    shown = CHANGES[change](Shown(population.patient_of(where), case, SITES[case.site]))
    return radiograph(shown.patient, where.id, shown.case, pixels, shown.style, shown.drawing)


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
    case = case_of(where)
    return radiograph(population.patient_of(where), where.id, case, pixels, SITES[site])


def _radiograph_at(address: str, pixels: int) -> Address:
    where = population.parse(address)
    check_pixels(pixels)
    if where.role in CLASSES:
        raise ValueError(f"{address}: a fractal has no patient, so it has no twin")
    if where.lateral:
        raise ValueError(f"{address}: twins are frontal images; leave out view=lateral")
    return where
