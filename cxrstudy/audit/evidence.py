"""Evidence: what the checks of the audit need, each part computed once and only when needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.audit.check_result import CannotCheck
from cxrstudy.audit.file_facts import file_facts
from cxrstudy.audit.likeness import Likeness, likeness
from cxrstudy.audit.near_duplicate_pairs import Pairs, pairs_alike
from cxrstudy.audit.patients import persons
from cxrstudy.audit.thumbnails import Thumbnails, look
from cxrstudy.base import places
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.cohort_file import Source, read_definition
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.role import Role
from cxrstudy.data.sources.rsna import CONFIDENT
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import read_table
from cxrstudy.data.tables.values import numbers
from cxrstudy.study.profile import read_profile

#: Roles whose names begin like this hold non-radiographic images.
OUT_OF_DOMAIN = "natural"
#: Path, in the data folder, of the table that matches RSNA images to NIH images.
CROSSWALK = Path("crosswalk") / "rsna_to_nih.csv.gz"


@dataclass(frozen=True)
class Evidence:
    """A cohort and the data behind it.

    Attributes
    ----------
    cohort
        The cohort that is trained and tested on.
    manifests
        All rows of its manifests, including excluded ones, by name.
    vocabulary
        Labels of each manifest, by name.
    look
        Function from a manifest's name to its images.
    crosswalk
        Columns ``rsna_id``, ``nih_image``, ``mse``, ``rsna_class``; None if there is no table.
    read_facts
        Function from paths to facts of files; see `file_facts`.
    """

    cohort: Cohort
    manifests: Mapping[str, pd.DataFrame]
    vocabulary: Mapping[str, tuple[str, ...]]
    look: Callable[[str], Thumbnails]
    crosswalk: pd.DataFrame | None = None
    read_facts: Callable[[Sequence[str]], pd.DataFrame] = file_facts

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Roles that hold radiographs."""
        return {
            name: role
            for name, role in self.cohort.roles.items()
            if not name.startswith(OUT_OF_DOMAIN)
        }

    @cached_property
    def images(self) -> pd.DataFrame:
        """Each image once, including excluded ones; row numbers are positions in this table.

        Columns of the manifest, and ``manifest``, ``person`` (see :mod:`cxrstudy.audit.patients`),
        ``used`` (whether a role contains it) and ``roles`` (the roles that contain it, or, if it
        is not used, the roles that use its manifest).
        """
        names = dict.fromkeys(name for role in self.roles.values() for name in role.table.manifest)
        tables = [self.manifests[name].assign(manifest=name) for name in names]
        images = pd.concat(tables, ignore_index=True)
        images["person"] = persons(images, self._nih_of_rsna)
        having: list[list[str]] = [[] for _ in range(len(images))]
        for name, role in self.roles.items():
            for position in _positions(images, role.table):
                having[position].append(name)
        images["used"] = [bool(names) for names in having]
        drawing = {
            name: [role for role, has in self.roles.items() if name in set(has.table["manifest"])]
            for name in names
        }
        images["roles"] = [
            tuple(had or drawing[manifest])
            for had, manifest in zip(having, images["manifest"], strict=True)
        ]
        return images

    @cached_property
    def _nih_of_rsna(self) -> dict[str, str]:
        if self.crosswalk is None:
            return {}
        sure = self.crosswalk[self.crosswalk["mse"] <= CONFIDENT]
        return dict(zip(sure["rsna_id"], sure["nih_image"], strict=True))

    def positions(self, role: Role) -> NDArray[np.intp]:
        """Positions of a role's rows in :attr:`images`."""
        return _positions(self.images, role.table)

    def people(self, role: Role) -> NDArray[np.object_]:
        """The person of each of a role's rows."""
        return np.asarray(self.images["person"].to_numpy(object)[self.positions(role)])

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Thumbnails of all :attr:`images`."""
        looked = [self.look(name) for name in self.images["manifest"].unique()]
        starts = np.cumsum([0, *(len(seen.pixels) for seen in looked)])
        unreadable = {
            int(start) + row: what
            for start, seen in zip(starts[:-1], looked, strict=True)
            for row, what in seen.unreadable.items()
        }
        return Thumbnails(np.concatenate([seen.pixels for seen in looked]), unreadable)

    @cached_property
    def readable(self) -> NDArray[np.bool_]:
        """Whether each image could be read and is not blank.

        Raises
        ------
        CannotCheck
            No image could be read.
        """
        seen = self.thumbnails.pixels
        readable = seen.min((1, 2)) < seen.max((1, 2))
        readable[list(self.thumbnails.unreadable)] = False
        if not readable.any():
            raise CannotCheck("None of the images can be read; see CXR109.")
        return np.asarray(readable)

    @cached_property
    def like(self) -> Likeness:
        """How much the readable images that a role uses are like their mean, in their order."""
        used = self.readable & self.images["used"].to_numpy()
        return likeness(self.thumbnails.pixels[used])

    @cached_property
    def files(self) -> pd.DataFrame:
        """What the files of all :attr:`images` say beside their pixels; see `file_facts`."""
        used = self.images["used"].to_numpy()
        paths = self.images["path"].where(used, "").to_list()
        return self.read_facts(paths)

    @cached_property
    def near(self) -> Pairs:
        """All pairs of readable images that are copies of one another.

        Phantoms are left out: two addresses are never copies, but the generator's ribs are so alike
        that a few pairs of different phantoms would pass for copies.
        """
        is_phantom = self.images["path"].str.startswith("phantom:").to_numpy()
        return pairs_alike(self.thumbnails.pixels, self.readable & ~is_phantom)


def gather(cohort: str, profile: str) -> Evidence:
    """Collect the evidence on a cohort; images are read only when a check needs them.

    Raises
    ------
    CohortError, ManifestError, ProfileError
        The cohort, one of its manifests or the profile can't be read.
    """
    sizes = read_profile(profile)
    loaded = load_cohort(cohort, sizes.phantom_patients, sizes.phantom_seed)
    definition = read_definition(places.cohort(cohort))
    sources = {
        source.name: source for recipe in definition.roles.values() for source in recipe.sources
    }
    opened = {name: _open(source, loaded) for name, source in sources.items()}
    manifests = {name: table for name, (table, _) in opened.items()}
    file = places.data() / CROSSWALK
    return Evidence(
        cohort=loaded,
        manifests=manifests,
        vocabulary={name: carried for name, (_, carried) in opened.items()},
        look=lambda name: look(manifests[name], loaded.manifests[name]),
        crosswalk=_crosswalk(file) if file.is_file() else None,
    )


def _crosswalk(file: Path) -> pd.DataFrame:
    table = read_table(file, ["rsna_id", "nih_image", "mse", "rsna_class"])
    table["mse"] = numbers(Column.of(file, table, "mse"))
    return unique_by(table, ["rsna_id"], file, Notes())


def _open(source: Source, cohort: Cohort) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All rows of a source, and the labels that it carries."""
    if source.manifest is None:
        assert source.phantom is not None  # the schema ensures it
        return cohort.manifests[source.name], phantom.LABELS[source.phantom]
    manifest = read_manifest(places.manifest(source.manifest))
    return manifest.table, manifest.card.labels


def _positions(images: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.intp]:
    """Positions of a role's rows among the images; images of a manifest are contiguous."""
    positions = np.zeros(len(table), np.intp)
    included = (images["excluded"] == "").to_numpy()
    for name in table["manifest"].unique():
        available = np.flatnonzero((images["manifest"] == name).to_numpy() & included)
        here = (table["manifest"] == name).to_numpy()
        positions[here] = available[table["row"].to_numpy(np.intp)[here]]
    return positions
