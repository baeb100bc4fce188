"""Label files that people and programs changed: the same labels, or a word that says why not."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
)  # fmt: skip
from cxrstudy.data.sources.labels import Reading
from cxrstudy.data.tables.reader import TableError
from tests.support.draws import draws
from tests.support.some import some

FINDINGS = ",".join(("No Finding", *chexpert.LABELS.values()))
HALF = "covid19_posi"
UUID = "00000000-0000-0000-0000-00000000000"
RICORD = "MIDRC-RICORD-1C-419639-00008"
#: Files of images that some adapters list; nobody opens them.
IMAGES = {
    "bimcv": [
        f"{HALF}/sub-S{n}/ses-E{n}/mod-rx/sub-S{n}_ses-E{n}_run-1_bp-chest_vp-pa_dx.png"
        for n in (1, 2, 3)
    ],
    "ricord": [f"{RICORD}{n}/01-01-2002-XR CHEST 1 VIEW AP-1234{n}/1/1.dcm" for n in (1, 2, 3)],
    "radiography": [
        f"{at}/images/{at}-{n}.png" for at in ("COVID", "Normal") for n in (1, 2, 3)
    ],
}  # fmt: skip


def _blank(*values: str) -> str:
    """Cells of CheXpert's labels: No Finding, two findings, and nothing about the others."""
    return ",".join([*values, *[""] * (14 - len(values))])


TREES: dict[str, dict[str, str]] = {
    "nih": {
        "Data_Entry_2017.csv": "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,"
        "Patient Gender,View Position,OriginalImage[Width,Height],Spacing[x,y]\n"
        "00000001_000.png,Cardiomegaly,0,1,57,M,PA,2682,2749,0.1,0.1\n"
        "00000002_000.png,Pneumonia|Edema,0,2,81,F,AP,2500,2048,0.1,0.1\n"
        "00000003_000.png,No Finding,0,3,27,F,PA,2048,2500,0.1,0.1\n"
    },
    "chexpert": {
        "train.csv": f"Path,Sex,Age,Frontal/Lateral,AP/PA,{FINDINGS}\n"
        f"C/train/patient00001/study1/view1_frontal.jpg,Male,50,Frontal,AP,{_blank('', '1.0')}\n"
        f"C/train/patient00002/study1/view1_frontal.jpg,Female,60,Frontal,PA,{_blank('1.0')}\n"
        f"C/train/patient00003/study1/view2_lateral.jpg,Male,7,Lateral,,{_blank('', '-1.0')}\n"
    },
    "mimic": {
        "mimic-cxr-2.0.0-metadata.csv": "dicom_id,subject_id,study_id,ViewPosition,Rows,Columns,"
        "PatientOrientationCodeSequence_CodeMeaning\n"
        "aa,10000032,50414267,PA,3056,2544,Erect\nbb,10000764,57375967,AP,2544,3056,Recumbent\n"
        "cc,10000898,50771383,PA,2544,3056,Erect\n",
        "mimic-cxr-2.0.0-chexpert.csv": f"subject_id,study_id,{FINDINGS}\n"
        f"10000032,50414267,{_blank('1.0')}\n10000764,57375967,{_blank('', '-1.0', '1.0')}\n"
        f"10000898,50771383,{_blank('', '', '0.0')}\n",
    },
    "padchest": {
        "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv": "ImageID,ImageDir,StudyDate_DICOM,"
        "PatientID,PatientBirth,PatientSex_DICOM,Projection,Rows_DICOM,Columns_DICOM,Labels\n"
        "1.png,0,20140915,77,1930.0,F,PA,1000,900,\"['infiltrates', 'pneumonia']\"\n"
        "2.png,0,20140916,78,1931.0,M,L,1000,900,['normal']\n"
        "3.png,1,20140917,79,1932.0,F,AP,1000,900,['scoliosis']\n"
    },
    "rsna": {
        "stage_2_train_labels.csv": "patientId,x,y,width,height,Target\na,1,2,3,4,1\nb,,,,,0\n"
        "c,,,,,0\n",
        "stage_2_detailed_class_info.csv": "patientId,class\na,Lung Opacity\nb,Normal\n"
        "c,No Lung Opacity / Not Normal\n",
        "crosswalk.csv": "rsna_id,nih_image,mse\na,00000061_012.png,1.2\nb,00000061_015.png,7.2\n"
        "c,00000007_000.png,1.0\n",
    },
    "vindr": {
        "train.csv": "image_id,class_name,rad_id\n"
        + "".join(f"a,ILD,R{n}\nb,No finding,R{n}\n" for n in range(3))
    },
    "siim": {"train-rle.csv": "ImageId,EncodedPixels\na,-1\nb,1 5 7 2\nc,-1\n"},
    "covidx": {
        "train_COVIDx8A.txt": "1 one.png COVID-19 cohen\n2 two.png normal fig1\n"
        "COVID 3 COVID(3).png COVID-19 sirm\n"
        f"{UUID}1 {UUID}1.png pneumonia rsna\n",
        "test_COVIDx8A.txt": f"4 four.png normal actmed\n{UUID}2 {UUID}2.png normal rsna\n"
        "5 five.png pneumonia cohen\n",
        "crosswalk.csv": f"rsna_id,nih_image,mse\n{UUID}1,00000061_012.png,1.2\n"
        f"{UUID}2,00000007_000.png,1.0\n",
    },
    "ricord": {
        "MIDRC-RICORD-1c Clinical Data.csv": "Anon MRN,Anon Study UID,Anon Age,Anon Sex\n"
        + "".join(f"419639-00008{n},1.2.826.0.1234{n},5{n},F\n" for n in (1, 2, 3)),
    },
    "radiography": {
        f"{at}.metadata.csv": "FILE NAME,FORMAT,URL\n"
        + "".join(f"{at.upper()}-{n},PNG,https://sirm.org/{n}\n" for n in (1, 2, 3))
        for at in ("COVID", "Normal")
    },
    "bimcv": {
        f"{HALF}/participants.tsv": "participant\tage\tgender\nsub-S1\t[50]\tF\nsub-S2\t[60]\tM\n"
        "sub-S3\t[70]\tF\n",
        f"{HALF}/derivatives/labels/labels_covid_posi.tsv": "PatientID\tReportID\tLabels\n"
        "sub-S1\tses-E1\t['pneumonia']\nsub-S2\tses-E2\t['normal']\nsub-S3\tses-E3\t['scoliosis']\n",
        f"{HALF}/derivatives/EHR/sil_reg_covid_posi.tsv": "participant\tdate\tresult\n"
        "sub-S1\t10.04.2020\tPOSITIVO\nsub-S2\t10.04.2020\tPOSITIVO\nsub-S3\t10.04.2020\tPOSITIVO\n",
        **{
            f"{HALF}/sub-S{n}/sub-S{n}_sessions.tsv": "session_id\tstudy_date\n"
            f"ses-E{n}\t2020041{n}\n"
            for n in (1, 2, 3)
        },
    },
}  # fmt: skip
READERS: dict[str, Callable[[Path], Reading]] = {
    "nih": nih.read, "chexpert": chexpert.read, "mimic": mimic.read, "padchest": padchest.read,
    "vindr": vindr.read, "bimcv": bimcv.read, "siim": siim.read, "ricord": ricord.read,
    "radiography": radiography.read,
    "covidx": lambda folder: covidx.read(folder, "8A", folder / "crosswalk.csv"),
    "rsna": lambda folder: rsna.read(folder, folder / "crosswalk.csv"),
}  # fmt: skip
#: The files that list images; a row that is gone there is seen from the card's counts alone.
LISTS = frozenset((
    "Data_Entry_2017.csv", "train.csv", "mimic-cxr-2.0.0-metadata.csv", "stage_2_train_labels.csv",
    "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv", "train-rle.csv", "train_COVIDx8A.txt",
    "test_COVIDx8A.txt",
))  # fmt: skip


def _cell(change: Callable[[str], str], text: str, at: int, cell: int) -> str:
    """Change one cell of one row, which may be quoted."""
    separator = "\t" if "\t" in text else ","
    header, *rows = text.splitlines()
    place = at % len(rows)
    cells = rows[place].split(separator)
    cells[cell % len(cells)] = change(cells[cell % len(cells)])
    rows[place] = separator.join(cells)
    return "\n".join([header, *rows, ""])


def _rows(change: Callable[[list[str], int], list[str]], text: str, at: int, cell: int) -> str:
    header, *rows = text.splitlines()
    return "\n".join([header, *change(rows, at % len(rows)), ""])


def _text(change: Callable[[str], str], text: str, at: int, cell: int) -> str:
    return change(text)


CHANGES: dict[str, Callable[[str, int, int], str]] = {
    "permuted": partial(_rows, lambda rows, at: [*rows[at:], *rows[:at]]),
    "duplicated": partial(_rows, lambda rows, at: [*rows, rows[at]]),
    "dropped": partial(_rows, lambda rows, at: rows[:at] + rows[at + 1 :]),
    "empty line": partial(_rows, lambda rows, at: [*rows[:at], "", *rows[at:]]),
    "trailing comma": partial(_cell, lambda cell: f"{cell},"),
    "blank in front": partial(_cell, lambda cell: f" {cell}"),
    "blank behind": partial(_cell, lambda cell: f"{cell} "),
    "upper case": partial(_cell, str.upper),
    "lower case": partial(_cell, str.lower),
    "point zero": partial(_cell, lambda cell: f"{cell}.0"),
    "semicolons": partial(_text, lambda text: text.replace(",", ";").replace("\t", ";")),
    "Windows": partial(_text, lambda text: text.replace("\n", "\r\n")),
    "old Mac": partial(_text, lambda text: text.replace("\n", "\r")),
    "mark": partial(_text, lambda text: f"\ufeff{text}"),
}
#: Changes that must change nothing at all.
HARMLESS = ("permuted", "empty line", "Windows", "old Mac", "mark", "blank behind")


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Reading]]:
    """Folder of each publisher, and what is read there while nothing is changed."""
    found = {}
    for name, files in TREES.items():
        folder = tmp_path_factory.mktemp(name)
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        for image in IMAGES.get(name, ()):
            (folder / image).parent.mkdir(parents=True, exist_ok=True)
            (folder / image).touch()
        found[name] = folder, READERS[name](folder)
        assert not found[name][1].notes, found[name][1].notes
    return found


def read_or_error(name: str, folder: Path) -> Reading | str:
    try:
        return READERS[name](folder)
    except TableError as error:
        return str(error)


def _less(cell: str, expected: str) -> bool:
    """Whether a label cell says the same or less: labels may be unknown that were known."""
    said, known = set(cell.split("|")), set(expected.split("|"))
    return all(part.startswith("?") or part in known for part in said - {""})


@draws(20)
@given(
    st.sampled_from([(name, file) for name, files in TREES.items() for file in files]),
    st.sampled_from(sorted(CHANGES)), st.integers(0, 5), st.integers(0, 9),
)  # fmt: skip
def test_a_changed_label_file_has_the_same_labels_or_says_why_not(laid, where, kind, at, cell):
    name, file = where
    folder, whole = laid[name]
    changed = CHANGES[kind](TREES[name][file], at, cell)
    try:
        (folder / file).write_bytes(changed.encode())
        found = read_or_error(name, folder)
    finally:
        (folder / file).write_text(TREES[name][file])
    if isinstance(found, str):
        assert str(folder) in found
        assert kind not in HARMLESS
        return
    expected = whole.rows.set_index("id")
    rows = found.rows.set_index("id")
    is_gone = kind == "dropped" and file in LISTS
    assert len(rows) == len(expected) - is_gone
    for image in some(rows.index.intersection(expected.index)):
        said, known = rows.at[image, "labels"], expected.at[image, "labels"]
        assert said == known or (found.notes and _less(said, known)), image
    if kind in HARMLESS:
        pd.testing.assert_frame_equal(rows.sort_index(), expected.sort_index())
