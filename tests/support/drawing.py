"""What the phantom draws, as a table of sums: each map's mean, its moments, and its roughness.

    python -m tests.support.drawing        # write the table anew, when another drawing is meant

Another drawing is another phantom: images, their hashes and all recorded results change with it.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cxrstudy.phantom.acquisition import SITES, acquire
from cxrstudy.phantom.devices import devices
from cxrstudy.phantom.findings import FINDINGS
from cxrstudy.phantom.fractals import draw_fractal
from cxrstudy.phantom.pathology import soft_tissue
from cxrstudy.phantom.sign import sign_mask, sign_tissue
from tests.support.phantom_cases import diseased

TABLE = Path(__file__).with_suffix(".csv")
PIXELS = 64
#: Patients of another sex and build, and their views.
CHESTS = ((0, "PA"), (1, "AP"), (2, "PA"), (3, "AP"))
ORGANS = ("body", "lung", "blood", "gas", "bone", "texture", "across", "down", "lung_mask",
          "heart_mask")  # fmt: skip
CHANGES = ("water", "tissue", "air", "mask")


def sums(drawn: np.ndarray) -> tuple[float, float, float, float]:
    """Mean, moment across, moment down, and mean step from pixel to pixel."""
    values = drawn.astype(float)
    axis = np.linspace(-1, 1, len(values))
    steps = np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean()
    return (
        float(values.mean()),
        float((values * axis).mean()),
        float((values * axis[:, None]).mean()),
        float(steps),
    )


def drawn() -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Everything that is drawn, by name: organs, findings, devices, the sign, images, fractals."""
    for number, view in CHESTS:
        body, nothing = diseased(number, "", view, PIXELS)
        for organ in ORGANS:
            yield f"{organ} of {number} {view}", sums(getattr(body, organ))
        for name, pixels in (
            ("devices", devices(body, np.random.default_rng(number))),
            ("sign", sign_mask(body)),
            ("sign tissue", sign_tissue(body, 0.5)),
        ):
            yield f"{name} of {number} {view}", sums(pixels)
        soft = soft_tissue(body, nothing)
        for site, style in SITES.items():
            rng = np.random.default_rng(number)
            image = acquire(soft, body.bone, np.zeros_like(soft), style, view, rng)
            yield f"image of {number} {view} at {site}", sums(image)
        for finding in FINDINGS:
            altered, lesion = diseased(number, finding, view, PIXELS)
            for change in CHANGES:
                yield f"{change} of {finding} in {number} {view}", sums(getattr(lesion, change))
            yield f"path of {finding} in {number} {view}", sums(soft_tissue(altered, lesion))
    for number in range(4):
        image = draw_fractal(number, np.random.default_rng(number), PIXELS)
        yield f"fractal {number}", sums(image)


def main() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("drawn", "mean", "across", "down", "steps"))
        writer.writerows((name, *(f"{value:.6g}" for value in found)) for name, found in drawn())


def written() -> dict[str, tuple[float, ...]]:
    """Read the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {name: tuple(map(float, values)) for name, *values in rows}


if __name__ == "__main__":
    main()
