"""How often the audit tells images that are wrong, and shortcuts that can be seen in images.

Run from the project's root: ``python benchmarks/planted.py FOLDER``, where FOLDER holds the reduced
set ``nih1k``. It writes ``benchmarks/planted.csv``, one row per check, change and strength:

============  ====================================================================================
``code``      of the check
``change``    what was done to images, and how much
``strength``  of shortcuts (CXR105, CXR113 to CXR115): the AUROC of the change alone, of which .5 is
              no tie; of wrong images (CXR116, CXR117): the share of the images that was changed
``of``        images that were changed, or draws of patients
``told``      share of these images that was named, or of draws in which there was a note or issue
``issue``     share of draws in which there was an issue; empty for images
============  ====================================================================================

Wrong images are planted among all images of the set. Shortcuts are planted, at the size of the
files, in one image each of `PATIENTS` patients: half of them have a label that is drawn by chance,
and the change follows it as often as the strength says. Letters are light; the line of text is in
the middle of the lower edge. Of CXR115 the pixels alone are asked, not sizes of files. The set has
no laterals: those that are planted are simulated, among simulated frontal images of other patients.
Images of other things are simulated fractals.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cxrstudy import phantom
from cxrstudy.audit import inner_pixels, laterals, turned_or_inverted
from cxrstudy.audit.label_from_border import BORDER_WIDTH
from cxrstudy.audit.likeness import likeness
from cxrstudy.audit.metadata_classifier import Question, answer
from cxrstudy.base.words import counted
from cxrstudy.pixels.decode import fit

Grey = np.ndarray
TABLE = Path(__file__).with_suffix(".csv")
SIDE, PATIENTS, DRAWS, LATERALS = 64, 400, 20, 400
SHARES, TIES = (0.05, 0.3), (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TEXT = "PORTABLE CHEST 12:45"


# --- Wrong images ---------------------------------------------------------------------------------


def turned(degrees: float) -> Callable[[Grey, np.random.Generator], Grey]:
    return lambda image, _: np.asarray(
        Image.fromarray(image).rotate(degrees, Image.Resampling.BILINEAR)
    )


def inverted(image: Grey, _: np.random.Generator) -> Grey:
    return 255 - image


def blank(share: float) -> Callable[[Grey, np.random.Generator], Grey]:
    def change(image: Grey, _: np.random.Generator) -> Grey:
        changed = image.copy()
        changed[: round(share * len(image))] = 0
        return changed

    return change


def noise(spread: float) -> Callable[[Grey, np.random.Generator], Grey]:
    return lambda image, random: np.clip(
        image + random.normal(0, spread, image.shape), 0, 255
    ).astype(np.uint8)


def middle(share: float) -> Callable[[Grey, np.random.Generator], Grey]:
    def change(image: Grey, _: np.random.Generator) -> Grey:
        edge = [round((1 - share) / 2 * side) for side in image.shape]
        cut = image[edge[0] : image.shape[0] - edge[0], edge[1] : image.shape[1] - edge[1]]
        return fit(np.ascontiguousarray(cut), SIDE)

    return change


def gradient(image: Grey, _: np.random.Generator) -> Grey:
    return np.tile(np.linspace(0, 255, image.shape[1]).astype(np.uint8), (len(image), 1))


def fractal(image: Grey, random: np.random.Generator) -> Grey:
    table = phantom.population.draw("natural_small", 40, 2026)
    return phantom.read(table["path"].iat[int(random.integers(len(table)))], SIDE)


WRONG = {
    "nothing": lambda image, _: image,
    **{f"turned by {degrees}°": turned(degrees) for degrees in (15, 30, 45, 60, 90, 180)},
    "inverted": inverted,
    **{f"blank in {share:.0%} of the rows": blank(share) for share in (0.3, 0.4, 0.5)},
    **{f"noise of {spread} grey levels": noise(spread) for spread in (20, 60, 120)},
    **{f"the middle {share:.0%} of each side": middle(share) for share in (0.6, 0.4, 0.25)},
    "a gradient": gradient,
    "fractals": fractal,
}


def wrong_images(images: Grey) -> pd.DataFrame:
    """Share of the changed images that each of two checks names."""
    rows = []
    for share in SHARES:
        for name, change in WRONG.items():
            random = np.random.default_rng([round(100 * share), list(WRONG).index(name)])
            chosen = random.choice(len(images), round(share * len(images)), replace=False)
            shown = images.copy()
            for which in chosen:
                shown[which] = change(images[which], random)
            rows += _named(shown, chosen, name, share)
    return pd.DataFrame(rows)


def undeclared_laterals() -> pd.DataFrame:
    """Share of simulated laterals, called frontal, that each of two checks names."""
    table = phantom.population.draw("target", LATERALS, 2026)
    images = np.stack([phantom.read(path, SIDE) for path in table["path"]])
    aside = np.stack([phantom.read(phantom.lateral_of(path), SIDE) for path in table["path"]])
    rows = []
    for share in SHARES:
        random = np.random.default_rng([round(100 * share), len(WRONG)])
        chosen = random.choice(len(images), round(share * len(images)), replace=False)
        shown = images.copy()
        shown[chosen] = aside[chosen]
        rows += _named(shown, chosen, "a lateral, simulated", share)
    return pd.DataFrame(rows)


def _named(shown: Grey, chosen: np.ndarray, name: str, share: float) -> list[dict[str, object]]:
    """How many of the images that were chosen each of two checks names."""
    rows = []
    for check in (turned_or_inverted, laterals):
        named = set(check.check(_evidence(shown)).rows["id"])
        told = np.mean([str(which) in named for which in chosen])
        rows.append(_row(check.CODE, name, share, len(chosen), told))
    return rows


def _evidence(shown: Grey) -> SimpleNamespace:
    """What both checks look at."""
    count = len(shown)
    images = pd.DataFrame(
        {"id": [str(n) for n in range(count)], "manifest": "made", "view": "PA", "used": True}
    ).assign(roles=[("target",)] * count)
    return SimpleNamespace(
        images=images, readable=shown.min((1, 2)) < shown.max((1, 2)), like=likeness(shown),
        thumbnails=SimpleNamespace(pixels=shown),
    )  # fmt: skip


# --- Shortcuts in images --------------------------------------------------------------------------


def marker(share: float) -> Callable[[Image.Image], Image.Image]:
    """A letter in the upper right corner, so many parts of the height high."""

    def change(picture: Image.Image) -> Image.Image:
        height = round(share * picture.height)
        at = (round(0.98 * picture.width) - height, round(0.02 * picture.height))
        return _written(picture, at, "L", height)

    return change


def line_of_text(share: float) -> Callable[[Image.Image], Image.Image]:
    """A line of letters at the lower edge, in the middle."""

    def change(picture: Image.Image) -> Image.Image:
        at = (round(0.3 * picture.width), round((0.97 - share) * picture.height))
        return _written(picture, at, TEXT, round(share * picture.height))

    return change


def _written(picture: Image.Image, at: tuple[int, int], text: str, height: int) -> Image.Image:
    changed = picture.copy()
    ImageDraw.Draw(changed).text(at, text, fill=240, font=ImageFont.load_default(max(height, 4)))
    return changed


def blurred(pixels: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(pixels))


def framed(share: float) -> Callable[[Image.Image], Image.Image]:
    """A black frame, so many parts of the side wide."""

    def change(picture: Image.Image) -> Image.Image:
        changed, width = picture.copy(), max(1, round(share * picture.width))
        ImageDraw.Draw(changed).rectangle((0, 0, *picture.size), outline=0, width=width)
        return changed

    return change


def ring(images: Grey) -> np.ndarray:
    """The outermost pixels, as CXR105 takes them."""
    edge = np.ones((SIDE, SIDE), bool)
    edge[BORDER_WIDTH:-BORDER_WIDTH, BORDER_WIDTH:-BORDER_WIDTH] = False
    return images[:, edge].astype(np.float64)


#: Check: what it looks at, and the changes that are planted for it.
SHORTCUTS = {
    "CXR105": (ring, {f"a black frame, {s:.1%} wide": framed(s) for s in (0.004, 0.015)}),
    "CXR113": (inner_pixels.corners, {f"a letter, {s:.0%} high": marker(s) for s in (0.03, 0.06)}),
    "CXR114": (
        inner_pixels.letters,
        {f"a line of text, {s:.0%} high": line_of_text(s) for s in (0.02, 0.04)},
    ),
    "CXR115": (
        inner_pixels.texture,
        {f"blurred by {counted(s, 'pixel')}": blurred(s) for s in (1, 2)},
    ),
}


def shortcuts(pictures: list[Image.Image]) -> pd.DataFrame:
    """Share of draws in which a change that follows the label is told."""
    people = np.array([f"p{n}" for n in range(len(pictures))], dtype=object)
    plain = np.stack([fit(np.asarray(picture), SIDE) for picture in pictures])
    rows = []
    for code, (features, changes) in SHORTCUTS.items():
        before = features(plain)
        for name, change in changes.items():
            after = features(np.stack([fit(np.asarray(change(one)), SIDE) for one in pictures]))
            for tie in TIES:
                states = [_state(before, after, people, tie, draw) for draw in range(DRAWS)]
                told = np.mean([state != "pass" for state in states])
                issue = np.mean([state == "issue" for state in states])
                rows.append(_row(code, name, tie, DRAWS, told, issue))
    return pd.DataFrame(rows)


def _state(before: np.ndarray, after: np.ndarray, people: np.ndarray, tie: float, draw: int) -> str:
    random = np.random.default_rng([draw, round(100 * tie)])
    truth = random.permutation(np.arange(len(before)) % 2 == 1)
    is_changed = np.where(random.random(len(truth)) < tie, truth, ~truth)
    shown = np.where(is_changed[:, None], after, before)
    return answer(Question("made", np.arange(len(truth)), truth), shown, people, True).state


def _row(
    code: str, change: str, strength: float, of: int, told: float, issue: float = np.nan
) -> dict[str, object]:
    return {
        "code": code, "change": change, "strength": strength, "of": of, "told": told,
        "issue": issue,
    }  # fmt: skip


def main(folder: Path) -> None:
    """Measure all, and write the table."""
    table = pd.read_csv(folder / "nih1k" / "labels.csv", low_memory=False)
    pictures = [Image.open(folder / "nih1k" / path).convert("L") for path in table["path"]]
    images = np.stack([fit(np.asarray(picture), SIDE) for picture in pictures])
    first = np.flatnonzero(~table["patient_id"].duplicated())[:PATIENTS]
    planted = shortcuts([pictures[which] for which in first])
    found = pd.concat([wrong_images(images), undeclared_laterals(), planted])
    found.to_csv(TABLE, index=False, float_format="%.3g")
    print(found.to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
