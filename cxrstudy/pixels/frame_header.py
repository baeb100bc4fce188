"""Frame header: what a DICOM object of one frame says of its pixels, checked (PS3.3 C.7.6.3).

Where a compressed frame and the header contradict each other in bits or colours, the frame is
believed, since only one reading is possible; in size, the object is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrstudy.pixels.codestream import J2K, Codestream, codestream_of
from cxrstudy.pixels.dicom_file import is_encapsulated, require_pixels, transfer_syntax
from cxrstudy.pixels.elements import named, text, whole
from cxrstudy.pixels.grey import UnreadableImage, one_line
from cxrstudy.pixels.memory import require_memory
from cxrstudy.pixels.run_lengths import require_bounded
from cxrstudy.pixels.value import Layout

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PALETTE = "PALETTE COLOR"
_MONOCHROME = ("MONOCHROME1", "MONOCHROME2", _PALETTE)
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_UNSUPPORTED = ("YBR_PARTIAL_420", "YBR_PARTIAL_422", "HSV", "ARGB", "CMYK", "XYB")
#: Transfer syntaxes whose decoders read all frames of a kind of codestream.
_SYNTAXES = {
    "JPEG": "1.2.840.10008.1.2.4.50",
    "lossless JPEG": "1.2.840.10008.1.2.4.57",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "JPEG 2000": "1.2.840.10008.1.2.4.90",
}
_DEEP_JPEG = "1.2.840.10008.1.2.4.51"
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_RLE = "1.2.840.10008.1.2.5"
#: Bytes that a pixel takes at most while it is decoded; a test measures them.
_BYTES = {"grey": 16, "colour": 36, "compressed": 8}
_COPIES = 3  # of the pixel data: in the file, in its element, and as a frame


@dataclass(frozen=True)
class Header:
    """What the header and the codestream say about a frame, after they were checked.

    Attributes
    ----------
    rows, columns
        Size in pixels, before the image is turned.
    samples
        Values of a pixel: 1 or 3.
    photometric
        Photometric Interpretation (0028,0004), in capital letters.
    layout
        Place of a value in its bits.
    codestream
        Facts of a compressed frame; None if it is stored plainly or in run lengths.
    syntax
        Transfer syntax whose decoder reads the frame.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    layout: Layout
    codestream: Codestream | None
    syntax: str

    @property
    def colours(self) -> str:
        """What three values of a pixel are: ``"RGB"`` or ``"YBR"``."""
        if self.codestream and self.codestream.colours:
            return self.codestream.colours
        # JPEG 2000 decoders undo ICT and RCT.
        is_red = self.photometric in ("RGB", "YBR_ICT", "YBR_RCT")
        return "RGB" if is_red else "YBR"


def read_frame_header(dataset: Dataset, path: Path) -> Header:
    """Check everything about a frame that can be known before it is decoded.

    Raises
    ------
    UnreadableImage
        PIX003, PIX004, PIX007, PIX008, PIX009 and PIX010; see `cxrstudy.pixels.decode`.
    """
    require_pixels(dataset, path)
    frames = whole(dataset, "NumberOfFrames") or 1
    if frames > 1:
        raise UnreadableImage("PIX004", path, f"{frames} frames, one expected")
    allocated = _required(dataset, "BitsAllocated", path)
    if allocated not in (8, 16):
        seen = f"{allocated} bits a value, 8 or 16 expected"
        raise UnreadableImage("PIX004", path, seen)
    syntax = transfer_syntax(dataset, path)
    codestream = _codestream(dataset, syntax, path)
    photometric = _photometric(dataset, path)
    samples = 1 if photometric in _MONOCHROME else 3
    header = Header(
        _required(dataset, "Rows", path),
        _required(dataset, "Columns", path),
        samples,
        photometric,
        _layout(dataset, allocated, codestream, path),
        codestream,
        _decoder_of(codestream, syntax),
    )
    _check(header, dataset, path)
    _require_decoder(header.syntax, path)
    _require_memory(header, dataset, path)
    return header


def stored_bytes(header: Header) -> int:
    """Bytes of a frame that is stored plainly."""
    values = header.rows * header.columns * header.samples
    if header.photometric == "YBR_FULL_422":
        values = values * 2 // 3
    return values * header.layout.allocated // 8


def _required(dataset: Dataset, keyword: str, path: Path) -> int:
    value = whole(dataset, keyword)
    if value is None or value < 1:
        seen = "missing" if value is None else str(value)
        raise UnreadableImage("PIX008", path, f"{named(keyword)} is {seen}")
    return value


def _photometric(dataset: Dataset, path: Path) -> str:
    said, name = text(dataset, "PhotometricInterpretation"), named("PhotometricInterpretation")
    if said in _UNSUPPORTED:
        raise UnreadableImage("PIX004", path, f"{name} {said}")
    if said not in (*_MONOCHROME, *_COLOUR):
        known = ", ".join((*_MONOCHROME, *_COLOUR))
        seen = repr(said) if said else "missing"
        raise UnreadableImage("PIX008", path, f"{name} is {seen}; known are {known}")
    return said


def _codestream(dataset: Dataset, syntax: str, path: Path) -> Codestream | None:
    if not is_encapsulated(dataset) or syntax == _RLE:
        return None
    from pydicom.uid import UID

    frame = compressed_frame(dataset, path)
    found = codestream_of(frame)
    if found is None:
        if UID(syntax).name.startswith("JPEG"):
            raise UnreadableImage("PIX003", path, "its frame has no JPEG header")
        return None  # a kind that can't be decoded, which is said later
    if found.kind != "JPEG 2000" and _END not in frame:  # its decoder would fill up what is missing
        raise UnreadableImage("PIX003", path, "its frame ends early")
    if found.kind not in _SYNTAXES:
        raise UnreadableImage("PIX004", path, f"{found.name} inside DICOM")
    return found


def compressed_frame(dataset: Dataset, path: Path) -> bytes:
    """The compressed frame, put together from its fragments.

    Raises
    ------
    UnreadableImage
        PIX003: the fragments can't be read. PIX008: they hold several frames.
    """
    from pydicom.encaps import generate_fragments, parse_basic_offsets

    try:
        stream = BytesIO(dataset["PixelData"].value)
        parse_basic_offsets(stream)
        fragments = list(generate_fragments(stream))
    except Exception as error:  # of several classes
        raise UnreadableImage("PIX003", path, f"its fragments: {one_line(error)}") from error
    if not fragments:
        raise UnreadableImage("PIX003", path, "its pixel data has no fragments")
    begun = sum(one.startswith((_START, J2K)) for one in fragments)
    frames = len(fragments) if transfer_syntax(dataset, path) == _RLE else begun
    if frames > 1:  # by the header there is one
        said = f"{named('NumberOfFrames')} is 1 or missing"
        raise UnreadableImage("PIX008", path, f"{said}; its pixel data holds {frames} frames")
    return b"".join(fragments)


def _require_memory(header: Header, dataset: Dataset, path: Path) -> None:
    raw: Any = dataset.get_item("PixelData")
    kind = "colour" if header.samples == 3 or header.photometric == _PALETTE else "grey"
    per_pixel = _BYTES[kind] + (_BYTES["compressed"] * header.samples if header.codestream else 0)
    needed = header.rows * header.columns * per_pixel + _COPIES * len(raw.value)
    declared = f"{header.columns} x {header.rows} pixels of {header.samples} values"
    require_memory(needed, declared, path)
    if header.syntax == _RLE:
        require_bounded(compressed_frame(dataset, path), header.rows * header.columns, path)


def _decoder_of(codestream: Codestream | None, syntax: str) -> str:
    if codestream is None:
        return syntax
    if codestream.kind == "JPEG" and codestream.precision > 8:
        return _DEEP_JPEG
    return _SYNTAXES[codestream.kind]


def _require_decoder(syntax: str, path: Path) -> None:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    name = UID(syntax).name
    try:
        decoder = get_decoder(UID(syntax))
    except NotImplementedError as error:
        raise UnreadableImage("PIX004", path, f"transfer syntax {name}") from error
    if not decoder.is_available:
        raise UnreadableImage("PIX007", path, f"nothing installed decodes {name}")


def _layout(dataset: Dataset, allocated: int, codestream: Codestream | None, path: Path) -> Layout:
    stored = whole(dataset, "BitsStored") or allocated
    high = whole(dataset, "HighBit")
    high = stored - 1 if high is None else high
    if not stored - 1 <= high < allocated:
        named_bits = f"{named('BitsStored')} {stored}, {named('HighBit')} {high}"
        detail = f"{named_bits} don't fit into {named('BitsAllocated')} {allocated}"
        raise UnreadableImage("PIX008", path, detail)
    if codestream and codestream.precision <= high:  # encoded without the bits below the value
        stored = min(stored, codestream.precision)
        high = stored - 1
    is_signed = whole(dataset, "PixelRepresentation") == 1
    return Layout(allocated, stored, high, is_signed or bool(codestream and codestream.signed))


def _check(header: Header, dataset: Dataset, path: Path) -> None:
    said = whole(dataset, "SamplesPerPixel")
    if said is not None and said != header.samples:
        detail = f"{named('SamplesPerPixel')} is {said}, but {header.photometric} has "
        raise UnreadableImage("PIX008", path, f"{detail}{header.samples}")
    frame = header.codestream
    if frame is None:
        _check_length(header, dataset, path)
        return
    size = f"{frame.columns} x {frame.rows} pixels of {frame.components}"
    if (frame.columns, frame.rows) != (header.columns, header.rows):
        names = f"{named('Columns')} and {named('Rows')}"
        detail = f"{names} are {header.columns} and {header.rows}; its frame has {size}"
        raise UnreadableImage("PIX008", path, detail)
    if frame.components != header.samples:
        detail = f"{named('PhotometricInterpretation')} is {header.photometric}; "
        raise UnreadableImage("PIX008", path, f"{detail}its frame has {size} values")


def _check_length(header: Header, dataset: Dataset, path: Path) -> None:
    """Tell missing bytes from a header that asks for other bytes than there are."""
    if is_encapsulated(dataset):
        return
    raw: Any = dataset.get_item("PixelData")
    found = len(raw.value or b"")
    needed = stored_bytes(header)
    if found < getattr(raw, "length", found):
        raise UnreadableImage("PIX003", path, f"{found} of {raw.length} bytes of pixel data")
    if not needed <= found < 2 * needed:
        asked = f"{header.rows} rows x {header.columns} columns x {header.samples} values"
        detail = f"{asked} of {header.layout.allocated} bits are {needed} bytes; "
        raise UnreadableImage("PIX008", path, f"{detail}its pixel data has {found}")
