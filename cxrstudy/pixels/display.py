"""Display: convert stored values of a monochrome DICOM object to grey (PS3.3 C.11 and C.7.6.3.1).

The steps of PS3.4 N.2.1 are followed: the modality transformation, then the VOI transformation,
then the inversion. A VOI transformation that shows nothing of an image is a placeholder. It is
passed over with a note, and the next one is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from cxrstudy.base import numbers
from cxrstudy.pixels.elements import named, number, text, texts
from cxrstudy.pixels.grey import Counts, Note, Values, between, robust_range
from cxrstudy.pixels.lookup import Table, read_table
from cxrstudy.pixels.value import Layout

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: A transformation that leaves fewer of the pixels between black and white shows nothing.
LEAST_SHOWN = 0.01
FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")

_GROUPS = (
    "FrameVOILUTSequence", "PixelValueTransformationSequence", "FrameAnatomySequence",
    "PixelMeasuresSequence",
)  # fmt: skip

Transform = Callable[[Values], Values]


class Display:
    """The transformations of a data set, from stored values to 0..1.

    Parameters
    ----------
    dataset
        A data set of one frame.
    layout
        Place of its values in the pixels.

    Attributes
    ----------
    notes
        What was passed over, and why; complete after `tone`.
    """

    def __init__(self, dataset: Dataset, layout: Layout) -> None:
        self._scopes = scopes(dataset)
        self._layout = layout
        self._inverted = is_inverted(dataset)
        self.notes: list[Note] = []

    def tone(self, stored: Values, counts: Counts) -> Values:
        """Map distinct stored values, each with its number of pixels, to 0..1."""
        self.notes = []
        transform = self._modality()
        values = transform(stored)
        if len(values) > 1 and np.ptp(values) == 0:
            self._pass_over("header-rescale", "its modality transformation gives one value only")
            transform, values = _unchanged, stored
        grey = self._voi(values, counts, transform)
        return 1 - grey if self._inverted else grey

    def _modality(self) -> Transform:
        stored = (self._layout.lowest, self._layout.highest)
        for item in _items(self._scopes, "ModalityLUTSequence"):
            if table := read_table(item, stored):
                return table.look_up
            self._pass_over("header-rescale", "its Modality LUT (0028,3000) can't be used")
        slope = self._decimal("RescaleSlope", 1.0)
        intercept = self._decimal("RescaleIntercept", 0.0)
        if slope == 0:
            self._pass_over("header-rescale", f"{named('RescaleSlope')} is 0")
            slope = 1.0
        return lambda values: values * slope + intercept

    def _decimal(self, keyword: str, absent: float) -> float:
        said = _first(self._scopes, keyword)
        if not said:
            return absent
        read = number(said[0])
        if read is None:
            self._pass_over("header-rescale", f"{named(keyword)} {said[0]!r} is no number")
            return absent
        return read

    def _voi(self, values: Values, counts: Counts, modality: Transform) -> Values:
        for name, transform in self._candidates(modality):
            grey = transform(values)
            if _shows(grey, counts):
                return grey
            low, high = values.min(), values.max()
            shown = f"{numbers.plain(low)} to {numbers.plain(high)}"
            self._pass_over("header-window", f"{name} shows none of the values {shown}")
        return between(values, *self._range(values, counts, modality))

    def _range(self, values: Values, counts: Counts, modality: Transform) -> tuple[float, float]:
        if self._layout.stored > 8:
            return robust_range(values, counts)
        # As in PNG and JPEG, whether or not an image uses all eight bits. Otherwise the container
        # of an image, and by it the source, could be recognised from its brightness.
        storable = np.arange(self._layout.lowest, self._layout.highest + 1, dtype=np.float64)
        possible = modality(storable)
        return float(possible.min()), float(possible.max())

    def _candidates(self, modality: Transform) -> Iterator[tuple[str, Transform]]:
        ends = modality(np.array([self._layout.lowest, self._layout.highest], np.float64))
        for item in _items(self._scopes, "VOILUTSequence"):
            if table := read_table(item, (ends.min(), ends.max())):
                yield "its VOI LUT (0028,3010)", _by_table(table)
            else:
                self._pass_over("header-window", "its VOI LUT (0028,3010) can't be used")
        yield from self._windows()

    def _windows(self) -> Iterator[tuple[str, Transform]]:
        centres, widths = (_first(self._scopes, f"Window{name}") for name in ("Center", "Width"))
        function = self._function() if centres and widths else ""
        for centre, width in zip(centres, widths, strict=False):
            name = f"Window Center {centre}, Window Width {width} (0028,1050 and 1051)"
            middle, wide = number(centre), number(width)
            least = 1 if function == "LINEAR" else 0
            if middle is None or wide is None or wide < least or wide == 0:
                self._pass_over("header-window", f"{name} is not legal for {function}")
            else:
                yield name, _window(middle, wide, function)

    def _function(self) -> str:
        """VOI LUT Function (0028,1056); LINEAR is its default (PS3.3 C.11.2.1.3)."""
        said = _first(self._scopes, "VOILUTFunction")
        function = said[0].upper() if said else "LINEAR"
        if len(said) > 1 or function not in FUNCTIONS:
            used = function if function in FUNCTIONS else "LINEAR"
            value = "\\".join(said)
            self.notes.append(
                Note("header-window", f"{named('VOILUTFunction')} is {value!r}: read as {used}")
            )
            return used
        return function

    def _pass_over(self, code: str, what: str) -> None:
        self.notes.append(Note(code, f"{what}: passed over"))


def scopes(dataset: Dataset) -> list[Dataset]:
    """Places where facts of the first frame may stand, the most specific first.

    Enhanced objects keep them in functional groups (PS3.3 C.7.6.16), others in the data set.
    """
    found = []
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for group in list(dataset.get(groups) or [])[:1]:
            found += [item for name in _GROUPS for item in list(group.get(name) or [])[:1]]
    return [*found, dataset]


def is_inverted(dataset: Dataset) -> bool:
    """Whether the lowest value is white, by Photometric Interpretation or Presentation LUT Shape.

    The standard wants both to say the same (PS3.3 C.8.11.3.1.2). If they don't, either is believed,
    as in viewers.
    """
    is_one = text(dataset, "PhotometricInterpretation") == "MONOCHROME1"
    return is_one or text(dataset, "PresentationLUTShape") == "INVERSE"


def _unchanged(values: Values) -> Values:
    return values


def _first(places: list[Dataset], keyword: str) -> list[str]:
    return next((said for place in places if (said := texts(place, keyword))), [])


def _items(places: list[Dataset], keyword: str) -> list[Dataset]:
    return next((list(found) for place in places if (found := place.get(keyword))), [])


def _shows(grey: Values, counts: Counts) -> bool:
    if len(grey) <= 2:
        return bool(len(grey) == 1 or grey[0] != grey[1])
    levels = np.rint(255 * grey)
    inside = counts[(levels > 0) & (levels < 255)].sum()
    return len(np.unique(levels)) > 2 and bool(inside >= LEAST_SHOWN * counts.sum())


def _by_table(table: Table) -> Transform:
    # Some vendors declare 16 bits but use 12, so the range of the entries is used.
    low, high = table.entries.min(), table.entries.max()
    return lambda values: between(table.look_up(values), low, high)


def _window(centre: float, width: float, function: str) -> Transform:
    """Return a window function of PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    if function == "LINEAR":
        low = centre - 0.5 - (width - 1) / 2
        return lambda values: between(values, low, low + width - 1)
    if function == "LINEAR_EXACT":
        return lambda values: between(values, centre - width / 2, centre + width / 2)
    return lambda values: 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -60, 60)))
