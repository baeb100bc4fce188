"""How many copies of real radiographs the audit finds, what it takes for one, and what it costs.

``python benchmarks/copies.py FOLDER`` reads nih1k and a part of kermany224 in FOLDER, changes each
image in one way, searches all at once as the audit does, and writes ``copies.csv`` beside it: one
row per kind and strength. ``python benchmarks/copies.py FOLDER 30000`` measures time and memory
of the search among so many images, made by cutting real ones in parts, and adds a line to
``copies_cost.csv``.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageOps
from scipy.stats import binomtest
from skimage.exposure import equalize_adapthist

from cxrstudy.audit.near_duplicate_pairs import pairs_alike
from cxrstudy.pixels.decode import fit

Grey = np.ndarray
Change = Callable[[Grey, np.random.Generator], Grey]
HERE = Path(__file__).parent
SIDE = 64
#: Images of a set: together 4.2 million pairs.
MOST = 1900


def crop_all(share: float) -> Change:
    return lambda image, _: cut(image, [share] * 4)


def crop_one(share: float) -> Change:
    return lambda image, random: cut(image, share * np.eye(4)[random.integers(4)])


def crop_each(most: float) -> Change:
    return lambda image, random: cut(image, random.uniform(0, most, 4))


def cut(image: Grey, shares: np.ndarray) -> Grey:
    """Cut a share off the top, the bottom, the left and the right."""
    height, width = image.shape
    top, bottom, left, right = np.rint(np.multiply(shares, [height, height, width, width]))
    return image[int(top) : height - int(bottom), int(left) : width - int(right)]


def shift(share: float) -> Change:
    def change(image: Grey, random: np.random.Generator) -> Grey:
        by = [
            int(sign * share * side)
            for sign, side in zip(random.choice([-1, 1], 2), image.shape, strict=True)
        ]
        moved = np.zeros_like(image)
        moved[_overlap(by, image.shape)] = image[_overlap([-one for one in by], image.shape)]
        return moved

    return change


def _overlap(by: list[int], shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(
        slice(max(0, one), min(side, side + one)) for one, side in zip(by, shape, strict=True)
    )


def border(share: float) -> Change:
    def change(image: Grey, random: np.random.Generator) -> Grey:
        widths = [(round(share * side),) * 2 for side in image.shape]
        return np.pad(image, widths, constant_values=int(random.choice([0, 255])))

    return change


def rotation(degrees: float) -> Change:
    def change(image: Grey, random: np.random.Generator) -> Grey:
        turned = degrees * random.choice([-1, 1])
        return np.asarray(Image.fromarray(image).rotate(turned, Image.Resampling.BILINEAR))

    return change


def label(share: float) -> Change:
    def change(image: Grey, random: np.random.Generator) -> Grey:
        picture = Image.fromarray(image)
        width, height = (round(share * side) for side in picture.size)
        x, y = random.integers(picture.width - width), random.integers(picture.height - height)
        fill = int(random.choice([0, 255]))
        ImageDraw.Draw(picture).rectangle((x, y, x + width, y + height), fill=fill)
        return np.asarray(picture)

    return change


def clahe(limit: float) -> Change:
    return lambda image, _: (255 * equalize_adapthist(image, clip_limit=limit)).astype(np.uint8)


def window(share: float) -> Change:
    def change(image: Grey, _: np.random.Generator) -> Grey:
        low, high = np.quantile(image, [share / 2, 1 - share / 2])
        return (np.clip((image - low) / max(high - low, 1), 0, 1) * 255).astype(np.uint8)

    return change


def gamma(power: float) -> Change:
    return lambda image, _: (255 * (image / 255) ** power).astype(np.uint8)


def turned(quarters: float) -> Change:
    return lambda image, _: np.rot90(image, int(quarters))


def mirrored(_: float) -> Change:
    return lambda image, _: image[:, ::-1]


def inverted(_: float) -> Change:
    return lambda image, _: 255 - image


def equalised(_: float) -> Change:
    return lambda image, _: np.asarray(ImageOps.equalize(Image.fromarray(image)))


def noise(spread: float) -> Change:
    return lambda image, random: np.clip(
        image + random.normal(0, spread, image.shape), 0, 255
    ).astype(np.uint8)


#: Kind, and the strengths that are tried.
KINDS: dict[Callable[[float], Change], tuple[float, ...]] = {
    crop_all: (0.02, 0.05, 0.10),
    crop_one: (0.03, 0.06, 0.10, 0.12),
    crop_each: (0.10,),
    shift: (0.02, 0.05),
    border: (0.02, 0.05, 0.10),
    rotation: (1, 3, 5),
    label: (0.1, 0.2),
    mirrored: (1,),
    inverted: (1,),
    turned: (1, 2, 3),
    clahe: (0.01, 0.02, 0.05),
    window: (0.1, 0.3),
    equalised: (1,),
    gamma: (0.6, 1.6),
    noise: (10,),
}
#: Of each kind, the strength in combinations of two: the largest of the range that is promised.
IN_PAIRS: dict[Callable[[float], Change], float] = {
    crop_each: 0.10, shift: 0.05, border: 0.05, rotation: 5, label: 0.2, mirrored: 1, inverted: 1,
    turned: 1, clahe: 0.02,
}  # fmt: skip


def changes() -> dict[str, list[Change]]:
    """Every change alone, and every two kinds one after the other."""
    alone = {f"{kind.__name__} {one:g}": [kind(one)] for kind in KINDS for one in KINDS[kind]}
    kinds = list(IN_PAIRS.items())
    return alone | {
        f"{first.__name__} {one:g} + {second.__name__} {other:g}": [first(one), second(other)]
        for at, (first, one) in enumerate(kinds)
        for second, other in kinds[at + 1 :]
    }


def radiographs(folder: Path) -> tuple[list[Grey], np.ndarray]:
    """Images, and their patients: for Kermany's set the bare number of the person."""
    images, patients = [], []
    for name in ("nih1k", "kermany224"):
        table = pd.read_csv(folder / name / "labels.csv", low_memory=False)
        table = table.sample(min(len(table), MOST), random_state=0)
        images += [np.asarray(Image.open(folder / name / path).convert("L")) for path in table.path]
        patients += (
            name + table["patient_id"].str.replace(r"^(test|train)-", "", regex=True)
        ).tolist()
    return images, np.array(patients)


def measure(folder: Path) -> pd.DataFrame:
    images, patients = radiographs(folder)
    order = np.random.default_rng(0).permutation(len(images))
    every, made = changes(), []
    kinds = (list(every) * len(images))[: len(images)]
    for at, kind in zip(order, kinds, strict=True):
        random, image = np.random.default_rng(int(at)), images[at]
        for change in every[kind]:
            image = change(image, random)
        made.append(fit(np.ascontiguousarray(image), SIDE))
    shown = np.concatenate([[fit(image, SIDE) for image in images], made])
    started, cpu = time.perf_counter(), time.process_time()
    found = pairs_alike(shown, np.ones(len(shown), bool))
    spent = time.perf_counter() - started, time.process_time() - cpu
    print(f"{len(shown)} images: {spent[0]:.0f} s, CPU {spent[1]:.0f} s", flush=True)
    count = len(images)
    owner = np.concatenate([np.arange(count), order])
    one, other = owner[found.first], owner[found.second]
    is_found = np.isin(order, one[(one == other) & (found.second >= count)])
    wrong = patients[one] != patients[other]
    of_kind = np.concatenate([["none"] * count, kinds])
    rows = []
    for kind in every:
        here = np.array(kinds) == kind
        low, high = binomtest(int(is_found[here].sum()), int(here.sum())).proportion_ci(
            method="wilson"
        )
        rows.append({
            "change": kind, "images": here.sum(), "found": is_found[here].mean().round(3),
            "low": round(low, 3), "high": round(high, 3),
        })  # fmt: skip
    both = (found.first < count) & (found.second < count)
    alarms = pd.DataFrame({
        "first": patients[one], "second": patients[other], "agreement": found.agreement.round(3),
        "kind": of_kind[found.second],
    })[wrong]  # fmt: skip
    print(alarms.sort_values("agreement").to_string())
    pairs = count * (count - 1) // 2
    same = sum(n * (n - 1) // 2 for n in np.unique(patients, return_counts=True)[1])
    rows.append({"change": "false alarms: unchanged images of different patients",
                 "images": pairs - same, "found": (wrong & both).sum()})  # fmt: skip
    return pd.DataFrame(rows)


def cost(folder: Path, count: int) -> dict[str, float]:
    """Time and memory of a search among images that are cut out of real ones, each elsewhere."""
    images, _ = radiographs(folder)
    random = np.random.default_rng(1)
    shown = np.empty((count, SIDE, SIDE), np.uint8)
    for at in range(count):
        shares = random.uniform(0.05, 0.45, 4) if at >= len(images) else np.zeros(4)
        shown[at] = fit(np.ascontiguousarray(cut(images[at % len(images)], shares)), SIDE)
    del images
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    found = pairs_alike(shown, np.ones(count, bool))
    return {
        "images": count, "seconds": round(time.perf_counter() - started),
        "cpu_seconds": round(time.process_time() - cpu), "pairs": len(found.first),
        "largest_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "largest_MB_before": round(before / 1024),
    }  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1])
    if len(sys.argv) == 2:
        table = measure(folder)
        table.to_csv(HERE / "copies.csv", index=False)
        print(table.to_string())
        return
    line = pd.DataFrame([cost(folder, int(size)) for size in sys.argv[2:]])
    print(line.to_string())
    file = HERE / "copies_cost.csv"
    line.to_csv(file, mode="a", header=not file.exists(), index=False)


if __name__ == "__main__":
    main()
