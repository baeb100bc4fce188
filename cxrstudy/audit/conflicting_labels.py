"""CXR005: labels that conflict, for one image, its copies, or one patient."""

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

#: Matches with a larger mean squared error of pixels (98 of 26,684) may be of another image.
_LARGEST_MISMATCH = 10.0
#: What RSNA's radiologists called an image, and the truth about pneumonia that contradicts it.
#: Their third class, abnormal without opacity, contradicts neither.
_READINGS = {"Normal": 1.0, "Lung Opacity": 0.0}
#: What NIH and this study call the label that the readings are about.
_PNEUMONIA = "pneumonia"

_Found = tuple[dict[str, str], CheckState]


def check(evidence: Evidence) -> CheckResult:
    """Compare the labels of copies, of patients, and of NIH with the radiologists of RSNA.

    Copies of which both are used and labels differ are an issue, for one of them is wrong. Patients
    with several classes are a note, because disease comes and goes; so is a second reading that
    differs, because neither reader is the truth.
    """
    found = [*_copies(evidence), *_patients(evidence), *_readings(evidence)]
    counts = [
        f"{sum(kind in told['what'] for told, _ in found)} {name}"
        for kind, name in (
            ("its copy", "pairs of copies"), ("patient's images", "patients"),
            ("RSNA", "images with a second reading"),
        )
    ]  # fmt: skip
    return CheckResult(
        CODE, TITLE, gravest(state for _, state in found) if found else "pass", len(found),
        row_table(told for told, _ in found),
        f"Labels conflict for {', '.join(counts)}.",
        "Find out which label is right, and correct or exclude the others." if found
        else "Nothing to do.",
    )  # fmt: skip


def _copies(evidence: Evidence) -> Iterator[_Found]:
    """Compare labels that the manifests of both images carry, as the manifests write them."""
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
            row(what + ("" if is_used else "; dealt with"), *where),
            "issue" if is_used else "note",
        )


def _patients(evidence: Evidence) -> Iterator[_Found]:
    """Look for patients with more than one class, in roles where an image has exactly one."""
    for name, role in evidence.roles.items():
        if role.task != "multiclass":
            continue
        classes = np.asarray(role.labels)[role.truth.argmax(1)]
        table = role.table.assign(person=evidence.people(role), label=classes)
        for person, images in table.groupby("person"):
            if images["label"].nunique() > 1:
                shown = " and ".join(sorted(images["label"].unique()))
                first = images.iloc[0]
                what = f"the patient's images show {shown}: {person}"
                yield row(what, name, first["manifest"], first["id"]), "note"


def _readings(evidence: Evidence) -> Iterator[_Found]:
    """Compare pneumonia by NIH's reports with the class that RSNA's radiologists gave."""
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
        dealt_with = "" if image.used else "; dealt with"
        what = f"labelled {said}, read as {reading!r} in the RSNA challenge{dealt_with}"
        yield row(what, ", ".join(image.roles), image.manifest, image.id), "note"


def _known_labels(evidence: Evidence) -> list[dict[str, float]]:
    """Of each image, the labels that somebody looked for: 1 present, 0 absent.

    An image may be excluded because nobody labelled it; its empty cell then says nothing.
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
