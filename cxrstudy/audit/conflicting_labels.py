"""CXR005: conflicting labels of an image, its copies, or a patient."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.identical_images import identical
from cxrstudy.audit.patients import nih_image
from cxrstudy.data.manifest import truth

CODE, TITLE = "CXR005", "conflicting labels of an image or a patient"
ADVICE = "Find out which label is right, and correct or exclude the others."

#: Largest accepted mean squared error of a pixel match; larger ones (98 of 26,684) may be wrong.
_LARGEST_MISMATCH = 10.0
#: Classes by RSNA's radiologists, and the label of pneumonia that contradicts each. Their third
#: class, abnormal without opacity, contradicts neither.
_READINGS = {"Normal": 1.0, "Lung Opacity": 0.0}
#: Names of the label pneumonia at NIH and in this study.
_PNEUMONIA = "pneumonia"

_Found = tuple[dict[str, str], CheckState]


def check(evidence: Evidence) -> CheckResult:
    """Compare labels of copies, labels of patients, and NIH's labels with RSNA's radiologists.

    It is an issue if both copies are used and their labels differ, because one label is wrong.
    Patients with several classes are a note, because disease changes over time. A second reading
    that differs is also a note, because neither reading is the truth.
    """
    found = [*_copies(evidence), *_patients(evidence), *_readings(evidence)]
    counts = [
        f"{name}: {sum(kind in told['what'] for told, _ in found)}"
        for kind, name in (
            ("its copy", "pairs of copies"), ("patient's images", "patients"),
            ("RSNA", "images with a second reading"),
        )
    ]  # fmt: skip
    return CheckResult(
        CODE, TITLE, gravest(state for _, state in found) if found else "pass", len(found),
        row_table(told for told, _ in found),
        f"Labels that conflict: {', '.join(counts)}.",
        ADVICE if found
        else "Nothing to do.",
    )  # fmt: skip


def _copies(evidence: Evidence) -> Iterator[_Found]:
    """Compare the labels that both manifests carry, as written in the manifests."""
    images, near = evidence.images, evidence.near
    labelled = _known_labels(evidence)
    pairs = zip(near.first.tolist(), near.second.tolist(), strict=True)
    for first, second in dict.fromkeys(chain(identical(evidence), pairs)):
        one, other = labelled[first], labelled[second]
        differ = [label for label in one if label in other and one[label] != other[label]]
        if not differ:
            continue
        image, copy = images.iloc[first], images.iloc[second]
        is_used = bool(image["used"] and copy["used"])
        what = f"its copy {copy['id']} differs in {', '.join(differ)}"
        where = ", ".join(image["roles"]), str(image["manifest"]), str(image["id"])
        yield (
            row(what + ("" if is_used else "; resolved"), *where),
            "issue" if is_used else "note",
        )


def _patients(evidence: Evidence) -> Iterator[_Found]:
    """Look for patients with more than one class, in roles with exactly one class per image."""
    for name, role in evidence.roles.items():
        if role.task != "multiclass":
            continue
        classes = np.asarray(role.labels)[role.truth.argmax(1)]
        table = role.table.assign(person=evidence.people(role), label=classes)
        several = table.groupby("person")["label"].transform("nunique") > 1
        for person, images in table[several].groupby("person"):
            shown = " and ".join(sorted(images["label"].unique()))
            first = images.iloc[0]
            what = f"the patient's images show {shown}: {person}"
            yield row(what, name, first["manifest"], first["id"]), "note"


def _readings(evidence: Evidence) -> Iterator[_Found]:
    """Compare pneumonia in NIH's reports with the class of RSNA's radiologists."""
    if evidence.crosswalk is None:
        return
    sure = evidence.crosswalk[evidence.crosswalk["mse"] <= _LARGEST_MISMATCH]
    stems = sure["nih_image"].str.removesuffix(".png")
    reading_of = dict(zip(stems, sure["rsna_class"], strict=True))
    labelled = _known_labels(evidence)
    for place, image in enumerate(evidence.images.itertuples()):
        reading = str(reading_of.get(nih_image(image.path, image.origin), ""))
        contradicted = _READINGS.get(reading.split("/")[0])
        if contradicted is None or labelled[place].get(_PNEUMONIA) != contradicted:
            continue
        said = "pneumonia" if contradicted else "no pneumonia"
        dealt_with = "" if image.used else "; resolved"
        what = f"labelled {said}, read as {reading!r} in the RSNA challenge{dealt_with}"
        yield row(what, ", ".join(image.roles), image.manifest, image.id), "note"


def _known_labels(evidence: Evidence) -> list[dict[str, float]]:
    """For each image, the labels that somebody looked for: 1 present, 0 absent.

    An image may be excluded because it was not labelled; its empty cell then has no meaning.
    """
    known: list[dict[str, float]] = []
    for name, table in evidence.images.groupby("manifest", sort=False):
        carried = evidence.vocabulary[str(name)]
        matrix: NDArray[np.float32] = truth(table["labels"], carried, carried)
        matrix[((table["excluded"] != "") & (table["labels"] == "")).to_numpy()] = np.nan
        known += [
            {label: float(value) for label, value in zip(carried, row, strict=True) if value >= 0}
            for row in matrix
        ]
    return known
