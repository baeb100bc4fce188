"""Add: a user's table or folder of radiographs becomes a manifest, a card and a cohort.

Nothing is left out without a word: rows that can't be used are excluded in the manifest with a
reason, or counted if they have no file. No name, birth date or number of a patient is written; see
`identities` and `headers`.
"""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import counted
from cxrstudy.data.manifest import check_manifest, write_manifest
from cxrstudy.data.own import cohorts
from cxrstudy.data.own.files import Seen, find_files, link, look_at, near
from cxrstudy.data.own.headers import READ
from cxrstudy.data.own.labels import Labels, read_labels
from cxrstudy.data.own.listing import image_files, known, read_listing
from cxrstudy.data.own.manifest import manifest_of
from cxrstudy.data.own.rows import with_headers
from cxrstudy.data.own.wish import AddError, Wish, check_wish
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes


@dataclass(frozen=True)
class Added:
    """What was written, and what a user should know of it, in lines of text."""

    table: pd.DataFrame
    labels: Labels
    files: tuple[Path, ...]
    said: tuple[str, ...]


def add(listing: Path, images: Path, wish: Wish) -> Added:
    """Write manifest, card and cohort of a user's radiographs.

    Parameters
    ----------
    listing
        A table (CSV or Excel), or a folder of images.
    images
        Folder of the files.
    wish
        What to make of them.

    Raises
    ------
    AddError
        The name is not usable or taken, images have no patient, or none has a file.
    UnclearColumns, UnclearLabel
        It is not clear which column or which label is meant.
    TableError
        The table can't be read.
    """
    check_wish(wish)
    notes = Notes()
    rows, columns = read_listing(listing, wish.columns)
    rows = known(_with_files(rows, listing, images, notes))
    rows = unique_by(rows, ["image"], listing, notes)
    seen = look_at([images / file for file in rows["image"]])
    rows, filled = with_headers(rows, seen, listing, notes)
    labels = _labels(rows["label"], columns["label"], wish)
    _note_contradictions(labels, rows["label"], listing, notes)
    table = manifest_of(rows, seen, labels, wish, listing, notes)
    folder = places.own() / "images" / wish.name
    files = rows.loc[table.index, "image"]
    usable = {path: images / file for path, file in zip(table["path"], files, strict=True)}
    kind = link(usable, folder)
    written = _write(table, labels, folder, wish)
    said = [
        *(f"{what}: column {column!r}" for what, column in columns.items()),
        *(f"{what}: {n} from DICOM headers" for what, n in filled.items()),
        *_read_of_headers(seen),
        *(str(note) for note in notes.found),
        *_odd(seen),
        *_counts(table, labels),
        _identities(wish),
        f"The files are read through {kind} in {folder}; they were not changed.",
    ]
    return Added(table, labels, written, tuple(said))


def _labels(cells: "pd.Series[str]", column: str, wish: Wish) -> Labels:
    """Read the labels; those of another hospital must be those of the target."""
    if wish.role != "external":
        return read_labels(cells, column, wish.asks, wish.renames)
    wanted = cohorts.target_labels(wish.beside)
    labels = read_labels(cells, column, wish.asks or wanted[-1], wish.renames)
    common = [label for label in wanted if label in labels.names]
    if wanted[-1] not in common:
        raise AddError(
            f"column {column!r}: the target of {wish.beside} has the labels {', '.join(wanted)}, "
            f"yours are {', '.join(labels.names)}; say which is which, with --rename YOURS=THEIRS"
        )
    if len(wanted) > 1 and not labels.exclusive:
        raise AddError(
            f"column {column!r}: the target of {wish.beside} has the classes {', '.join(wanted)}, "
            f"and each image needs one of them; say which, such as --rename no={wanted[0]} "
            f"--rename yes={wanted[-1]}"
        )
    others = {label: name for label, name in labels.names.items() if label not in wanted}
    # A class of which there is no image is known to be absent, because each image has one.
    theirs = {label: labels.names.get(label, "none of these images") for label in wanted}
    return replace(labels, names=others | theirs)


def _with_files(rows: pd.DataFrame, listing: Path, images: Path, notes: Notes) -> pd.DataFrame:
    """Rows whose file is there; the column `image` holds its path in the folder."""
    files = image_files(images)
    found = find_files(rows["image"].unique().tolist(), files)
    lacking = rows["image"][~rows["image"].isin(list(found))]
    named = [f"row {row}: {name!r}{near(name, files)}" for row, name in lacking.items()]
    if not found:
        example = named[0].partition(": ")[2] if named else "there is no row"
        raise AddError(
            f"{images}: none of the files is there, for example {example}; name the folder that "
            "their paths begin in with --images"
        )
    what = "have no file of that name, or several, and are left out"
    notes.add(listing, what, named, len(rows))
    notes.add(images, "files are in no row", sorted({*files} - {*found.values()}), len(files))
    return rows.drop(lacking.index).assign(image=lambda kept: kept["image"].map(found))


def _note_contradictions(
    labels: Labels, cells: "pd.Series[str]", listing: Path, notes: Notes
) -> None:
    column = Column(listing, "label", cells)
    column.note(notes, labels.contradictory, "say normal and a finding, which is unknown")


def _write(table: pd.DataFrame, labels: Labels, folder: Path, wish: Wish) -> tuple[Path, ...]:
    """Write the files last, so that what can't be read leaves none behind."""
    manifest = places.own() / f"{wish.name}.csv"
    checked = check_manifest(table.reset_index(drop=True), tuple(labels.names), str(manifest))
    write_manifest(checked, manifest)
    card = manifest.with_suffix(".yaml")
    cohorts.write_card(card, wish.name, labels, checked, folder, wish.licence)
    cohort = cohorts.write_cohort(cohorts.definition(wish.name, labels, wish.role, wish.beside))
    return manifest, card, cohort


def _read_of_headers(seen: list[Seen]) -> list[str]:
    with_header = sum(one.header is not None for one in seen)
    if not with_header:
        return []
    read = "; ".join(f"{keyword} ({what})" for keyword, what in READ.items())
    return [
        f"DICOM headers read: {numbers.count(with_header)}; {read}. Private elements and names "
        "of patients were not looked at."
    ]


def _odd(seen: list[Seen]) -> list[str]:
    """What is odd in headers and files, by code, with how many images."""
    found = Counter(note for one in seen for note in one.notes)
    by_code: dict[str, tuple[int, str]] = {}
    for (code, text), n in found.most_common():
        before, first = by_code.get(code, (0, text))
        by_code[code] = before + n, first
    return [f"{code}: {counted(n, 'image')}; {text}" for code, (n, text) in by_code.items()]


def _counts(table: pd.DataFrame, labels: Labels) -> list[str]:
    used = table[table["excluded"] == ""]
    patients = counted(used["patient"].nunique(), "patient")
    reasons = table.loc[table["excluded"] != "", "excluded"].value_counts()
    cells = used["labels"].str.split("|")
    per_label = [
        f"{label} ({name}): {counted(sum(label in cell for cell in cells), 'image')}"
        for label, name in labels.names.items()
    ]
    return [
        f"{counted(len(used), 'image')} of {patients} can be used",
        *per_label,
        *(f"excluded: {counted(n, 'image')}: {reason}" for reason, n in reasons.items()),
        f"The study asks about: {labels.asked}",
    ]


def _identities(wish: Wish) -> str:
    if wish.keeps_names:
        return "Names of patients are written as they are, as you asked."
    return (
        f"Patients have new names, made with the key in {places.own() / 'key'}; keep it, and keep "
        "it to yourself."
    )
