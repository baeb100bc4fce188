"""Faults to plant in the clean cohort, one for every code.

A fault changes the tables or the images of its own role.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from cxrstudy.audit.thumbnails import PIXELS
from cxrstudy.pixels import decode
from tests.support.audited import CLASSES, Made, recompressed, scenes


def move_patient(made: Made) -> None:
    """One of two images of a training patient is in the test split."""
    table = made.tables["target"]
    train = table[table["split"] == "train"]
    made.put(train.index[train["patient"].duplicated()][0], split="test")


def copy_bytes(made: Made) -> None:
    """A test image is the file of another patient's training image."""
    train, test = _one_of_each(made)
    made.put(test, sha256=made.tables["target"].at[train, "sha256"])
    made.images["target"][test] = made.images["target"][train]


def copy_recompressed(made: Made) -> None:
    """A test image is a smaller, brighter JPEG of another patient's training image."""
    train, test = _one_of_each(made)
    large = scenes(1, np.random.default_rng(5), 384)[0]
    made.images["target"][train] = decode.fit(large, PIXELS)
    made.images["target"][test] = decode.fit(recompressed(large), PIXELS)


def train_on_tested(made: Made) -> None:
    """A patient of the target's test split has images in the general role."""
    tested = made.tables["target"]["patient"][made.where(split="test")[0]]
    made.put(made.where("general", patient="general-000"), "general", patient=tested)


def relabel_twin(made: Made) -> None:
    """Of two copies in one split, of one patient, one has another label."""
    table = made.tables["target"]
    second = table.index[table["patient"].duplicated()][0]
    large = scenes(1, np.random.default_rng(6), 384)[0]
    made.images["target"][second - 1] = decode.fit(large, PIXELS)
    made.images["target"][second] = decode.fit(recompressed(large), PIXELS)
    made.put(second, labels="covid19")


def tie_source(made: Made) -> None:
    _tie(made, "source", ("alder", "birch", "cedar"))


def tie_view(made: Made) -> None:
    _tie(made, "view", ("PA", "AP", "AP supine"))


def tie_age(made: Made) -> None:
    # Not further apart than a patient may age: CXR007 looks at that.
    _tie(made, "age", (40.0, 50.0, 60.0))


def tie_size(made: Made) -> None:
    _tie(made, "width", (900, 1000, 1100))


def mark_border(made: Made) -> None:
    """A bright line on the left edge of images of COVID-19, on the right one of the normal."""
    made.images["target"][made.where(labels="covid19"), :, 0] = 230
    made.images["target"][made.where(labels="normal"), :, -1] = 230


def add_child(made: Made) -> None:
    made.put(made.where(patient="target-000"), age=7.0)


def drop_class(made: Made) -> None:
    """No normal images are left to validate on."""
    made.put(made.where(labels="normal", split="validation"), split="train")


def hide_licence(made: Made) -> None:
    made.put(3, licence="not stated")


def blank_image(made: Made) -> None:
    made.images["target"][4] = 17


def gather_images(made: Made) -> None:
    """A quarter of the training images of COVID-19 belong to one patient."""
    rows = made.where(labels="covid19", split="train")
    made.put(rows[: len(rows) // 4], patient="target-everywhere", sex="F", age=50.0)


def add_source(made: Made) -> None:
    """A third hospital sent images of COVID-19 alone, to train and to test on."""
    for split in ("train", "test"):
        made.put(made.where(labels="covid19", split=split)[:12], source="cedar")


def shout_name(made: Made) -> None:
    """A test patient is called as a training patient, but in capitals."""
    train, test = _one_of_each(made)
    patients = made.tables["target"]["patient"]
    made.put(patients == patients[test], patient=patients[train].upper())


def count_from_one(made: Made) -> None:
    """Two hospitals give one name to a woman and a man."""
    first = made.tables["target"].iloc[made.where(split="train")[0]]
    other = {"F": "M", "M": "F"}[first["sex"]]
    rows = made.where("general", patient="general-000")
    made.put(rows, "general", patient=first["patient"], sex=other)


def withhold(made: Made) -> None:
    """Images were left out of the general role, whose patients the target tests."""
    tested = made.tables["target"].iloc[made.where(split="test")[:3]]
    made.withheld["general"] = tested.assign(manifest="made general", source="cedar")


def shade_corner(made: Made) -> None:
    """A soft bright spot in the upper left corner of images of COVID-19."""
    _shade(made, made.where(labels="covid19"), 5, 5)


def write_on_edge(made: Made) -> None:
    """Dots, as of letters, on the left edge of images of COVID-19, on the right of all others."""
    images = made.images["target"]
    is_covid = (made.tables["target"]["labels"] == "covid19").to_numpy()
    for columns, rows in ((slice(3, 7, 2), is_covid), (slice(58, 62, 2), ~is_covid)):
        images[rows, 26:38:2, columns] = 250


def blur_images(made: Made) -> None:
    """Images of COVID-19 are a little blurred."""
    rows = made.where(labels="covid19")
    blurred = gaussian_filter(made.images["target"][rows].astype(float), (0, 0.7, 0.7))
    made.images["target"][rows] = np.rint(blurred).astype(np.uint8)


def blank_half(made: Made) -> None:
    made.images["target"][4, :34] = 0


def declare_lateral(made: Made) -> None:
    made.put(5, view="lateral")


def name_wrongly(made: Made) -> None:
    made.put(6, path="image.png")
    made.facts["image.png"] = {"format": "JPEG"}


def tie_date(made: Made) -> None:
    _tie(made, "date", ("2019", "2020-03", "2021-03-04"))


def annotate(made: Made) -> None:
    made.put(7, path="image.dcm")
    note = ("header-annotation", "text is burnt into it: Burned In Annotation is YES")
    made.facts["image.dcm"] = {"format": "DICOM", "notes": (note,)}


FAULTS: dict[str, Callable[[Made], None]] = {
    "CXR001": move_patient,
    "CXR002": copy_bytes,
    "CXR003": copy_recompressed,
    "CXR004": train_on_tested,
    "CXR005": relabel_twin,
    "CXR006": shout_name,
    "CXR007": count_from_one,
    "CXR101": tie_source,
    "CXR102": tie_view,
    "CXR103": tie_age,
    "CXR104": tie_size,
    "CXR105": mark_border,
    "CXR106": add_child,
    "CXR107": drop_class,
    "CXR108": hide_licence,
    "CXR109": blank_image,
    "CXR110": gather_images,
    "CXR111": add_source,
    "CXR112": withhold,
    "CXR113": shade_corner,
    "CXR114": write_on_edge,
    "CXR115": blur_images,
    "CXR116": blank_half,
    "CXR117": declare_lateral,
    "CXR118": name_wrongly,
    "CXR119": tie_date,
    "CXR120": annotate,
}


def _one_of_each(made: Made) -> tuple[int, int]:
    """A training and a test image of one class."""
    train = made.where(labels="normal", split="train")[0]
    return int(train), int(made.where(labels="normal", split="test")[0])


def _shade(made: Made, rows: NDArray[np.intp], row: int, column: int) -> None:
    down, right = np.ogrid[:PIXELS, :PIXELS]
    spot = 60 * np.exp(-((down - row) ** 2 + (right - column) ** 2) / (2 * 1.5**2))
    shaded = made.images["target"][rows] + spot
    made.images["target"][rows] = np.clip(shaded, 0, 255).astype(np.uint8)


def _tie(made: Made, column: str, values: tuple[object, ...]) -> None:
    """Let a column follow the class, but for one image in eight."""
    for number, label in enumerate(CLASSES):
        rows = made.where(labels=label)
        made.put(rows, **{column: values[number]})
        made.put(rows[::8], **{column: values[(number + 1) % 3]})
        made.put(rows[4::16], **{column: values[(number + 2) % 3]})
