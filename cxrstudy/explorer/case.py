"""Case: the data of one image in the explorer, and its form for the browser.

The live widget and the static page use the same plain data. Bytes are base64 text, a map is a list
``[width, height, peak, values, cells]`` with the cells of its layer, an outline is an SVG path.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.rounding import significant
from cxrstudy.data.licence import publishable
from cxrstudy.data.role import Task
from cxrstudy.explain import CELLS
from cxrstudy.runs.operating_points import OperatingPoint, Points, call_in_words, most_telling

#: Peak below which a map holds nothing: its strongest cell adds less to a logit than this.
NOTHING = 1e-3

#: Side of the square in which outlines are drawn, for images of any size.
OUTLINE_SIDE = 1000


@dataclass(frozen=True)
class Facts:
    """Facts about an image from the manifest.

    Attributes
    ----------
    patient, source, view, sex, licence
        As in the manifest's columns.
    age
        Years; None if unknown.
    """

    patient: str
    source: str
    view: str
    sex: str
    age: float | None
    licence: str

    @property
    def publishable(self) -> bool:
        """Whether the image may be shown in a publication."""
        return publishable(self.licence)


@dataclass(frozen=True, eq=False)
class LowMap:
    """A map at its layer's resolution, in 256 steps.

    Attributes
    ----------
    values
        (height, width) uint8; 255 is the maximum.
    peak
        The maximum in the unit of the method; 0 for an empty map.
    cells
        Rows and columns of the layer; ``values`` may have more, where they lie evenly, or fewer.
    """

    values: NDArray[np.uint8]
    peak: float
    cells: tuple[int, int]

    @property
    def holds_nothing(self) -> bool:
        """Whether nothing in the image speaks for the label: the peak is below `NOTHING`."""
        return self.peak < NOTHING

    @property
    def written(self) -> list[Any]:
        """Width, height, peak, the values as base64, and columns and rows of the layer."""
        height, width = self.values.shape
        peak = significant(self.peak, 3)
        return [width, height, peak, as_text(self.values.tobytes()), [*self.cells[::-1]]]


@dataclass(frozen=True)
class MapKey:
    """Identifies a map: method, layer and class."""

    method: str
    layer: str
    label: str


def opening_layer(maps: Mapping[MapKey, LowMap]) -> str:
    """Name the layer that is shown first: the deepest with a fine enough grid.

    Layers are listed from the finest grid on; if none is fine enough, it is the first.
    """
    names = list(dict.fromkeys(key.layer for key in maps))
    fine = {key.layer for key, low in maps.items() if min(low.values.shape) >= CELLS}
    return next((name for name in reversed(names) if name in fine), names[0])


@dataclass(frozen=True)
class Reading:
    """The output of one arm for an image.

    Attributes
    ----------
    probabilities
        Probabilities by label, in the order of the head.
    positive
        By label: whether it is called, by :func:`cxrstudy.runs.operating_points.called`; None where
        there is no operating point.
    right
        Whether what is called is correct; None if the truth or what is called is not known.
    maps
        The available maps.
    points
        The operating points.
    """

    probabilities: Mapping[str, float]
    positive: Mapping[str, bool | None]
    right: bool | None
    maps: Mapping[MapKey, LowMap] = field(default_factory=dict)
    points: Points = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The label whose map is shown first."""
        return most_telling(self.probabilities, self.positive)

    @property
    def words(self) -> str:
        """What the image is called."""
        return call_in_words(self.probabilities, self.positive)

    @property
    def written(self) -> dict[str, Any]:
        """Plain data: maps by method, layer and label."""
        maps: dict[str, dict[str, dict[str, list[Any]]]] = {}
        for key, low in self.maps.items():
            maps.setdefault(key.method, {}).setdefault(key.layer, {})[key.label] = low.written
        points = {name: _beside(self.points, name) for name in self.probabilities}
        return {
            "probabilities": {n: _kept(p, points[n]) for n, p in self.probabilities.items()},
            "called": [name for name, said in self.positive.items() if said],
            "words": self.words,
            "shown": self.shown,
            "right": self.right,
            "maps": maps,
        }


@dataclass(frozen=True)
class Warned:
    """A warning about an upload.

    Attributes
    ----------
    text
        What is unusual in it.
    arms
        Arms that it is of: another one may have been trained on other images.
    """

    text: str
    arms: tuple[str, ...]

    @property
    def written(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {"text": self.text, "arms": list(self.arms)}


@dataclass(frozen=True)
class Case:
    """One image with everything that the explorer shows about it.

    Attributes
    ----------
    id
        Id of the image.
    image
        A WebP, JPEG or PNG file; None until it is needed (live only).
    facts
        Facts from the manifest; None for an upload.
    truth
        Known labels, and whether each is present.
    outline
        SVG path around the lesion in a square of side 1000; empty if there is no lesion, None if
        it is not known.
    readings
        Readings by arm.
    warnings
        What is said of an upload that is unlike the images of the networks.
    """

    id: str
    image: bytes | None
    facts: Facts | None
    truth: Mapping[str, bool]
    outline: str | None
    readings: Mapping[str, Reading]
    warnings: Sequence[Warned] = ()

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
            "warnings": [one.written for one in self.warnings],
        }


def is_right(
    task: Task, truth: Mapping[str, bool], positive: Mapping[str, bool | None]
) -> bool | None:
    """Whether what is called agrees with all known labels; None if that is not known."""
    if task == "multiclass":
        present = {name for name, there in truth.items() if there}
        if not present or None in positive.values():
            return None
        return {name for name, said in positive.items() if said} == present
    known = [(said, truth[name]) for name, said in positive.items() if name in truth]
    if any(said is not None and said != there for said, there in known):
        return False
    return None if not known or any(said is None for said, _ in known) else True


def as_text(content: bytes) -> str:
    """Encode bytes as base64."""
    return base64.b64encode(content).decode("ascii")


def as_address(image: bytes) -> str:
    """Encode an image file as a data URL, which loads without internet access."""
    kinds = {b"RIFF": "webp", b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpeg"}
    return f"data:image/{kinds.get(image[:4], 'jpeg')};base64,{as_text(image)}"


def thresholds_of(points: Points) -> dict[str, float]:
    """Thresholds by label, of the labels that have one."""
    return {name: one.threshold for name, one in points.items() if isinstance(one, OperatingPoint)}


def _kept(probability: float, beside: Sequence[float]) -> float:
    """A probability with few decimals, but not with so few that it becomes 0, 1 or a threshold."""
    return numbers.value_of(numbers.level(probability, beside=beside, least=4))


def _beside(points: Points, label: str) -> list[float]:
    """The threshold whose side a probability must keep, if there is one."""
    return [one for name, one in thresholds_of(points).items() if name == label]
