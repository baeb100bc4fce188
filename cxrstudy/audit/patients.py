"""Patients: the person behind an image, from the names that its publishers gave it."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_NIH_IMAGE = re.compile(r"(\d{8})_\d{3}")
_RSNA_IMAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def person_of(names: tuple[str, str, str], nih_of_rsna: Mapping[str, str]) -> str:
    """Name the person behind an image.

    NIH's file names contain the patient's number. RSNA's "patientId" names an image, and the
    crosswalk gives the matching NIH image. For all others the manifest's patient is used.

    Parameters
    ----------
    names
        Patient, path and origin, as in the manifest.
    nih_of_rsna
        RSNA id to NIH file name.
    """
    patient, *files = names
    for stem in (nih_image(*files), nih_of_rsna.get(rsna_image(*names) or "")):
        if stem:
            return f"NIH patient {int(stem.split('_')[0])}"
    return patient


def nih_image(*files: str) -> str | None:
    """Stem of the NIH name of an image, such as ``00000061_012``, if a file name contains one."""
    stems = (PurePosixPath(file).stem for file in files)
    return next((stem for stem in stems if _NIH_IMAGE.fullmatch(stem)), None)


def rsna_image(*names: str) -> str | None:
    """RSNA id of an image, if a name contains one."""
    found = (_RSNA_IMAGE.search(name) for name in names)
    return next((match.group() for match in found if match), None)
