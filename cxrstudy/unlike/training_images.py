"""Training images: the images that a run was trained on, if their pixels are on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cxrstudy.base import places
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.cohort_file import read_definition
from cxrstudy.data.manifest import ManifestError
from cxrstudy.data.role import Role
from cxrstudy.data.role_checks import CohortError
from cxrstudy.pixels.grey import Grey
from cxrstudy.pixels.memory_map import open_pixels
from cxrstudy.runs.record import Record
from cxrstudy.study import profile

#: Maximum number of training images to use, taken evenly.
MOST = 4000


class TrainingImagesError(RuntimeError):
    """The training images are not available; the message says why and what would help."""


def training_images(record: Record) -> Grey:
    """Training split of a run's roles, as it was read in training: (n, pixels, pixels).

    The whole split, also if the run used a fraction of it; at most :data:`MOST` images, taken
    evenly. Nothing is decoded or rendered.

    Raises
    ------
    TrainingImagesError
        The images have changed since, or their pixels are not available.
    """
    return _squares(*_cohort_and_role(record), record.identity["stage"]["pixels"])


def _squares(cohort: Cohort, role: Role, pixels: int) -> Grey:
    rows = role.rows("train")
    if len(rows) > MOST:
        rows = rows[np.linspace(0, len(rows) - 1, MOST).round().astype(np.intp)]
    parts = []
    for name, images in role.table.iloc[rows].groupby("manifest"):
        try:
            stored = open_pixels(cohort.manifests[str(name)], pixels, places.runs() / "pixels")
        except FileNotFoundError as error:
            raise TrainingImagesError(
                f"{error.args[0].split(': ')[0]}: no such file; copy it from where the run was "
                "trained"
            ) from None
        parts.append(stored[np.sort(images["row"].to_numpy(np.intp))])
    return np.concatenate(parts) if parts else np.empty((0, pixels, pixels), np.uint8)


def _cohort_and_role(record: Record) -> tuple[Cohort, Role]:
    """Reconstruct what a run was trained on, from the cohort and the role's hash in its record.

    A record does not name the profile that sets the number of phantoms, so all profiles are tried.
    """
    names, data = tuple(record.identity["stage"]["roles"]), record.identity["data"]
    try:
        for cohort in _cohorts(record.cohort, names):
            role = cohort.role(*names)
            if role.fingerprint == data:
                return cohort, role
    except (CohortError, ManifestError, profile.ProfileError) as error:
        raise TrainingImagesError(str(error)) from None
    raise TrainingImagesError(
        f"no profile draws the images of {'+'.join(names)} on cohort {record.cohort!r} that it was "
        "trained on; they have changed since"
    )


def _cohorts(name: str, roles: tuple[str, ...]) -> Iterator[Cohort]:
    """Load a cohort as each profile sizes it, the smallest first."""
    defined = read_definition(places.cohort(name)).roles
    sources = [source for role in roles if role in defined for source in defined[role].sources]
    drawn = {source.phantom for source in sources if source.phantom}
    profiles = [profile.read_profile(size) for size in profile.profile_names()]
    for each in sorted(profiles, key=lambda one: sum(one.phantom_patients.values())):
        # Drawing phantoms takes time, and the other roles are not needed.
        sizes = {role: n if role in drawn else 1 for role, n in each.phantom_patients.items()}
        yield load_cohort(name, sizes, each.phantom_seed)
        if not drawn:
            return
