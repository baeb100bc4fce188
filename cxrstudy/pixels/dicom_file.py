"""DICOM file: read a data set, also without a preamble or a transfer syntax (PS3.10, 7.1).

A file that lacks them is read where only one reading is possible.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from cxrstudy.pixels.elements import texts
from cxrstudy.pixels.grey import Note, UnreadableImage, one_line
from cxrstudy.pixels.memory import require_inflated

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PREAMBLE = 128
_DICM = b"DICM"
_UNDEFINED = 0xFFFFFFFF
_IMAGES = "Image Storage"
_SYNTAX = "Transfer Syntax UID (0002,0010)"
_VRS = (
    b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OW PN SH SL SQ SS ST TM UC UI UL UN UR US UT"
).split()
_LONG_VRS = (b"OB", b"OW", b"UN", b"UT", b"SQ")
_DEFLATED, _BIG = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.2"
_ANY = b"1.2.840.10008.1.2"
_COPIES = 3  # of a data set that is inflated: itself, its pixel data, and the frame


def is_dicom(content: bytes) -> bool:
    """Whether these are the first bytes of a DICOM file, with or without preamble and prefix."""
    return is_prefixed(content) or content.startswith(_DICM) or _is_bare(content)


def is_prefixed(content: bytes) -> bool:
    """Whether the prefix of DICOM files follows 128 bytes, which are free (PS3.10, 7.1)."""
    return content[_PREAMBLE : _PREAMBLE + 4] == _DICM


def _is_bare(content: bytes) -> bool:
    """Whether a data set begins here: group 0002 or 0008, and a type or a plausible length."""
    if len(content) < 8:
        return False
    if content[4:6] in _VRS:
        return content[:2] in (b"\x02\0", b"\x08\0", b"\0\x08")
    group, element, length = struct.unpack("<HHI", content[:8])
    # The elements that a data set can begin with have at most 64 characters.
    return bool(group == 8 and element <= 0x1000 and length <= 64 and length % 2 == 0)


def read_dataset(content: bytes, path: Path, header_only: bool = False) -> Dataset:
    """Read a DICOM data set.

    Parameters
    ----------
    content : bytes
        The file; its start is enough for a header.
    path : Path
        Path of the file, for messages only.
    header_only : bool
        Whether to stop before the pixel data.

    Raises
    ------
    UnreadableImage
        PIX003: the file ends early. PIX007: pydicom is not installed. PIX008: the data set can't
        be read, or isn't in the form that it says. PIX010: it is deflated, and unpacks to more
        than memory allows.
    """
    try:
        import pydicom
    except ModuleNotFoundError as error:
        raise UnreadableImage("PIX007", path, "pydicom is not installed") from error
    if content.startswith(_DICM):
        content = bytes(_PREAMBLE) + content
    try:
        _require_form(content, path)
        return pydicom.dcmread(BytesIO(content), stop_before_pixels=header_only, force=True)
    except (EOFError, struct.error, zlib.error) as error:
        raise UnreadableImage("PIX003", path, f"it ends early: {one_line(error)}") from error
    except (MemoryError, UnreadableImage):
        raise
    except Exception as error:  # pydicom raises errors of many classes
        detail = f"its data set can't be read: {one_line(error)}"
        raise UnreadableImage("PIX008", path, detail) from error


def _require_form(content: bytes, path: Path) -> None:
    """Stop if a data set isn't in the form that its transfer syntax says, or is too large in it."""
    end = _meta_end(content)
    said, is_big, is_little = content[:end], _starts(content, end, 0), _starts(content, end, 1)
    if _DEFLATED in said and not (is_big or is_little):
        require_inflated(content[end:], _COPIES, path)
    for name, syntax, contradicts, found in (
        ("Deflated Explicit VR Little Endian", _DEFLATED, is_big or is_little, "isn't deflated"),
        ("Explicit VR Big Endian", _BIG, is_little, "is little endian"),
        ("little endian", _ANY, is_big and _BIG not in said, "is big endian"),
    ):
        if syntax in said and contradicts:
            raise UnreadableImage("PIX008", path, f"{_SYNTAX} is {name}; its data set {found}")


def _starts(content: bytes, place: int, zero: int) -> bool:
    """Whether an explicit data set begins here, of whose group the first or second byte is zero."""
    group, vr = content[place : place + 2], content[place + 4 : place + 6]
    return group[zero : zero + 1] == b"\0" and any(group) and vr in _VRS


def _meta_end(content: bytes) -> int:
    """Where the file meta information ends (PS3.10, 7.1); it is explicit and little endian."""
    place = _PREAMBLE + len(_DICM) if is_prefixed(content) else 0
    while content[place : place + 2] == b"\x02\0":
        is_long = content[place + 4 : place + 6] in _LONG_VRS
        length = content[place + 8 : place + 12] if is_long else content[place + 6 : place + 8]
        place += (12 if is_long else 8) + int.from_bytes(length, "little")
    return place


def form_notes(content: bytes, dataset: Dataset) -> tuple[Note, ...]:
    """Say what the form of a file lacks (PS3.10, 7.1)."""
    lacking = []
    if not is_prefixed(content):
        lacking.append("preamble (128 bytes and DICM)")
    if not texts(dataset.file_meta, "TransferSyntaxUID"):
        lacking.append(_SYNTAX)
    return (Note("header-form", f"it has no {' and no '.join(lacking)}"),) if lacking else ()


def sop_class(dataset: Dataset) -> str:
    """Name of the kind of object, in the words of PS3.6; empty if the header doesn't say it."""
    from pydicom.uid import UID

    said = texts(dataset, "SOPClassUID") or texts(dataset.file_meta, "MediaStorageSOPClassUID")
    return UID(said[0]).name if said else ""


def require_pixels(dataset: Dataset, path: Path) -> None:
    """Stop if there is no pixel data.

    Raises
    ------
    UnreadableImage
        PIX003: it was cut off. PIX004: it is of floating point numbers. PIX009: this is no image.
    """
    if "PixelData" in dataset:
        return
    if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
        raise UnreadableImage("PIX004", path, "floating point pixel data")
    kind = sop_class(dataset)
    if "Rows" in dataset or _IMAGES in kind or len(dataset) == 0:
        raise UnreadableImage("PIX003", path, "cut off before the end of its pixel data")
    raise UnreadableImage("PIX009", path, f"{kind or 'unknown'}, a DICOM object without pixels")


def transfer_syntax(dataset: Dataset, path: Path) -> str:
    """Return the transfer syntax (PS3.5, 10), also if the file doesn't say it.

    Raises
    ------
    UnreadableImage
        PIX008: Transfer Syntax UID is missing and the pixel data is compressed, or it contradicts
        the pixel data.
    """
    from pydicom import uid

    said = texts(dataset.file_meta, "TransferSyntaxUID")
    if not said:
        if is_encapsulated(dataset):
            raise UnreadableImage(
                "PIX008", path, f"{_SYNTAX} is missing; its pixels are compressed"
            )
        return _native(dataset)
    syntax = uid.UID(said[0])
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise UnreadableImage("PIX008", path, f"{_SYNTAX} {said[0]!r} is unknown")
    if syntax.is_encapsulated and not is_encapsulated(dataset):
        raise UnreadableImage("PIX008", path, f"{_SYNTAX} is {syntax.name}; its pixels are plain")
    if not syntax.is_encapsulated and is_encapsulated(dataset):
        raise UnreadableImage(
            "PIX008", path, f"{_SYNTAX} is {syntax.name}; its pixels are compressed"
        )
    return str(syntax) if syntax.is_encapsulated else _native(dataset)


def is_encapsulated(dataset: Dataset) -> bool:
    """Whether the pixel data is stored in fragments, as compressed frames are (PS3.5, A.4)."""
    raw = dataset.get_item("PixelData")
    length = getattr(raw, "length", None)  # only an element that nothing has read yet has one
    return bool(raw.is_undefined_length if length is None else length == _UNDEFINED)


def _native(dataset: Dataset) -> str:
    from pydicom import uid

    is_little = dataset.original_encoding[1] is not False
    return str(uid.ExplicitVRLittleEndian if is_little else uid.ExplicitVRBigEndian)
