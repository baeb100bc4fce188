"""Add: a user's table or folder of radiographs becomes a manifest, a card and a cohort.

Nothing is left out without a word: rows that can't be used are excluded in the manifest with a
reason, or counted if they have no file. No name, birth date or number of a patient is written; see
`identities` and `headers`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.data.manifest import COLUMNS, OPTIONAL, check_manifest, write_manifest
from cxrstudy.data.own import cohorts
from cxrstudy.data.own.files import Seen, find_files, link, look_at, near
from cxrstudy.data.own.headers import READ
from cxrstudy.data.own.identities import patients_of, read_key
from cxrstudy.data.own.labels import Labels, read_labels
from cxrstudy.data.own.listing import image_files, known, read_listing
from cxrstudy.data.own.rows import excluded_by, manifest_rows, splits_of, with_headers
from cxrstudy.data.tables.column import Column, names_nobody
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class AddError(ValueError):
    """A set can't be added; the message says what to change."""


@dataclass(frozen=True)
class Wish:
    """What a user asks for.

    Attributes
    ----------
    name
        Name of set and cohort.
    columns
        Columns that the user named, by what they mean.
    asks
        Value of the label column that the study is to ask about; empty: found.
    role, beside
        Role of the set, and the cohort whose other roles are taken; see
        :func:`cxrstudy.data.own.cohorts.definition`.
    keeps_names
        Whether names of patients are kept as they are, not hashed.
    renames
        Value of the label column to label here.
    each_is_a_patient
        Whether an image without a patient is a patient of its own.
    licence
        Licence of the images; figures show none of them unless it allows that.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""
    role: str = "target"
    beside: str = ""
    keeps_names: bool = False
    each_is_a_patient: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    licence: str = "your own, not to be published"


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
    _check_name(wish)
    notes = Notes()
    rows, columns = read_listing(listing, wish.columns)
    rows = known(_with_files(rows, listing, images, notes))
    rows = unique_by(rows, ["image"], listing, notes)
    seen = look_at([images / file for file in rows["image"]])
    rows, filled = with_headers(rows, seen, listing, notes)
    labels = _labels(rows["label"], columns["label"], wish)
    _note_contradictions(labels, rows["label"], listing, notes)
    table = _manifest(rows, seen, labels, wish, listing, notes)
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


def _check_name(wish: Wish) -> None:
    if not _NAME.fullmatch(wish.name):
        raise AddError(f"{wish.name!r}: a name is of small letters, digits and _, such as hospital")
    if wish.role not in cohorts.ROLES:
        raise AddError(f"role {wish.role!r}: it is one of {', '.join(cohorts.ROLES)}")
    ours = (places.manifests() / f"{wish.name}.csv", places.manifests() / "cohorts")
    if ours[0].exists() or (ours[1] / f"{wish.name}.yaml").exists():
        raise AddError(f"{wish.name!r} is a set or cohort of the project; choose another name")
    if wish.role != "target" and not wish.beside:
        raise AddError(f"role {wish.role}: say of which cohort, with --beside, such as open")


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


def _manifest(
    rows: pd.DataFrame, seen: list[Seen], labels: Labels, wish: Wish, path: Path, notes: Notes
) -> pd.DataFrame:
    """The manifest's rows; the index is the row in the user's table."""
    if rows["patient"].map(names_nobody).all() and not wish.each_is_a_patient:
        raise AddError(
            f"{path}: no image has a patient, so images of one patient may be trained and tested "
            "on. Name the column with --patient-column; or, if each image is of another patient, "
            "say so with --each-image-a-patient"
        )
    key = None if wish.keeps_names else read_key(places.own())
    patients = patients_of(Column(path, "patient", rows["patient"]), key, notes)
    made = manifest_rows(rows, seen, labels.cells, patients, path, notes)
    about = {"source": made["source"].where(made["source"] != "", wish.name),
             "licence": wish.licence, "id": f"{wish.name}/" + made["id"]}  # fmt: skip
    table = made.assign(**about)
    nobody = table["patient"] == ""
    table["patient"] = table["patient"].where(~nobody, "image-" + table["sha256"].str[:12])
    reasons = {
        "no label": labels.unknown[table.index],
        "a label that the target lacks": _outside(labels, wish)[table.index],
        "no patient, so that no split is right": nobody & (not wish.each_is_a_patient),
        "a lateral radiograph": table["view"] == "lateral",
    }
    table = excluded_by(table, reasons)
    table["split"] = splits_of(table)
    return table[[*COLUMNS, *(name for name in OPTIONAL if name in table)]]


def _outside(labels: Labels, wish: Wish) -> "pd.Series[bool]":
    """Whether an image of another hospital has no class of the target."""
    if wish.role != "external" or not labels.exclusive:
        return pd.Series(False, labels.cells.index)
    return ~labels.cells.isin(cohorts.target_labels(wish.beside))


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
        f"{numbers.count(with_header)} DICOM headers were read: {read}. Private elements and names "
        "of patients were not looked at."
    ]


def _odd(seen: list[Seen]) -> list[str]:
    """What is odd in headers and files, by code, with how many images."""
    found = Counter(note for one in seen for note in one.notes)
    by_code: dict[str, tuple[int, str]] = {}
    for (code, text), n in found.most_common():
        before, first = by_code.get(code, (0, text))
        by_code[code] = before + n, first
    return [f"{code}: {numbers.count(n)} images; {text}" for code, (n, text) in by_code.items()]


def _counts(table: pd.DataFrame, labels: Labels) -> list[str]:
    used = table[table["excluded"] == ""]
    patients = numbers.count(used["patient"].nunique())
    reasons = table.loc[table["excluded"] != "", "excluded"].value_counts()
    cells = used["labels"].str.split("|")
    per_label = [
        f"{label} ({name}): {numbers.count(sum(label in cell for cell in cells))} images"
        for label, name in labels.names.items()
    ]
    return [
        f"{numbers.count(len(used))} images of {patients} patients can be used",
        *per_label,
        *(f"excluded: {numbers.count(n)} images: {reason}" for reason, n in reasons.items()),
        f"The study asks about: {labels.asked}",
    ]


def _identities(wish: Wish) -> str:
    if wish.keeps_names:
        return "Names of patients are written as they are, as you asked."
    return (
        f"Patients have new names, made with the key in {places.own() / 'key'}; keep it, and keep "
        "it to yourself."
    )
