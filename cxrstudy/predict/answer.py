"""Answer: what is said of a file that a network was applied to, or why nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrstudy.explorer.case import NOTHING
from cxrstudy.unlike.image_warnings import ImageWarning


@dataclass(frozen=True)
class Prediction:
    """The output of a network for an image.

    Attributes
    ----------
    file
        Path of the file.
    width, height
        Size of the image in the file.
    probabilities
        Probability by label.
    positive
        By label: whether it is called, by the rule of :mod:`cxrstudy.runs.operating_points`;
        None where there is no operating point.
    warnings
        What the header says, by :mod:`cxrstudy.pixels.header_facts`, and differences from the
        training images, by :mod:`cxrstudy.unlike.image_warnings`.
    explained
        Label of the map.
    map
        The PNG; None if no map was asked for.
    peak
        Maximum of the map, in units of the logit; None without a map.
    """

    file: Path
    width: int
    height: int
    probabilities: Mapping[str, float]
    positive: Mapping[str, bool | None]
    warnings: tuple[ImageWarning, ...]
    explained: str
    map: Path | None
    peak: float | None = None

    @property
    def holds_nothing(self) -> bool:
        """Whether a map was made and nothing in the image speaks for its label."""
        return self.peak is not None and self.peak < NOTHING

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "file": str(self.file),
            "width": self.width,
            "height": self.height,
            # Not rounded, so that a score is on its own side of the threshold.
            "probabilities": dict(self.probabilities),
            "positive": dict(self.positive),
            "warnings": [{"code": one.code, "text": one.text} for one in self.warnings],
            "map": None
            if self.map is None
            else {
                "of": self.explained,
                "file": str(self.map),
                "peak": self.peak,
                "holds_nothing": self.holds_nothing,
            },
        }


@dataclass(frozen=True)
class UnreadFile:
    """A file that could not be read.

    Attributes
    ----------
    file
        Path of the file or folder.
    code
        One of :data:`cxrstudy.pixels.grey.CODES`.
    reason
        The reason in words.
    """

    file: Path
    code: str
    reason: str

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {"file": str(self.file), "code": self.code, "reason": self.reason}


@dataclass(frozen=True)
class PassedOver:
    """A file of a folder that is no image, for instance the index of a hospital's CD.

    Attributes
    ----------
    file
        Path of the file.
    what
        What it is, in words.
    """

    file: Path
    what: str

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {"file": str(self.file), "what": self.what}


Answer = Prediction | UnreadFile | PassedOver
