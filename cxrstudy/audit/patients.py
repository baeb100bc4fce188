"""Patients: the person behind an image, from its manifest and from the names of public files.

A manifest names the patient of an image, and that name is always kept: all images of one name are
of one person. A name that is guessed from a file can only join persons, never part them, and it is
believed only where the manifest says that the image is from NIH or RSNA.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_NIH_IMAGE = re.compile(r"(\d{8})_\d{3}")
_RSNA_IMAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: Number of patients of NIH ChestX-ray14, which are numbered from 1.
_LAST_NIH = 30_805


def persons(images: pd.DataFrame, nih_of_rsna: Mapping[str, str]) -> list[str]:
    """Name the person behind each image.

    NIH's file names contain the patient's number. RSNA's "patientId" names an image, and the
    crosswalk gives the matching NIH image.

    Parameters
    ----------
    images
        Columns ``patient``, ``path``, ``origin`` and ``source`` of a manifest.
    nih_of_rsna
        RSNA id to NIH file name.

    Returns
    -------
    ``NIH patient N`` if one of the person's images is known to be of that patient, otherwise the
    manifest's name (the first, if several are joined).
    """
    columns = (images[name].astype(str) for name in ("patient", "path", "origin", "source"))
    guesses = [
        _guess(patient, path, origin, source, nih_of_rsna)
        for patient, path, origin, source in zip(*columns, strict=True)
    ]
    patients = [f"patient {name}" for name in images["patient"]]
    nodes = list(dict.fromkeys([*(guess for guess in guesses if guess), *patients]))
    number = {name: at for at, name in enumerate(nodes)}
    links = [
        (number[guess], number[patient])
        for guess, patient in zip(guesses, patients, strict=True)
        if guess
    ]
    ends = np.array(links, np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links)), tuple(ends)), shape=(len(nodes), len(nodes)))
    _, groups = connected_components(graph, directed=False)
    first: dict[int, str] = {}
    for name, group in zip(nodes, groups, strict=True):  # guesses come first
        first.setdefault(int(group), name.removeprefix("patient "))
    return [first[int(groups[number[patient]])] for patient in patients]


def _guess(
    patient: str, path: str, origin: str, source: str, nih_of_rsna: Mapping[str, str]
) -> str | None:
    """The NIH patient of an image, if the manifest or the crosswalk says so."""
    rsna = rsna_image(patient, path, origin) or ""
    if rsna in nih_of_rsna:
        return _nih_patient(nih_of_rsna[rsna])
    is_nih = source.casefold() in ("nih", "rsna") or patient.casefold().startswith("nih-")
    stem = nih_image(path, origin) if is_nih else None
    return None if stem is None else _nih_patient(stem)


def _nih_patient(image: str) -> str | None:
    number = int(image.split("_")[0])
    return f"NIH patient {number}" if 1 <= number <= _LAST_NIH else None


def nih_image(*files: str) -> str | None:
    """Stem of the NIH name of an image, such as ``00000061_012``, if a file name contains one."""
    stems = (PurePosixPath(file).stem for file in files)
    return next((stem for stem in stems if _NIH_IMAGE.fullmatch(stem)), None)


def rsna_image(*names: str) -> str | None:
    """RSNA id of an image, if a name contains one."""
    found = (_RSNA_IMAGE.search(name) for name in names)
    return next((match.group() for match in found if match), None)
