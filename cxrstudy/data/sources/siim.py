"""SIIM-ACR Pneumothorax Segmentation 2019: NIH radiographs with masks of pneumothorax.

The layout is that of the challenge: ``train-rle.csv`` and the DICOM files, each in two folders of
its own (``dicom-images-train/STUDY/SERIES/IMAGE.dcm``), or all in one folder.
"""

from pathlib import Path

from cxrstudy.data.sources.labels import Reading, find, listed, read_text, unsplit
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes

#: The label, and its name in the challenge.
LABELS = {"pneumothorax": "a mask (EncodedPixels is not -1)"}
LICENCE = "terms of the SIIM-ACR Pneumothorax Segmentation challenge"

_NO_MASK = "-1"


def read(folder: Path) -> Reading:
    """Read the label file, one row per image.

    Traps and policies
    ------------------
    - The file has one row per mask, so an image with several masks occurs several times.
    - The header has a blank before ``EncodedPixels``.
    - The images are of NIH ChestX-ray14, resized. No table matches them to patients, so each image
      counts as a patient of its own: images of one patient may be in two splits, and patients may
      be those of NIH, RSNA and COVIDx. Do not test on this set what was trained on those.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    notes = Notes()
    path = find(folder, "train-rle.csv", "siim-pneumothorax-train-rle.csv", "stage_2_train.csv")
    table = read_text(path, ["ImageId", "EncodedPixels"])
    masks = Column.of(path, table, "EncodedPixels")
    masks.reject(
        ~masks.cells.str.fullmatch(r"-1|\d+(?: -?\d+)*"),
        "expected -1, or runs of pixels as numbers; use the publisher's file, unchanged",
    )
    table = table.assign(ill=masks.cells != _NO_MASK)[["ImageId", "ill"]]
    # An image has a row for each of its masks, so rows that are alike are no duplicates.
    table = unique_by(table.drop_duplicates(), ["ImageId"], path, notes)
    ids = table["ImageId"]
    rows = unsplit(path, table.index, {
        "id": "siim/" + ids,
        "path": "dicom-images-train/" + ids + ".dcm",
        "patient": "siim-" + ids,
        "source": "siim",
        "licence": LICENCE,
        "labels": listed(tuple(LABELS), table[["ill"]].to_numpy(bool)),
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))
