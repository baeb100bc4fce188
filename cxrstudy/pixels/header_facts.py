"""Header facts: what a DICOM header says about the image beside its pixels, and what is odd in it.

Decoding uses the facts that decide the image: it is turned by Patient Orientation, and inverted by
Presentation LUT Shape. Each fact has a code under which `predict`, the audit and ``cxrstudy data
add`` warn, in the words of the header, if it is not that of a frontal chest radiograph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxrstudy.base import numbers
from cxrstudy.pixels.dicom_file import is_dicom, read_dataset, sop_class
from cxrstudy.pixels.display import scopes
from cxrstudy.pixels.elements import number, text, texts, whole
from cxrstudy.pixels.grey import Note, coded_errors
from cxrstudy.pixels.turn import UPRIGHT, Turn, turn_of
from cxrstudy.pixels.view_words import may_be_frontal

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: What each code is about. Codes are never reused.
CODES: dict[str, str] = {
    "header-modality": "Modality (0008,0060) is not radiography",
    "header-body-part": "Body Part Examined (0018,0015) is not the chest",
    "header-view": "View Position (0018,5101) or Patient Orientation is not frontal",
    "header-orientation": "Patient Orientation (0020,0020): the image was turned or mirrored",
    "header-raw": "Presentation Intent Type (0008,0068) is FOR PROCESSING",
    "header-presentation": "Presentation LUT Shape (2050,0020) contradicts the colours",
    "header-laterality": "Laterality (0020,0060 or 0020,0062) is one side only",
    "header-annotation": "Burned In Annotation (0028,0301) is YES",
    "header-spacing": "Pixel Spacing or Pixel Aspect Ratio: pixels are not square",
    "header-frames": "Number of Frames (0028,0008) is not 1",
    "header-form": "no preamble, or no Transfer Syntax UID (0002,0010)",
    "header-window": "a window or VOI LUT can't be used or shows nothing",
    "header-rescale": "a rescale or Modality LUT can't be used",
}

#: Modalities of plain radiographs (PS3.3 C.7.3.1.1.1); "DR", "XR" and "OT" are common in exports.
MODALITIES = ("CR", "DX", "DR", "RG", "XR", "OT", "")
_CHEST = ("CHEST", "THORAX", "TORAX", "TÓRAX", "LUNG", "PULMON", "POUMON", "RIB", "THX", "CXR")
_RAW = ("1.2.840.10008.5.1.4.1.1.1.1.1", "1.2.840.10008.5.1.4.1.1.1.2.1",
        "1.2.840.10008.5.1.4.1.1.1.3.1")  # fmt: skip
_SQUARE = 0.01  # relative difference of the sides of a pixel that is accepted


@dataclass(frozen=True)
class HeaderFacts:
    """Facts of a DICOM header; text is in capital letters, and empty where the header says nothing.

    Attributes
    ----------
    kind
        Name of the SOP class, as in PS3.6.
    modality, body_part, view
        Modality, Body Part Examined (or Anatomic Region), View Position (or View).
    orientation
        Patient Orientation: directions of rows and columns, or empty.
    intent
        Presentation Intent Type; ``"FOR PROCESSING"`` also where only the SOP class says it.
    photometric, shape
        Photometric Interpretation, Presentation LUT Shape.
    window
        Center, width and explanation of the first window, as they are written.
    laterality
        ``"L"`` or ``"R"``; ``"B"`` and ``"U"`` if both sides or none are meant.
    annotation
        Burned In Annotation.
    spacing
        Height and width of a pixel, in mm or relative; None if unknown.
    frames
        Number of Frames; 1 if the header says nothing.
    """

    kind: str
    modality: str
    body_part: str
    view: str
    orientation: tuple[str, ...]
    intent: str
    photometric: str
    shape: str
    window: tuple[str, ...]
    laterality: str
    annotation: str
    spacing: tuple[float, float] | None
    frames: int

    @property
    def turn(self) -> Turn:
        """What makes the image upright."""
        if len(self.orientation) != 2:
            return UPRIGHT
        return turn_of(*self.orientation) or UPRIGHT


def header_facts(dataset: Dataset) -> HeaderFacts:
    """Read the facts from a data set of pydicom."""
    places = scopes(dataset)

    def said(*keywords: str) -> str:
        return next((found for key in keywords for one in places if (found := text(one, key))), "")

    return HeaderFacts(
        kind=sop_class(dataset),
        modality=said("Modality"),
        body_part=said("BodyPartExamined") or _meaning(places, "AnatomicRegionSequence"),
        view=said("ViewPosition") or _meaning(places, "ViewCodeSequence"),
        orientation=tuple(one.upper() for one in texts(dataset, "PatientOrientation")),
        intent=_intent(dataset),
        photometric=said("PhotometricInterpretation"),
        shape=said("PresentationLUTShape"),
        window=tuple(
            said(f"Window{part}") for part in ("Center", "Width", "CenterWidthExplanation")
        ),
        laterality=said("ImageLaterality", "FrameLaterality", "Laterality"),
        annotation=said("BurnedInAnnotation"),
        spacing=_spacing(places),
        frames=whole(dataset, "NumberOfFrames") or 1,
    )


def read_header_facts(path: Path) -> HeaderFacts | None:
    """Read the facts of a file; None if it is no DICOM file.

    Raises
    ------
    OSError
        The file can't be read.
    UnreadableImage
        PIX003, PIX007 or PIX008; see `cxrstudy.pixels.decode`.
    """
    content = path.read_bytes()
    if not is_dicom(content):
        return None
    with coded_errors(path):
        return header_facts(read_dataset(content, path, header_only=True))


def header_notes(facts: HeaderFacts) -> tuple[Note, ...]:
    """Say what in the header is not as in a frontal chest radiograph, by the codes of `CODES`."""
    return tuple(Note(code, said) for code, said in _odd(facts))


def _odd(facts: HeaderFacts) -> Iterator[tuple[str, str]]:
    if facts.modality not in MODALITIES:
        yield "header-modality", f"its modality is {facts.modality}{_of_kind(facts)}, not CR or DX"
    if facts.body_part and not any(word in facts.body_part for word in _CHEST):
        yield "header-body-part", f"its body part is {facts.body_part}, not CHEST"
    if facts.view and not may_be_frontal(facts.view):
        yield "header-view", f"its view is {facts.view}, not PA or AP"
    yield from _odd_orientation(facts)
    if facts.intent == "FOR PROCESSING":
        yield "header-raw", "it is a raw image: Presentation Intent Type is FOR PROCESSING"
    yield from _odd_shape(facts)
    if facts.laterality in ("L", "R"):
        yield "header-laterality", f"its laterality is {facts.laterality}: one side of the body"
    if facts.annotation == "YES":
        yield "header-annotation", "text is burnt into it: Burned In Annotation is YES"
    if facts.spacing and abs(facts.spacing[0] / facts.spacing[1] - 1) > _SQUARE:
        height, width = map(numbers.plain, facts.spacing)
        yield "header-spacing", f"its pixels are not square: {height} high and {width} wide"
    if facts.frames != 1:
        yield "header-frames", f"it has {facts.frames} frames"


def _odd_orientation(facts: HeaderFacts) -> Iterator[tuple[str, str]]:
    said = "\\".join(facts.orientation)
    if len(facts.orientation) != 2:
        return
    if {one[:1] for one in facts.orientation} & {"A", "P"}:
        yield "header-view", f"its view is not frontal: Patient Orientation is {said}"
    elif facts.turn != UPRIGHT:
        yield (
            "header-orientation",
            f"it was turned upright: Patient Orientation is {said}, not L\\F",
        )


def _odd_shape(facts: HeaderFacts) -> Iterator[tuple[str, str]]:
    shapes = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}
    wanted = shapes.get(facts.photometric, facts.shape)
    if facts.shape in shapes.values() and facts.shape != wanted:
        what = f"Presentation LUT Shape {facts.shape} contradicts {facts.photometric}"
        yield "header-presentation", f"{what}: it was inverted"


def _of_kind(facts: HeaderFacts) -> str:
    return f" ({facts.kind})" if facts.kind else ""


def _meaning(places: list[Dataset], keyword: str) -> str:
    """Code Meaning of the first item of a sequence of codes."""
    for place in places:
        for item in list(place.get(keyword) or [])[:1]:
            if said := text(item, "CodeMeaning"):
                return said
    return ""


def _intent(dataset: Dataset) -> str:
    said = text(dataset, "PresentationIntentType")
    return said or ("FOR PROCESSING" if text(dataset, "SOPClassUID") in _RAW else "")


def _spacing(places: list[Dataset]) -> tuple[float, float] | None:
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
        for place in places:
            sides = [number(said) for said in texts(place, keyword)]
            if len(sides) == 2 and all(side is not None and side > 0 for side in sides):
                return float(sides[0] or 0), float(sides[1] or 0)
    return None
