"""Measure how far the phantoms are from real radiographs.

Run from the project's root: ``CXRSTUDY_DATA=DIR python benchmarks/realism.py``, where DIR holds the
reduced set ``nih1k``. It writes the rows of the phantoms of this commit to
``benchmarks/realism.csv``, in place of those it holds of the same generator; rows of other commits
stay, so that before and after stand below each other. No radiograph is written anywhere.

Compared are `PATIENTS` adults of NIH ChestX-ray14 (one image each, of ``nih1k``) with as many
phantoms of seed `SEED` (a quarter each of target, external, general and pneumonia). Two rows give
the scale: ``halves`` are two halves of the real ones, and ``radiography`` are as many images of
the COVID-19 Radiography Database: real, but of other hospitals and another display.

==============  ==================================================================================
``commit``      of the generator; ``generator`` is the fingerprint of its code
``compared``    with the real radiographs: ``phantoms``, ``halves`` or ``radiography``
``raw``         AUROC by which a classifier tells them apart, from the pixels; .5 is the aim
``equalised``   the same, when each image has the same histogram
``coarse``      the same, when the equalised image is reduced to 8 pixels a side: the layout alone
``statistics``  the same, from 12 statistics of the grey values
``spectrum``    root mean square over frequencies of the difference of log10 mean power
``histograms``  mean over 4 x 4 regions of the Wasserstein distance of grey values, of 255 levels
==============  ==================================================================================

The classifier is a logistic regression on 60 principal components, cross-validated in five parts;
each patient has one image, so that no patient is on both sides.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import rankdata, wasserstein_distance
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cxrstudy import phantom
from cxrstudy.base.coverage import code_fingerprint

TABLE = Path(__file__).with_suffix(".csv")
PATIENTS, SEED, PIXELS = 400, 2026, 128
Stack = NDArray[np.uint8]
Features = NDArray[np.float64]


def phantoms() -> Stack:
    """One image of each patient, a quarter of them of each role."""
    images = []
    for role in ("target", "external", "general", "pneumonia"):
        table = phantom.population.draw(role, PATIENTS // 4, SEED)
        paths = table.loc[~table["patient"].duplicated(), "path"]
        images += [phantom.read(path, PIXELS) for path in paths]
    return np.stack(images)


def nih(folder: Path) -> Stack:
    """One frontal radiograph of each adult, patients in a random order."""
    table = pd.read_csv(folder / "nih1k" / "labels.csv")
    table = table[table["age"].between(18, 100)].sample(frac=1, random_state=SEED)
    first = table[~table["patient_id"].duplicated()].head(PATIENTS)
    return _squares([folder / "nih1k" / path for path in first["path"]])


def radiography(folder: Path) -> Stack:
    """Images of another collection, with COVID-19 and without."""
    table = pd.read_csv(folder / "radiography" / "labels.csv").sample(PATIENTS, random_state=SEED)
    return _squares([folder / "radiography" / path for path in table["path"]])


def compare(real: Stack, other: Stack) -> dict[str, float]:
    """Every distance between two sets of images."""
    flat = np.arange(PIXELS**2).reshape(PIXELS, PIXELS)
    same = [np.stack([_equalised(image, flat) for image in images]) for images in (real, other)]
    return {
        "raw": _told_apart(*(_pixels(images, 64) for images in (real, other))),
        "equalised": _told_apart(*(_pixels(images, 64) for images in same)),
        "coarse": _told_apart(*(_pixels(images, 8) for images in same)),
        "statistics": _told_apart(_statistics(real), _statistics(other)),
        "spectrum": float(np.sqrt(np.mean((_spectrum(real) - _spectrum(other)) ** 2))),
        "histograms": _by_region(real, other),
    }


def _squares(paths: list[Path]) -> Stack:
    """Squares of the middle, reduced."""
    squares = []
    for path in paths:
        image = Image.open(path).convert("L")
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        square = image.crop((left, top, left + side, top + side))
        squares.append(np.asarray(square.resize((PIXELS, PIXELS), Image.Resampling.LANCZOS)))
    return np.stack(squares)


def _equalised(image: Stack, flat: NDArray[np.intp]) -> Features:
    """Ranks of the grey values; equal ones share a rank, so that black stays black."""
    return np.asarray(rankdata(image).reshape(flat.shape) / flat.size * 255)


def _pixels(images: Stack | Features, side: int) -> Features:
    """Block means, one row per image."""
    block = PIXELS // side
    means = images.reshape(-1, side, block, side, block).mean(axis=(2, 4))
    return means.reshape(len(images), -1)


def _statistics(images: Stack) -> Features:
    """Mean, spread, quantiles, share of black and of white, roughness along and across."""
    flat = images.reshape(len(images), -1).astype(float)
    quantiles = np.quantile(flat, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1)
    steps = [np.abs(np.diff(images.astype(float), axis=axis)).mean(axis=(1, 2)) for axis in (1, 2)]
    shares = [(flat < 3).mean(axis=1), (flat > 252).mean(axis=1)]
    ends = [flat.min(axis=1)]
    return np.column_stack([flat.mean(1), flat.std(1), *quantiles, *shares, *steps, *ends])


def _told_apart(real: Features, other: Features) -> float:
    """AUROC of a cross-validated classifier."""
    table = np.concatenate([real, other])
    truth = np.repeat([0, 1], [len(real), len(other)])
    size = min(60, table.shape[1])
    model = make_pipeline(
        StandardScaler(), PCA(size, whiten=True, random_state=0), LogisticRegression(C=0.1)
    )
    parts = StratifiedKFold(5, shuffle=True, random_state=0)
    score = cross_val_predict(model, table, truth, cv=parts, method="decision_function")
    return float(roc_auc_score(truth, score))


def _spectrum(images: Stack) -> Features:
    """Log10 of the mean power at each whole frequency, of images of unit variance."""
    values = images.astype(float)
    values -= values.mean(axis=(1, 2), keepdims=True)
    values /= values.std(axis=(1, 2), keepdims=True)
    window = np.hanning(PIXELS)
    power = np.abs(np.fft.fft2(values * np.outer(window, window))) ** 2
    axis = np.fft.fftfreq(PIXELS, 1 / PIXELS)
    ring = np.hypot(axis[:, None], axis[None, :]).round().astype(int).ravel()
    sums = np.bincount(ring, power.mean(axis=0).ravel()) / np.bincount(ring)
    return np.asarray(np.log10(sums[1 : PIXELS // 2]))


def _by_region(real: Stack, other: Stack) -> float:
    """Mean Wasserstein distance of the grey values in 16 regions."""
    levels, found = np.arange(256), []
    side = PIXELS // 4
    for row in range(0, PIXELS, side):
        for column in range(0, PIXELS, side):
            counts = [
                np.bincount(images[:, row : row + side, column : column + side].ravel(), None, 256)
                for images in (real, other)
            ]
            found.append(wasserstein_distance(levels, levels, *counts))
    return float(np.mean(found))


def main() -> None:
    """Measure, and write the table."""
    folder = os.environ.get("CXRSTUDY_DATA")
    if not folder or not (Path(folder) / "nih1k" / "labels.csv").exists():
        sys.exit("CXRSTUDY_DATA must name a folder that holds nih1k/labels.csv")
    real = nih(Path(folder))
    generator = code_fingerprint("phantom")[:12]
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    half = PATIENTS // 2
    pairs = {
        ("", "", "halves"): (real[:half], real[half:]),
        ("", "", "radiography"): (real, radiography(Path(folder))),
        (commit, generator, "phantoms"): (real, phantoms()),
    }
    names = ["commit", "generator", "compared"]
    rows = [dict(zip(names, name, strict=True)) | compare(*pair) for name, pair in pairs.items()]
    new = pd.DataFrame(rows)
    if TABLE.exists():
        old = pd.read_csv(TABLE, keep_default_na=False, dtype={"commit": str, "generator": str})
        old = old[~old["generator"].isin(["", generator])]
        new = pd.concat([new.iloc[:2], old, new.iloc[2:]])
    new.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    print(new.to_string(index=False))


if __name__ == "__main__":
    main()
