"""Frame: decode the pixel data of a DICOM object of one frame to values (PS3.5, 8).

pydicom and its plugins decompress; what the bits and colours of a pixel mean is decided here, by
one rule for all transfer syntaxes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from cxrstudy.pixels.dicom_file import is_encapsulated
from cxrstudy.pixels.elements import named, whole
from cxrstudy.pixels.frame_header import Header, compressed_frame, stored_bytes
from cxrstudy.pixels.grey import UnreadableImage, one_line
from cxrstudy.pixels.jpeg_scan import require_sound
from cxrstudy.pixels.value import Integers, values_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def read_words(dataset: Dataset, header: Header, path: Path) -> NDArray[Any]:
    """Decode pixels as whole unsigned words: (rows, columns), with 3 samples (rows, columns, 3).

    Raises
    ------
    UnreadableImage
        PIX003: bytes are missing, or the frame can't be decompressed.
    """
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    allocated = header.layout.allocated
    if header.codestream:
        allocated = 8 if header.codestream.precision <= 8 else 16
    is_halved = header.photometric == "YBR_FULL_422" and not is_encapsulated(dataset)
    element = dataset["PixelData"]
    # As whole unsigned words, so that no decoder masks, shifts or converts on its own.
    options: dict[str, Any] = {
        "rows": header.rows,
        "columns": header.columns,
        "number_of_frames": 1,
        "samples_per_pixel": header.samples,
        "photometric_interpretation": _decoded_as(header, is_halved),
        "pixel_representation": 0,
        "bits_allocated": allocated,
        "bits_stored": allocated,
        "planar_configuration": 0 if header.codestream else _planes(dataset),
        "pixel_keyword": "PixelData",
        "pixel_vr": element.VR,
    }
    decoder = get_decoder(UID(header.syntax))
    try:
        words, _ = decoder.as_array(_pixels(dataset, header), index=0, raw=True, **options)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # of many classes; a panic of a decoder in Rust is no Exception
        raise UnreadableImage("PIX003", path, one_line(error)) from error
    if header.codestream:
        require_sound(compressed_frame(dataset, path), header.codestream, path)
    decoded: NDArray[Any] = words
    return decoded


def read_values(words: NDArray[Any], dataset: Dataset, header: Header, path: Path) -> Integers:
    """Extract stored values from the words of a frame.

    Raises
    ------
    UnreadableImage
        PIX008: Pixel Representation is missing but matters.
    """
    values = values_of(words, header.layout)
    if whole(dataset, "PixelRepresentation") is None and values.max() > header.layout.highest // 2:
        detail = f"{named('PixelRepresentation')} is missing: are values negative or large?"
        raise UnreadableImage("PIX008", path, detail)
    return values


def _pixels(dataset: Dataset, header: Header) -> bytes:
    """Pixel data, without what follows the frame."""
    value: bytes = dataset["PixelData"].value
    if is_encapsulated(dataset):
        return value
    needed = stored_bytes(header)
    return value[: needed + needed % 2]


def _planes(dataset: Dataset) -> int:
    return whole(dataset, "PlanarConfiguration") or 0


def _decoded_as(header: Header, is_halved: bool) -> str:
    if header.samples == 1:
        return "MONOCHROME2"
    if is_halved:
        return "YBR_FULL_422"
    return "RGB" if header.colours == "RGB" else "YBR_FULL"
