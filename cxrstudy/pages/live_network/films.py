"""Films: the same simulated patients in both hospitals, with and without lesion and marker.

All of a patient's films come from the same random streams, so nothing else differs. A film is
displayed anew, as a detector would display it, so grey values change a little elsewhere too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cxrstudy.data.role import Role
from cxrstudy.explorer.encode import outline
from cxrstudy.phantom import hospitals, population
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.case import case_of
from cxrstudy.phantom.render import radiograph
from cxrstudy.phantom.twins import CHANGES, WITHOUT_LESION, WITHOUT_MARKER, Shown

Grey = NDArray[np.uint8]

#: Grey levels by which a pixel of a marker is brighter than the same film without it.
MARKER_STEP = 24


@dataclass(frozen=True, eq=False)
class Film:
    """A patient in a hospital, with or without lesion and marker."""

    site: str
    lesion: bool
    marker: bool
    grey: Grey


@dataclass(frozen=True, eq=False)
class Patient:
    """A patient's films.

    Attributes
    ----------
    id
        Id of the image in the cohort.
    label
        What the patient has.
    site
        Hospital in which the cohort has the image.
    outline
        Of the lesion, as an SVG path; empty if there is none.
    films
        One of each kind; those without the lesion only if there is one.
    """

    id: str
    label: str
    site: str
    outline: str
    films: tuple[Film, ...]

    def film(self, site: str, lesion: bool = True, marker: bool = True) -> Film:
        """The film of a kind."""
        kind = (site, lesion, marker)
        return next(one for one in self.films if (one.site, one.lesion, one.marker) == kind)

    @property
    def sites(self) -> list[str]:
        """Hospitals of the films."""
        return sorted({film.site for film in self.films})

    @property
    def original(self) -> Film:
        """The image of the cohort."""
        return self.film(self.site, bool(self.outline))


def patients_of(role: Role, images: int, pixels: int) -> list[Patient]:
    """Test patients with a visible marker in both hospitals: as many of each label, in their order.

    Parameters
    ----------
    role
        Role of simulated patients of the target population.
    images
        Number of patients; the first labels get one more if it can't be divided.
    pixels
        Side of the films.
    """
    wanted = {label: len(range(place, images, len(role.labels)))
              for place, label in enumerate(role.labels)}  # fmt: skip
    chosen: list[Patient] = []
    for row in role.rows("test"):
        label = role.labels[int(np.argmax(role.truth[row]))]
        if not wanted[label]:
            continue
        address, name = (str(role.table[column].iloc[row]) for column in ("path", "id"))
        patient = patient_at(address, name, label, pixels)
        if _marked(patient):
            chosen.append(patient)
            wanted[label] -= 1
        if not any(wanted.values()):
            break
    order = list(role.labels)
    return sorted(chosen, key=lambda patient: order.index(patient.label), reverse=True)


def patient_at(address: str, name: str, label: str, pixels: int) -> Patient:
    """Render all films of the patient at an address.

    Raises
    ------
    ValueError
        The address or the number of pixels is not legal.
    """
    where = population.parse(address)
    case = case_of(where)
    line, films = "", []
    for site, lesion, marker in _kinds(bool(case.findings)):
        shown = Shown(population.patient_of(where), case, SITES[site])
        shown = shown if lesion else CHANGES[WITHOUT_LESION](shown)
        shown = shown if marker else CHANGES[WITHOUT_MARKER](shown)
        made = radiograph(shown.patient, where.id, shown.case, pixels, shown.style)
        line = line or outline(made.lesion)
        films.append(Film(site, lesion, marker, made.image))
    return Patient(name, label, case.site, line, tuple(films))


def _kinds(has_lesion: bool) -> Iterator[tuple[str, bool, bool]]:
    lesions = (True, False) if has_lesion else (False,)
    return product(hospitals.SITES["target"], lesions, (True, False))


def marker_of(patient: Patient, site: str) -> list[tuple[int, int, int]]:
    """Pixels of the marker on a film: column, row and grey value."""
    lesion = bool(patient.outline)
    there, gone = (patient.film(site, lesion, marker).grey for marker in (True, False))
    brighter = there.astype(int) - gone.astype(int) >= MARKER_STEP
    rows, columns = np.nonzero(brighter)
    return [
        (int(x), int(y), int(grey))
        for x, y, grey in zip(columns, rows, there[brighter], strict=True)
    ]


def _marked(patient: Patient) -> bool:
    return all(marker_of(patient, site) for site in patient.sites)
