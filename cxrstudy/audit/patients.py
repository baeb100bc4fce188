"""People: who is behind an image, told by the names that its publishers gave it."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_NIH_IMAGE = re.compile(r"(\d{8})_\d{3}")
_RSNA_IMAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def person_of(names: tuple[str, str, str], nih_of_rsna: Mapping[str, str]) -> str:
    """Name the person behind an image.

    NIH puts the patient's number into the file's name. RSNA's "patientId" names an image; the
    crosswalk knows which NIH image it is. All others are who the manifest says.

    Parameters
    ----------
    names
        Patient, path and origin, as in the manifest.
    nih_of_rsna
        RSNA's id to the file name of NIH.
    """
    patient, *files = names
    for stem in (nih_image(*files), nih_of_rsna.get(rsna_image(*names) or "")):
        if stem:
            return f"NIH patient {int(stem.split('_')[0])}"
    return patient


def nih_image(*files: str) -> str | None:
    """Stem of NIH's name of an image, such as ``00000061_012``, if a file has one."""
    stems = (PurePosixPath(file).stem for file in files)
    return next((stem for stem in stems if _NIH_IMAGE.fullmatch(stem)), None)


def rsna_image(*names: str) -> str | None:
    """RSNA's id of an image, if a name holds one."""
    found = (_RSNA_IMAGE.search(name) for name in names)
    return next((match.group() for match in found if match), None)
