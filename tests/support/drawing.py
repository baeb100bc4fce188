"""What the phantom draws, as a table of sums: each map's mean, its moments, and its roughness.

    python -m tests.support.drawing        # write the table anew, when another drawing is meant

Another drawing is another phantom: images, their hashes and all recorded results change with it.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cxrstudy.phantom.acquisition import SITES, acquire
from cxrstudy.phantom.anatomy import Alteration
from cxrstudy.phantom.case import Case
from cxrstudy.phantom.devices import devices
from cxrstudy.phantom.findings import FINDINGS
from cxrstudy.phantom.fractals import draw_fractal
from cxrstudy.phantom.lateral import lateral_radiograph, seen_from_the_side
from cxrstudy.phantom.lateral_anatomy import lateral_chest
from cxrstudy.phantom.pathology import no_lesion, soft_tissue
from cxrstudy.phantom.patient import draw_patient, draw_pose
from cxrstudy.phantom.sign import sign_mask, sign_tissue
from tests.support.phantom_cases import diseased

TABLE = Path(__file__).with_suffix(".csv")
PIXELS = 64
#: Patients of another sex and build, and their views.
CHESTS = ((0, "PA"), (1, "AP"), (2, "PA"), (3, "AP"))
#: Patients of another sex, age and build, from the side: two are older than 70.
LATERALS = (0, 3, 8)
#: Draws of devices, of which each is seldom.
DRAWS = 40
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
    for number, view in CHESTS[:2]:
        body, _ = diseased(number, "", view, PIXELS)
        many = sum(devices(body, np.random.default_rng(draw)) for draw in range(DRAWS))
        yield f"many devices of {number} {view}", sums(np.asarray(many))
    yield from _drawn_from_the_side()
    for number in range(4):
        image = draw_fractal(number, np.random.default_rng(number), PIXELS)
        yield f"fractal {number}", sums(image)


def _drawn_from_the_side() -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for number in LATERALS:
        patient, pose = draw_patient(7, f"p{number}"), draw_pose(7, f"p{number}-1", "PA")
        side = lateral_chest(patient, pose, PIXELS, Alteration())
        for organ in ORGANS:
            yield f"{organ} of lateral {number}", sums(getattr(side, organ))
        for finding in FINDINGS:
            front, lesion = diseased(number, finding, "PA", PIXELS)
            added = soft_tissue(front, lesion) - soft_tissue(front, no_lesion(front))
            laid = seen_from_the_side(side, (front, added), (finding,))
            yield f"path of {finding} in lateral {number}", sums(laid)
        for findings in ((), ("covid19",), ("cardiomegaly",)):
            case = Case(findings, findings, "alder", "PA", 1.0)
            shown = lateral_radiograph(patient, f"p{number}-1", case, PIXELS, SITES["alder"])
            name = " ".join(("lateral", *findings))
            for part in ("image", "lesion"):
                yield f"{part} of {name} in {number}", sums(getattr(shown, part))


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
