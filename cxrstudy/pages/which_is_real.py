"""Which is real: phantoms among real radiographs, without names, and what was measured of both.

Real radiographs are not part of the project. They are shown only where the reader's data folder
holds those of the manifest ``nih1k``; otherwise all are phantoms, and the page says so.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.base.checks import whole
from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.data.licence import publishable
from cxrstudy.data.manifest import read_manifest
from cxrstudy.pages.html import HTML
from cxrstudy.phantom import Phantom
from cxrstudy.pixels import decode

#: Manifest of the real radiographs, of adults, from many scanners of one hospital.
REAL = "nih1k"
#: Years from which a patient counts as an adult, as every phantom is.
ADULT = 18
#: What was measured of each set, and what the phantoms are called among the sets.
MEASURES = ("raw", "equalised", "coarse", "statistics", "spectrum", "histograms")
PHANTOMS = "phantoms"


@dataclass(frozen=True, eq=False)
class Riddle:
    """Images without names, and their solution.

    Attributes
    ----------
    shown
        Images by their number on the page, as :func:`cxrstudy.pages.figures.specimens` takes them.
    real
        Numbers of the real ones; empty if none is at hand.
    said
        Before the images: how many of them are real.
    solution
        After them: which ones.
    """

    shown: dict[str, Phantom]
    real: tuple[str, ...]
    said: HTML
    solution: HTML


def which_is_real(each: int, seed: int, pixels: int) -> Riddle:
    """Mix as many real radiographs as phantoms, in an order that only the seed decides.

    Parameters
    ----------
    each
        Number of phantoms, and of real radiographs where there are any.
    seed
        Decides which ones, and their order.
    pixels
        Side of the images, 32 to 2048.

    Examples
    --------
    >>> from cxrstudy.pages.which_is_real import which_is_real
    >>> riddle = which_is_real(2, seed=1, pixels=64)
    >>> len(riddle.shown) in (2, 4)
    True
    """
    each = whole(each, 1, "each")
    rng = np.random.default_rng(seed)
    real = _real(each, rng, pixels)
    images = [*_phantoms(each, seed, pixels), *real]
    order = rng.permutation(len(images))
    shown = {str(place): _bare(images[which]) for place, which in enumerate(order, start=1)}
    answers = tuple(str(place) for place, which in enumerate(order, start=1) if which >= each)
    if not answers:
        said = (
            f"The data folder does not hold the radiographs of <code>{REAL}</code>, so all images "
            "below are phantoms."
        )
        return Riddle(shown, (), HTML(f"<p>{said}</p>"), HTML("<p>None is real.</p>"))
    said = f"{len(answers)} of the {len(shown)} images are real: NIH Clinical Center, ChestX-ray14."
    listed = f"<p>Real: {', '.join(answers)}.</p>"
    solution = (
        f'<details class="study-solution"><summary>Show the solution</summary>{listed}</details>'
    )
    return Riddle(shown, answers, HTML(f"<p>{said}</p>"), HTML(solution))


def measured_distance() -> pd.DataFrame:
    """What ``benchmarks/realism.py`` measured: one row per set compared with real radiographs.

    Without the file, as in an installed package, the table has no rows.

    Examples
    --------
    >>> from cxrstudy.pages.which_is_real import measured_distance
    >>> measured_distance().columns[0]
    'compared'
    """
    table = _measured()
    names = {"halves": "real: two halves", "radiography": "real: another collection"}
    version = (table["compared"] == PHANTOMS).cumsum().astype(str)
    compared = table["compared"].map(names).fillna(f"{PHANTOMS}, version " + version)
    return table.assign(compared=compared)[["compared", *MEASURES]]


def changed_since() -> HTML:
    """Say whether the phantoms have changed since they were measured last.

    Examples
    --------
    >>> from cxrstudy.pages.which_is_real import changed_since
    >>> changed_since()
    <HTML>
    """
    table = _measured()
    measured = table.loc[table["compared"] == PHANTOMS, "generator"]
    if measured.empty:
        return HTML("")
    now = code_fingerprint("phantom")
    if now.startswith(str(measured.iloc[-1])):
        return HTML("<p>The last version is that of the phantoms above.</p>")
    return HTML(
        "<p>The code that makes phantoms has changed since the last version was measured; those "
        "above were not measured.</p>"
    )


def _measured() -> pd.DataFrame:
    path = places.root() / "benchmarks" / "realism.csv"
    if not path.is_file():
        return pd.DataFrame(columns=["commit", "generator", "compared", *MEASURES])
    return pd.read_csv(path, keep_default_na=False, dtype={"commit": str, "generator": str})


def _phantoms(count: int, seed: int, pixels: int) -> list[NDArray[np.uint8]]:
    rows = phantom.population.draw("general", count, seed).drop_duplicates("patient")
    return [phantom.read(path, pixels) for path in rows["path"]]


def _real(count: int, rng: np.random.Generator, pixels: int) -> list[NDArray[np.uint8]]:
    """Frontal radiographs of adults that may be shown, of different patients; none without data."""
    table = read_manifest(places.manifest(REAL)).table
    fit = (table["age"] >= ADULT) & table["licence"].map(publishable)
    paths = [places.data() / path for path in table[fit].drop_duplicates("patient")["path"]]
    if not all(path.is_file() for path in paths):
        return []
    chosen = rng.choice(len(paths), count, replace=False)
    return [decode.fit(decode.read_grey(paths[which]), pixels) for which in chosen]


def _bare(image: NDArray[np.uint8]) -> Phantom:
    """An image without its truth, which would give it away."""
    nothing = np.zeros(image.shape, dtype=bool)
    return Phantom(image, nothing, nothing, None, nothing)
