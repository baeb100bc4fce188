"""Evidence: what the checks of the audit look at, each thing computed once and only if needed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from cxrstudy import engine, phantom, pixels, places
from cxrstudy.audit.hashing import Pairs, agreement, near_pairs, perceptual_hash
from cxrstudy.audit.outcome import CannotCheck
from cxrstudy.cohort import Cohort, Role, Source, load_cohort, read_definition
from cxrstudy.decode import UnreadableImage
from cxrstudy.manifest import read_manifest
from cxrstudy.profile import read_profile

#: Side of the images that the checks see: enough for a hash and a border, seconds to decode, and
#: the side that the quick profile decodes anyway.
PIXELS = 64
#: Roles whose names begin so hold no radiographs, but photographs or fractals: nobody's lungs.
OUT_OF_DOMAIN = "natural"
#: Where the radiographs' folder has the table that says which NIH image an RSNA image is.
CROSSWALK = Path("crosswalk") / "rsna_to_nih.csv.gz"
#: Hashes may differ in so many of 64 bits. Measured on the open cohort: all of 258 known copies
#: across sources are within 10 bits (99 % within 8); of all pairs of different patients .025 % of
#: 2.0 million (NIH) and .092 % of 17 million (Kermany) are, which is why details are looked at.
HASH_DISTANCE = 10
#: Details must correlate at least so much. Measured on the same pairs: 98 % of known copies do
#: (least .93). Of the 19 million pairs of different patients none of NIH does (largest .82), and
#: one of Kermany: the same file under two names (the next is .80); nor does any of 6 million pairs
#: of phantoms (largest .88).
DETAIL_AGREEMENT = 0.90
#: Rows from which several processes pay off: to start them takes longer than to decode fewer.
PARALLEL_FROM = 500

_NIH_IMAGE = re.compile(r"(\d{8})_\d{3}")
_RSNA_IMAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Thumbnails:
    """Images of a manifest's rows, excluded ones too, at :data:`PIXELS` pixels.

    Attributes
    ----------
    pixels
        (n, 64, 64); black where an image could not be read.
    unreadable
        Row to what is wrong with its image, with the code of :mod:`cxrstudy.decode`.
    """

    pixels: NDArray[np.uint8]
    unreadable: Mapping[int, str]


@dataclass(frozen=True)
class Evidence:
    """A cohort, and what is behind it.

    Attributes
    ----------
    cohort
        As it is trained and tested on.
    manifests
        Every row of its manifests, those excluded too, by name.
    vocabulary
        Labels that a manifest carries, by its name.
    look
        A manifest's name to its images.
    crosswalk
        Columns ``rsna_id``, ``nih_image``, ``mse``, ``rsna_class``; None without a table.
    """

    cohort: Cohort
    manifests: Mapping[str, pd.DataFrame]
    vocabulary: Mapping[str, tuple[str, ...]]
    look: Callable[[str], Thumbnails]
    crosswalk: pd.DataFrame | None = None

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
        """Each image once, excluded ones too; its row number is its position everywhere here.

        Columns of the manifest, and ``manifest``, ``person`` (see :func:`person_of`), ``used``
        (whether a role has it) and ``roles`` (those that have it; of one that is not used, those
        that draw on its manifest).
        """
        names = dict.fromkeys(name for role in self.roles.values() for name in role.table.manifest)
        tables = [self.manifests[name].assign(manifest=name) for name in names]
        images = pd.concat(tables, ignore_index=True)
        images["person"] = [person_of(image, self._nih_of_rsna) for image in _named(images)]
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
        return dict(zip(self.crosswalk["rsna_id"], self.crosswalk["nih_image"], strict=True))

    def positions(self, role: Role) -> NDArray[np.intp]:
        """Positions of a role's rows among :attr:`images`."""
        return _positions(self.images, role.table)

    def people(self, role: Role) -> NDArray[np.object_]:
        """Persons of a role's rows."""
        return np.asarray(self.images["person"].to_numpy(object)[self.positions(role)])

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Of all :attr:`images`."""
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
        """Whether an image could be read and shows anything.

        Raises
        ------
        CannotCheck
            None could.
        """
        seen = self.thumbnails.pixels
        readable = seen.min((1, 2)) < seen.max((1, 2))
        readable[list(self.thumbnails.unreadable)] = False
        if not readable.any():
            raise CannotCheck("None of the images can be read; see CXR109.")
        return np.asarray(readable)

    @cached_property
    def near(self) -> Pairs:
        """All pairs of readable images that look alike: hash within reach and details agree.

        An image is looked at whole, and as the square in its middle, which is how some collections
        cut what they took from others.
        """
        whole = np.flatnonzero(self.readable)
        width, height = (self.images[side].to_numpy()[whole] for side in ("width", "height"))
        cut = whole[width != height]
        seen = self.thumbnails.pixels
        aspects = (width / height)[width != height]
        middles = [middle(image, aspect) for image, aspect in zip(seen[cut], aspects, strict=True)]
        shown = np.concatenate([seen[whole], *(image[None] for image in middles)])
        return _of_images(_look_alike(shown), np.concatenate([whole, cut]))


def middle(image: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Cut the square out of the middle of a picture that was squashed to a square.

    Parameters
    ----------
    image
        (n, n).
    aspect
        Width by height before it was squashed.
    """
    side = len(image)
    across, down = min(1.0, 1 / aspect), min(1.0, aspect)
    box = (side * (1 - across) / 2, side * (1 - down) / 2)
    cut = (*box, side - box[0], side - box[1])
    picture = Image.fromarray(image)
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR, box=cut))


def _look_alike(shown: NDArray[np.uint8]) -> Pairs:
    found = near_pairs(perceptual_hash(shown), HASH_DISTANCE)
    same = agreement(shown, found) >= DETAIL_AGREEMENT
    return Pairs(found.first[same], found.second[same], found.distance[same])


def _of_images(pairs: Pairs, owner: NDArray[np.intp]) -> Pairs:
    """Turn pairs of what is shown into pairs of images, each once, at its smallest distance."""
    ends = np.sort(np.stack([owner[pairs.first], owner[pairs.second]]), axis=0)
    table = pd.DataFrame({"first": ends[0], "second": ends[1], "distance": pairs.distance})
    table = table[table["first"] < table["second"]].sort_values(["first", "second", "distance"])
    table = table.drop_duplicates(["first", "second"])
    return Pairs(*(table[name].to_numpy() for name in Pairs._fields))


def gather(cohort: str, profile: str) -> Evidence:
    """Collect what the audit of a cohort needs; images are read when a check asks for them.

    Raises
    ------
    CohortError, ManifestError, ProfileError
        The cohort, one of its manifests or the profile can't be read.
    """
    sizes = read_profile(profile)
    loaded = load_cohort(cohort, sizes.phantom_patients, sizes.phantom_seed)
    definition = read_definition(places.MANIFESTS / "cohorts" / f"{cohort}.yaml")
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
        crosswalk=pd.read_csv(file) if file.is_file() else None,
    )


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


def look(table: pd.DataFrame, included: pd.DataFrame) -> Thumbnails:
    """Read the images of a manifest.

    Parameters
    ----------
    table
        All rows of the manifest.
    included
        Those not excluded, as a cohort holds them, so that pixels are shared with the training.
    """
    seen = np.zeros((len(table), PIXELS, PIXELS), np.uint8)
    is_in = (table["excluded"] == "").to_numpy()
    unreadable: dict[int, str] = {}
    for rows, part in ((np.flatnonzero(is_in), included), (np.flatnonzero(~is_in), table[~is_in])):
        if len(rows):
            seen[rows], wrong = _read(part)
            unreadable |= {int(rows[row]): what for row, what in wrong.items()}
    return Thumbnails(seen, unreadable)


def _read(table: pd.DataFrame) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """Read what can be read, from the store of pixels if possible."""
    lost = {
        row: f"PIX001 missing file: {path}"
        for row, path in enumerate(table["path"])
        if not path.startswith("phantom:") and not (places.data() / path).is_file()
    }
    if not lost:
        folder = places.runs() / "pixels"
        try:
            workers = engine.workers() if len(table) >= PARALLEL_FROM else 1
            file = pixels.build(table, PIXELS, folder, places.data(), workers)
            return np.load(file), {}
        except UnreadableImage:
            pass  # one at least; the search below names all of them
    seen = np.zeros((len(table), PIXELS, PIXELS), np.uint8)
    present = np.setdiff1d(np.arange(len(table)), list(lost))
    with TemporaryDirectory() as scratch:
        lost |= _search(table, present, seen, Path(scratch))
    return seen, lost


def _search(
    table: pd.DataFrame, rows: NDArray[np.intp], seen: NDArray[np.uint8], scratch: Path
) -> dict[int, str]:
    """Fill `seen` and say what can't be read, by halving whatever holds such an image."""
    if not len(rows):
        return {}
    try:
        file = pixels.build(table.iloc[rows], PIXELS, scratch, places.data(), 1)
    except UnreadableImage as error:
        if len(rows) == 1:
            return {int(rows[0]): str(error)}
        halves = np.array_split(rows, 2)
        return _search(table, halves[0], seen, scratch) | _search(table, halves[1], seen, scratch)
    seen[rows] = np.load(file)
    return {}


def _open(source: Source, cohort: Cohort) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All rows of a source, and the labels that it carries."""
    if source.manifest is None:
        assert source.phantom is not None  # the schema sees to it
        return cohort.manifests[source.name], phantom.LABELS[source.phantom]
    manifest = read_manifest(places.MANIFESTS / f"{source.manifest}.csv")
    return manifest.table, manifest.card.labels


def _named(images: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(images["patient"], images["path"], images["origin"], strict=True))


def _positions(images: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.intp]:
    """Where the rows of a role's table are among the images; a manifest's images lie together."""
    positions = np.zeros(len(table), np.intp)
    included = (images["excluded"] == "").to_numpy()
    for name in table["manifest"].unique():
        available = np.flatnonzero((images["manifest"] == name).to_numpy() & included)
        here = (table["manifest"] == name).to_numpy()
        positions[here] = available[table["row"].to_numpy(np.intp)[here]]
    return positions
