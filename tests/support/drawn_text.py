"""Text in pictures: how high letters are that a figure has drawn."""

import re
from math import inf
from pathlib import Path

#: matplotlib draws letters as paths of 100 units a point, turned upside down; others write sizes.
PATHS = re.compile(r"scale\((0\.\d+) -0?\.\d+\)")
SIZES = re.compile(r'font-size[:=]\s*"?([\d.]+)')
BOX = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) [\d.]+"')


def smallest_letters(file: str, width: float) -> float:
    """Height in pixels of the smallest text of an SVG that is shown this wide; infinite without."""
    text = Path(file).read_text(encoding="utf-8")
    (units,) = BOX.findall(text)[:1]
    sizes = [100 * float(scale) for scale in PATHS.findall(text)]
    sizes += map(float, SIZES.findall(text))
    return min(sizes, default=inf) * width / float(units)
