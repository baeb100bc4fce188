"""Case: what the explorer holds of one image, and how it is written for the browser.

The same plain data serves the live widget and the static page. Bytes are base64 text, a map is a
row ``[width, height, peak, values]`` at its layer's own resolution, an outline is an SVG path.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.data.licence import publishable
from cxrstudy.data.role import Task
from cxrstudy.explain import CELLS

#: Side of the square in which outlines are drawn, whatever the image's size.
OUTLINE_SIDE = 1000


@dataclass(frozen=True)
class Facts:
    """What the manifest says of an image.

    Attributes
    ----------
    patient, source, view, sex, licence
        As in the manifest's columns.
    age
        Years; None when unknown.
    """

    patient: str
    source: str
    view: str
    sex: str
    age: float | None
    licence: str

    @property
    def publishable(self) -> bool:
        """Whether the image may be shown in something that is published."""
        return publishable(self.licence)


@dataclass(frozen=True, eq=False)
class LowMap:
    """A map at its layer's resolution, in 256 steps.

    Attributes
    ----------
    values
        (height, width) uint8; 255 is the strongest place.
    peak
        The value there, in the method's own unit; 0 for a map that is empty.
    """

    values: NDArray[np.uint8]
    peak: float

    @property
    def written(self) -> list[Any]:
        """Width, height, peak, and the values as base64."""
        height, width = self.values.shape
        return [width, height, float(f"{self.peak:.3g}"), as_text(self.values.tobytes())]


@dataclass(frozen=True)
class MapKey:
    """Which map: its method, its layer and the class that it speaks for."""

    method: str
    layer: str
    label: str


def opening_layer(maps: Mapping[MapKey, LowMap]) -> str:
    """Name the layer that is shown first: the deepest whose maps are fine enough to point.

    Maps name their layers from the finest on; where none is fine enough, that is the first.
    """
    names = list(dict.fromkeys(key.layer for key in maps))
    fine = {key.layer for key, low in maps.items() if min(low.values.shape) >= CELLS}
    return next((name for name in reversed(names) if name in fine), names[0])


@dataclass(frozen=True)
class Reading:
    """What one arm says of an image.

    Attributes
    ----------
    probabilities
        By label, in the order of the head.
    predicted
        The most probable class, or the labels with a probability of at least one half.
    right
        Whether that is the truth; None where the truth is not known.
    maps
        The maps that are at hand.
    """

    probabilities: Mapping[str, float]
    predicted: tuple[str, ...]
    right: bool | None
    maps: Mapping[MapKey, LowMap] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, Any]:
        """Plain data: maps by method, layer and label."""
        maps: dict[str, dict[str, dict[str, list[Any]]]] = {}
        for key, low in self.maps.items():
            maps.setdefault(key.method, {}).setdefault(key.layer, {})[key.label] = low.written
        return {
            "probabilities": {name: round(p, 4) for name, p in self.probabilities.items()},
            "predicted": list(self.predicted),
            "right": self.right,
            "maps": maps,
        }


@dataclass(frozen=True)
class Case:
    """One image with all that the explorer shows of it.

    Attributes
    ----------
    id
        Of the image.
    image
        A WebP, JPEG or PNG file; None until it is asked for (live only).
    facts
        What the manifest says; None for an upload, of which nothing is known.
    truth
        Labels that are known, and whether each is present.
    outline
        SVG path around the lesion in a square of side 1000; empty when it is known that there is
        none, None when nothing is known.
    readings
        By arm.
    """

    id: str
    image: bytes | None
    facts: Facts | None
    truth: Mapping[str, bool]
    outline: str | None
    readings: Mapping[str, Reading]

    @property
    def written(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "id": self.id,
            "image": None if self.image is None else as_address(self.image),
            "facts": None if self.facts is None else asdict(self.facts),
            "truth": [name for name, present in self.truth.items() if present],
            "known": bool(self.truth),
            "outline": self.outline,
            "readings": {arm: reading.written for arm, reading in self.readings.items()},
        }


def predicted(task: Task, probabilities: Mapping[str, float]) -> tuple[str, ...]:
    """Most probable class; or, of labels that do not exclude each other, those from one half on."""
    if task == "multiclass":
        return (max(probabilities, key=lambda name: probabilities[name]),)
    return tuple(name for name, p in probabilities.items() if p >= 0.5)


def is_right(
    task: Task, truth: Mapping[str, bool], said: tuple[str, ...], labels: tuple[str, ...]
) -> bool | None:
    """Whether a prediction agrees with all that is known of the labels; None if that is nothing."""
    present = {name for name, there in truth.items() if there}
    if task == "multiclass":
        return set(said) == present if present else None
    known = [name for name in labels if name in truth]
    return all((name in said) == truth[name] for name in known) if known else None


def as_text(content: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(content).decode("ascii")


def as_address(image: bytes) -> str:
    """Write an image file as a data address, which loads without a network."""
    kinds = {b"RIFF": "webp", b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpeg"}
    return f"data:image/{kinds.get(image[:4], 'jpeg')};base64,{as_text(image)}"
