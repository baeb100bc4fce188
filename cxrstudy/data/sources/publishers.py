"""Publishers: the adapter of each set whose images the user supplies, by the name of its card."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

from cxrstudy.base import numbers
from cxrstudy.data.card import Card, different_counts
from cxrstudy.data.sources import (
    bimcv,
    chexpert,
    covidx,
    mimic,
    nih,
    padchest,
    radiography,
    ricord,
    rsna,
    siim,
    vindr,
)
from cxrstudy.data.sources.labels import Reading

_ALONE: dict[str, Callable[[Path], Reading]] = {
    "bimcv": bimcv.read,
    "chexpert": chexpert.read,
    "mimic": mimic.read,
    "nih": nih.read,
    "padchest": padchest.read,
    "radiography_database": radiography.read,
    "ricord": ricord.read,
    "siim": siim.read,
    "vindr": vindr.read,
}
_VERSIONS: tuple[covidx.Version, ...] = get_args(covidx.Version)

#: Sets whose adapter needs the table that matches RSNA images to NIH images.
NEED_CROSSWALK = ("rsna", *(f"covidx{version.lower()}" for version in _VERSIONS))
#: All sets that have an adapter.
NAMES = tuple(sorted((*_ALONE, *NEED_CROSSWALK)))


class NoAdapter(ValueError):
    """A set has no adapter; the message names those that have one."""


@dataclass(frozen=True)
class Tables:
    """Further tables that some adapters need.

    Attributes
    ----------
    crosswalk
        Table that matches RSNA images to NIH images.
    headers
        RSNA's DICOM headers, for view, sex and age; None if there are none.
    """

    crosswalk: Path
    headers: Path | None = None


def read(name: str, folder: Path, tables: Tables) -> Reading:
    """Read a publisher's label files.

    Parameters
    ----------
    name
        Name of the set's card, one of :data:`NAMES`.
    folder
        The publisher's folder.
    tables
        Tables that RSNA and COVIDx need.

    Raises
    ------
    NoAdapter
        The set has no adapter.
    FileNotFoundError, cxrstudy.data.tables.reader.TableError
        A label file is missing or wrong.
    """
    if name not in NAMES:
        raise NoAdapter(f"{name!r} has no adapter; those that have one are {', '.join(NAMES)}")
    if name in _ALONE:
        return _ALONE[name](folder)
    if not tables.crosswalk.is_file():
        raise FileNotFoundError(
            f"{tables.crosswalk}: no such file; {name} needs the table that matches RSNA images to "
            "NIH images, because RSNA names images, not patients"
        )
    if name == "rsna":
        return rsna.read(folder, tables.crosswalk, tables.headers)
    versions = {f"covidx{version.lower()}": version for version in _VERSIONS}
    reader = partial(covidx.read, folder, versions[name])
    return reader(tables.crosswalk, tables.headers)


def summary(card: Card, reading: Reading) -> list[str]:
    """Say in lines of text what was read, where it differs from the card, and all notes."""
    rows = reading.rows
    included = rows[rows["excluded"] == ""]
    cells = included["labels"].str.split("|")
    counts = [
        f"{label}: {numbers.count(sum(label in cell for cell in cells))} present, "
        f"{numbers.count(sum(f'?{label}' in cell for cell in cells))} unknown"
        for label in card.labels
    ]
    reasons = rows.loc[rows["excluded"] != "", "excluded"].value_counts()
    unknown = {
        "view": (included["view"] == "unknown").sum(),
        "sex": (included["sex"] == "unknown").sum(),
        "age": included["age"].isna().sum(),
    }
    images, patients = numbers.count(len(rows)), numbers.count(rows["patient"].nunique())
    return [
        f"{card.name}: {images} images of {patients} patients",
        *counts,
        *(f"{name} unknown: {numbers.count(count)}" for name, count in unknown.items()),
        *(f"excluded: {numbers.count(count)}: {reason}" for reason, count in reasons.items()),
        *(f"note: {line}" for line in different_counts(card, rows)),
        *(f"note: {note}" for note in reading.notes),
    ]
