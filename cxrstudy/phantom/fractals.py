"""Fractals: non-radiographic images from iterated function systems, one system per class.

After H. Kataoka et al., "Pre-training without Natural Images", ACCV 2020: affine maps are drawn at
random, a class is kept if its fractal fills enough of the canvas, and the images of a class vary
its parameters, turn, mirror, zoom and shift it, and paint it with small random patches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import Map
from cxrstudy.phantom.streams import stream

CLASSES = {"natural_small": 20, "natural_large": 60}
"""Number of classes of the two fractal roles; the small role's are the large one's first."""

WALKERS, STEPS, BURN = 512, 56, 12
"""Points that play the chaos game at once, their steps, and first steps that are not drawn."""
FILLING = 0.2
"""Least share of occupied cells, as in the paper, here on a canvas of CANVAS a side."""
CANVAS = 32
VARIATION = 0.3
"""Standard deviation of the relative change of a system's parameters between a class's images."""
ZOOM, SHIFT = 0.35, 0.1
"""Largest change of the logarithm of an image's scale, and largest shift as a share of half its
side. With VARIATION they make the task hard: of 60 classes and 2,700 images, the network of the
standard profile reaches a validation AUROC of .82 after 64 steps and .97 after 240. With a third of
the variation and neither zoom nor full turns it is above .999 after 150, and a larger set would
have nothing more to teach."""


@dataclass(frozen=True, eq=False)
class System:
    """An iterated function system: maps p -> A p + b, each chosen with a probability.

    Attributes
    ----------
    matrices : (maps, 2, 2) float
        The linear parts A.
    offsets : (maps, 2) float
        The shifts b.
    """

    matrices: NDArray[np.float64]
    offsets: NDArray[np.float64]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Weights proportional to the maps' areas |det A|, as in the paper."""
        area = np.abs(np.linalg.det(self.matrices)) + 0.01
        return np.asarray(area / area.sum())


def _draw_system(rng: np.random.Generator) -> System:
    """Draw two to eight maps with coefficients uniform in [-1, 1], made contractive.

    The paper draws until the orbit stays bounded. Here an expanding map is scaled until its larger
    singular value is below .95, which bounds every orbit.
    """
    count = int(rng.integers(2, 9))
    matrices = rng.uniform(-1, 1, (count, 2, 2))
    stretch = np.linalg.norm(matrices, ord=2, axis=(1, 2))
    matrices *= np.minimum(1, rng.uniform(0.6, 0.95, count) / stretch)[:, None, None]
    return System(matrices, rng.uniform(-1, 1, (count, 2)))


def orbit(system: System, rng: np.random.Generator) -> NDArray[np.float64]:
    """Play the chaos game.

    Parameters
    ----------
    system : System
        Contractive maps.
    rng : numpy.random.Generator
        Chooses the maps.

    Returns
    -------
    (WALKERS * (STEPS - BURN), 2) float
        Points on the attractor.
    """
    cumulative = np.cumsum(system.probabilities)
    chosen = np.searchsorted(cumulative / cumulative[-1], rng.random((STEPS, WALKERS)))
    points = rng.uniform(-1, 1, (WALKERS, 2))
    # Written out instead of a matrix product: no threads, so the same bits everywhere.
    a, b, c, d = (system.matrices[:, i, j][chosen] for i in (0, 1) for j in (0, 1))
    e, f = system.offsets[:, 0][chosen], system.offsets[:, 1][chosen]
    x, y = points[:, 0], points[:, 1]
    track = np.empty((2, STEPS, WALKERS))
    for step in range(STEPS):
        x, y = a[step] * x + b[step] * y + e[step], c[step] * x + d[step] * y + f[step]
        track[0, step], track[1, step] = x, y
    return track[:, BURN:].reshape(2, -1).T


def _cells(
    points: NDArray[np.float64], pixels: int, zoom: float = 1.0, shift: tuple[float, ...] = (0, 0)
) -> NDArray[np.intp]:
    """Flat index of the pixel of each point that lies inside.

    Without zoom and shift, the fractal fills the canvas except for a margin.
    """
    low, high = np.quantile(points[::7], (0.002, 0.998), axis=0)
    middle, reach = (low + high) / 2, float(np.max(high - low)) / 2 + 1e-9
    placed = (points - middle) / reach * zoom + np.asarray(shift)
    cell = np.floor((placed * 0.46 + 0.5) * pixels).astype(np.intp)
    cell = cell[((cell >= 0) & (cell < pixels)).all(axis=1)]
    return np.asarray(cell[:, 1] * pixels + cell[:, 0])


def filling(system: System, rng: np.random.Generator) -> float:
    """Share of the cells of a CANVAS by CANVAS grid that the fractal touches."""
    return np.unique(_cells(orbit(system, rng), CANVAS)).size / CANVAS**2


@lru_cache(maxsize=128)
def system_of(number: int) -> System:
    """The system of class `number`, the same in every cohort: the first that fills enough."""
    rng = stream(0, f"fractal_{number:02d}", "system")
    while True:
        system = _draw_system(rng)
        if filling(system, rng) >= FILLING:
            return system


def draw_fractal(number: int, rng: np.random.Generator, pixels: int) -> NDArray[np.uint8]:
    """Draw one image of a class.

    Parameters
    ----------
    number : int
        The class.
    rng : numpy.random.Generator
        The image's random stream: variation, rotation, mirror, zoom, shift, patch and shade.
    pixels : int
        Pixels per side.

    Returns
    -------
    (pixels, pixels) uint8
        Bright fractal on black.
    """
    system = system_of(number)
    change = 1 + VARIATION * np.clip(rng.standard_normal(system.offsets.shape), -2, 2)
    varied = System(system.matrices, system.offsets * change)
    points = orbit(varied, rng)
    angle, mirror = rng.uniform(-np.pi, np.pi), rng.choice((-1.0, 1.0))
    zoom, shift = float(np.exp(rng.uniform(-ZOOM, ZOOM))), rng.uniform(-SHIFT, SHIFT, 2)
    x = mirror * points[:, 0]
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = np.stack([cosine * x - sine * points[:, 1], sine * x + cosine * points[:, 1]], axis=1)
    cells = _cells(turned, pixels, zoom, tuple(shift))
    density = np.bincount(cells, minlength=pixels * pixels)
    shade = _paint(density.reshape(pixels, pixels).astype(np.float32), rng)
    top = float(np.quantile(shade[shade > 0], 0.98))
    grey = np.clip(shade * np.float32(rng.uniform(0.8, 1.0) / top), 0, 1)
    return np.asarray(grey * 255 + 0.5, dtype=np.uint8)


def _paint(density: Map, rng: np.random.Generator) -> Map:
    """Draw a random patch of 3 x 3 at every point, with the logarithm of the number of visits."""
    ink = np.log1p(density)
    patch = rng.random((3, 3)) < 0.5
    patch[1, 1] = True
    padded = np.pad(ink, 1)
    n = ink.shape[0]
    painted = np.zeros_like(ink)
    for row, column in np.argwhere(patch):
        painted += padded[row : row + n, column : column + n]
    return painted
