"""Causal: what really moves the score of an image, by changing it in simulation.

The same patient is rendered with one thing changed (:mod:`cxrstudy.phantom.twins`), and the score
is computed again. The difference is an effect and no correlation. Places are the cells of a map:
the cause in a cell is removed by taking the pixels of the twin without lesion and marker there. A
map that shows what a decision is based on ranks places as these effects do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.progress import progress
from cxrstudy.explain.attention import regions_of
from cxrstudy.explain.baselines import in_cells
from cxrstudy.explain.default_layer import pointing_layer
from cxrstudy.explain.each_network import Floats, Shown, Squares, measured, score_of
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.metrics import energy
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.explain.similarity import spearman
from cxrstudy.phantom.twins import BARE, ELSEWHERE, WITHOUT_LESION, WITHOUT_MARKER, twin
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.statistics import estimates, mean
from cxrstudy.study.arms import Arms

Masks = NDArray[np.bool_]
Score = Callable[[Squares], Floats]

#: Measures of :func:`interventions`, with what they mean.
MEASURES = {
    "change_without_lesion": "score without the lesion, minus the score",
    "change_elsewhere": "score with the lesion elsewhere, minus the score",
    "change_without_marker": "score without the marker, minus the score",
    "agreement": "rank correlation of the map with the effects",
    "agreement_lungs": "the same, of the lungs drawn with the cells of the map",
    "agreement_lesions": "the same, of the lesions drawn with the cells of the map",
    "agreement_beyond_lungs": "agreement of the map, minus that of the lungs",
    "followed": "share of the map that a lesion draws to where it is moved",
}


@dataclass(frozen=True, eq=False)
class Twins:
    """Images of the same patients at one size, with one thing changed in each.

    Attributes
    ----------
    images
        (n, side, side) grey images by change; see :data:`cxrstudy.phantom.twins.CHANGES`.
    elsewhere
        (n, side, side) masks of the lesions that are elsewhere.
    """

    images: dict[str, Squares]
    elsewhere: Masks


def twins_of(addresses: list[str], pixels: int) -> Twins:
    """Render the twins of radiographs; see :mod:`cxrstudy.phantom.twins`."""
    changes = (WITHOUT_LESION, ELSEWHERE, WITHOUT_MARKER, BARE)
    found = {
        change: [twin(address, pixels, change) for address in addresses]
        for change in progress(changes, "rendering twins", "change")
    }
    images = {change: np.stack([each.image for each in drawn]) for change, drawn in found.items()}
    return Twins(images, np.stack([each.lesion for each in found[ELSEWHERE]]))


def effects_by_cell(
    score: Score, images: Squares, bare: Squares, cells: tuple[int, int]
) -> NDArray[np.float32]:
    """Effect of what is in each cell: the score, minus the score with the cell of another image.

    Parameters
    ----------
    score
        (m, side, side) grey images to (m,) scores.
    images, bare
        (n, side, side), as they are and without the causes.
    cells
        Rows and columns of cells, at most the side.

    Returns
    -------
    (n, rows, columns); positive where the cause in the cell raises the score.

    Raises
    ------
    ExplainError
        Shapes differ, or there are more cells than pixels.

    Examples
    --------
    >>> image = np.full((1, 4, 4), 10, np.uint8)
    >>> brightness = lambda squares: squares.mean((1, 2)).astype(float)
    >>> effects_by_cell(brightness, image, np.zeros_like(image), (2, 2)).tolist()
    [[[2.5, 2.5], [2.5, 2.5]]]
    """
    side = images.shape[-1]
    if images.shape != bare.shape or images.ndim != 3 or max(cells) > side:
        raise ExplainError(
            f"images {images.shape} and those without causes {bare.shape} must be (n, side, side), "
            f"with at least as many pixels as the cells {cells}"
        )
    rows, columns = (np.linspace(0, side, count + 1).round().astype(int) for count in cells)
    before = score(images)
    effects = np.empty((len(images), *cells), np.float32)
    for row in range(cells[0]):
        for column in range(cells[1]):
            place = (
                slice(None),
                slice(rows[row], rows[row + 1]),
                slice(columns[column], columns[column + 1]),
            )
            changed = images.copy()
            changed[place] = bare[place]
            effects[:, row, column] = before - score(changed)
    return effects


def agreement(maps: NDArray[np.float32], effects: NDArray[np.float32]) -> Floats:
    """Rank correlation of maps with effects over the cells of each image.

    Parameters
    ----------
    maps, effects
        (n, rows, columns).

    Returns
    -------
    (n,) in -1 to 1. It is 0 where a map or the effects are constant, because they rank nothing.
    """
    found = spearman(maps, effects)
    constant = [np.ptp(of.reshape(len(of), -1), axis=1) == 0 for of in (maps, effects)]
    return np.where(constant[0] | constant[1], 0.0, found)


def interventions(
    arms: Arms, label: str = "", role: str = "target", most: int = 40
) -> pd.DataFrame:
    """Change simulated images, and compare the effects on the score with the maps of each network.

    Parameters
    ----------
    arms
        Study and arms whose runs are recorded; the cohort's images are phantoms.
    label
        Label whose score is explained, on the images that show it; empty: the study's.
    role
        Role whose test images are used.
    most
        Maximum number of images.

    Returns
    -------
    One row per arm, seed and image, in the form of :func:`cxrstudy.explain.attention.attention`,
    with a column ``score_MEASURE`` for each of :data:`MEASURES`.

    Raises
    ------
    ExplainError
        An image is no phantom: nobody has the twin of a patient.

    Examples
    --------
    >>> looked = interventions(arms.only(["control"]), most=2)  # arms are trained, as in a chapter
    >>> sorted(looked["seed"].unique().tolist())
    [0, 1]
    """
    twins: dict[int, Twins] = {}

    def measure(network: TrainedNetwork, shown: Shown) -> dict[str, Floats]:
        side = network.pixels
        if side not in twins:
            twins[side] = twins_of(shown.addresses, side)
        regions = regions_of(shown.role, shown.rows, side)
        return measures(
            network, shown.label, shown.squares, twins[side], regions["lung"], regions["lesion"]
        )

    return measured(arms, label, role, most, measure)


def measures(
    network: TrainedNetwork,
    label: str,
    squares: Squares,
    twins: Twins,
    lungs: Masks,
    lesions: Masks,
) -> dict[str, Floats]:
    """Measure effects on the score of one network, and how its maps agree with them.

    Parameters
    ----------
    network
        Whose score and maps.
    label
        Whose score.
    squares
        (n, side, side) grey images.
    twins
        The same with one thing changed.
    lungs, lesions
        (n, side, side) masks of the images as they are.

    Returns
    -------
    (n,) values of each of :data:`MEASURES`.
    """
    output, score = network.labels.index(label), score_of(network, label)
    layer = pointing_layer(network.model, network.pixels)

    def maps(images: Squares) -> NDArray[np.float32]:
        with network.busy:
            return heatmaps(network.model, network.tensor(images), output, layer=layer)

    raw, moved = maps(squares), maps(twins.images[ELSEWHERE])
    cells = (raw.shape[1], raw.shape[2])
    effects = effects_by_cell(score, squares, twins.images[BARE], cells)
    before = score(squares)
    drawn = {name: in_cells(of, cells) for name, of in (("lungs", lungs), ("lesions", lesions))}
    side = squares.shape[-1]
    places = cells_of(network.model, layer, side)
    there, here = (energy(upsample(of, side, places), twins.elsewhere) for of in (moved, raw))
    agreed = {
        "agreement": agreement(raw, effects),
        **{f"agreement_{name}": agreement(of, effects) for name, of in drawn.items()},
    }
    return {
        "change_without_lesion": score(twins.images[WITHOUT_LESION]) - before,
        "change_elsewhere": score(twins.images[ELSEWHERE]) - before,
        "change_without_marker": score(twins.images[WITHOUT_MARKER]) - before,
        **agreed,
        "agreement_beyond_lungs": agreed["agreement"] - agreed["agreement_lungs"],
        "followed": there - here,
    }


def effects_table(changed: pd.DataFrame) -> pd.DataFrame:
    """Mean of every measure of :func:`interventions`, by arm.

    Returns
    -------
    One row per measure and arm: ``measure`` (what it means), and the columns of
    :func:`cxrstudy.statistics.estimates`. All measures are differences or correlations, so an
    interval that excludes 0 shows an effect.

    Examples
    --------
    >>> looked = interventions(arms.only(["control"]), most=2)  # arms are trained, as in a chapter
    >>> effects_table(looked)["measure"].iloc[0]
    'score without the lesion, minus the score'
    """
    (role,) = changed["role"].unique()
    tables = [
        estimates(changed, mean(name), role).assign(measure=meaning)
        for name, meaning in MEASURES.items()
    ]
    return pd.concat(tables, ignore_index=True)
