"""Measure which images the warning of the view falls on, of usual ones and of changed ones.

Run from the project's root: ``CXRSTUDY_DATA=DIR python benchmarks/unlike.py``, where DIR holds the
reduced sets ``nih1k`` and ``kermany224``; without them, phantoms alone are measured. It writes
``benchmarks/unlike.csv``, one row per set and change. No radiograph is written anywhere.

================  ================================================================================
``images``        where they are from; one image of each patient
``change``        what was done to the held-out images; ``none`` gives the rate of false alarms
``learnt_from``   number of images that the thresholds were learnt from, of other patients
``held_out``      number of images that were judged
``correlation``   share with a lower correlation with the mean than 99 % of those learnt from
``distance``      share that lies further from the mean, by what they vary in, than 99 % of them
``either``        share that is warned of
================  ================================================================================
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from PIL import Image

from cxrstudy import phantom
from cxrstudy.pixels import decode
from cxrstudy.unlike.reference import learn

TABLE = Path(__file__).with_suffix(".csv")
SIDE, PATIENTS, SEED = 64, 250, 2026
Stack = NDArray[np.uint8]


def turned(degrees: float) -> Callable[[Stack], Stack]:
    """Turn each image about its middle; its edges go on into the corners.

    Black corners would give a turned image away.
    """
    return lambda images: scipy.ndimage.rotate(
        images, degrees, axes=(1, 2), reshape=False, mode="nearest", order=1
    )


def enlarged(times: float) -> Callable[[Stack], Stack]:
    """Enlarge each image about its middle; its margins are lost."""
    cut = (1 - 1 / times) * SIDE / 2
    box = (cut, cut, SIDE - cut, SIDE - cut)
    return lambda images: np.stack(
        [np.array(Image.fromarray(one).resize((SIDE, SIDE), box=box)) for one in images]
    )


CHANGES: dict[str, Callable[[Stack], Stack]] = {
    "none": lambda images: images,
    **{f"turned by {degrees} degrees": turned(degrees) for degrees in (5, 10, 20, 45, 90)},
    **{f"enlarged {times} times": enlarged(times) for times in (1.1, 1.2, 1.5)},
    "mirrored": lambda images: images[:, :, ::-1],
    "upside down": lambda images: images[:, ::-1],
    "inverted": lambda images: 255 - images,
}


def phantoms() -> dict[str, Stack]:
    """Frontal images of the target, and the laterals of the second half of the patients."""
    table = phantom.population.draw("target", 2 * PATIENTS, SEED)
    paths = table.loc[~table["patient"].duplicated(), "path"].to_list()
    laterals = [phantom.lateral_of(path) for path in paths[PATIENTS:]]
    return {
        "front": np.stack([phantom.read(path, SIDE) for path in paths]),
        "lateral": np.stack([phantom.read(path, SIDE) for path in laterals]),
    }


def radiographs(folder: Path) -> Stack:
    """One image of each patient of a reduced set, patients in a random order."""
    table = pd.read_csv(folder / "labels.csv").sample(frac=1, random_state=SEED)
    paths = table.loc[~table["patient_id"].duplicated(), "path"].head(2 * PATIENTS)
    return np.stack(
        [decode.fit(decode.decode_grey((folder / path).read_bytes(), path), SIDE) for path in paths]
    )


def judged(name: str, images: Stack, others: dict[str, Stack]) -> pd.DataFrame:
    """Learn from the first half, and judge the second, changed and not, and other images."""
    half = len(images) // 2
    reference, held_out = learn(images[:half]), images[half:]
    changed = {change: apply(held_out) for change, apply in CHANGES.items()} | others
    rows = []
    for change, shown in changed.items():
        low = reference.correlations(shown) < reference.least
        far = reference.strangeness(shown) > reference.strangest
        shares = [float(found.mean()) for found in (low, far, reference.unusual(shown))]
        rows.append((name, change, half, len(shown), *shares))
    columns = ["images", "change", "learnt_from", "held_out", "correlation", "distance", "either"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Measure all sets that are at hand, and write the table."""
    simulated = phantoms()
    tables = [judged("phantoms", simulated["front"], {"lateral": simulated["lateral"]})]
    data = os.environ.get("CXRSTUDY_DATA")
    for name in ("nih1k", "kermany224") if data else ():
        tables.append(judged(name, radiographs(Path(str(data)) / name), {}))
    table = pd.concat(tables).round(3)
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
