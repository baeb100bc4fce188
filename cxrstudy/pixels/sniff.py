"""Sniff: the format of a file by its content, and the size of its image, without its pixels.

Decoding and manifests ask here, so that both accept and refuse the same files.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cxrstudy.pixels.codestream import codestream_of
from cxrstudy.pixels.dicom import size_of_dicom
from cxrstudy.pixels.dicom_file import is_dicom, is_prefixed
from cxrstudy.pixels.endings import OF_IMAGES
from cxrstudy.pixels.grey import UnreadableImage, coded_errors
from cxrstudy.pixels.picture import size_of_picture

#: Formats that are read.
PICTURES = ("PNG", "JPEG", "TIFF", "JPEG 2000")
DICOM = "DICOM"

_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "BigTIFF",
    b"MM\0+": "BigTIFF",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"8BPS": "a Photoshop file",
    b"v/1\x01": "OpenEXR",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF\r\n\x1a\n": "HDF5",
    b"MATLAB 5.0": "a MATLAB file",
    b"NRRD0": "NRRD",
    b"ObjectType = ": "MetaImage",
    b"%PDF-": "PDF",
    b"%!PS": "PostScript",
    b"Rar!\x1a\x07": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\xfd7zXZ\0": "an XZ archive",
    b"BZh": "a bzip2 archive",
    b"(\xb5/\xfd": "a Zstandard archive",
    b"SQLite format 3\0": "an SQLite database",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of Windows or Office",
    b"\x7fELF": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"\xcf\xfa\xed\xfe": "a program",
    b"L\0\0\0\x01\x14\x02\0": "a Windows shortcut",
    b"\0\0\0\x01Bud1": "a folder's settings (.DS_Store)",
    b"\0\0\x01\0": "an icon",
}
_RIFF = {b"WEBP": "WebP", b"AVI ": "AVI", b"WAVE": "WAV"}
_BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC",
    b"avif": "AVIF", b"avis": "AVIF", b"jpx ": "JPEG 2000 (JPX)",
}  # fmt: skip
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_HEAD = 4096
_IMAGES = (
    "BigTIFF", "JPEG XL", "GIF", "BMP", "WebP", "HEIC", "AVIF", "NIfTI", "compressed NIfTI", "PGM",
    "a NumPy array", "NRRD", "a Photoshop file", "OpenEXR", "JPEG 2000 (JPX)", "MetaImage",
)  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What the first bytes of an image file say.

    Attributes
    ----------
    format
        ``"DICOM"`` or one of `PICTURES`.
    width, height
        Size of the upright image, as decoding makes it.
    """

    format: str
    width: int
    height: int


def look(content: bytes, path: Path) -> Looked:
    """Find format and size of an image, with the checks that decoding makes before the pixels.

    Parameters
    ----------
    content : bytes
        The whole file.
    path : Path
        Path of the file, for messages only.

    Raises
    ------
    UnreadableImage
        As `cxrstudy.pixels.decode.decode_grey`, but PIX005; damaged pixel data isn't found.
    """
    kind = readable_format(content, path)
    size = size_of_dicom if kind == DICOM else size_of_picture
    with coded_errors(path):
        return Looked(kind, *size(content, path))


def readable_format(content: bytes, path: Path) -> str:
    """Name the format of a file that can be read: ``"DICOM"`` or one of `PICTURES`.

    Raises
    ------
    UnreadableImage
        PIX002: not an image. PIX004: an image of another format.
    """
    kind = format_of(content)
    if kind == "JPEG":
        _require_usual_jpeg(content, path)
    if kind in (*PICTURES, DICOM):
        return kind
    if kind in _IMAGES:
        raise UnreadableImage("PIX004", path, f"this is {kind}")
    if kind:
        raise UnreadableImage("PIX002", path, f"this is {kind}")
    seen = f"it starts with {content[:12]!r}" if content else "it is empty"
    raise UnreadableImage("PIX002", path, seen)


def no_image(content: bytes, path: Path) -> str:
    """Say what a file of a folder is that neither is nor claims to be an image; else empty.

    A hospital's CD holds a viewer, its texts and an index beside the radiographs. A file whose name
    ends as an image's, or whose content isn't known, may be a radiograph that was damaged.
    """
    kind = format_of(content)
    is_image = not kind or kind in (*PICTURES, DICOM, *_IMAGES)
    return "" if is_image or path.suffix.lower() in OF_IMAGES else kind


def format_of(content: bytes) -> str:
    """Name the format of a file by its content; empty if it isn't known.

    Examples
    --------
    >>> format_of(b"II*" + bytes(9)), format_of(b"BMI,age"), format_of(bytes(9))
    ('TIFF', 'text', '')
    """
    if is_prefixed(content):  # whose first 128 bytes may be those of another format, as TIFF
        return DICOM
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    known = next((name for start, name in _STARTS.items() if content.startswith(start)), "")
    return known or next((name for sniff in _SNIFFERS if (name := sniff(content))), "")


def _require_usual_jpeg(content: bytes, path: Path) -> None:
    """Name processes of JPEG that Pillow doesn't decode: 12-bit, lossless and others."""
    frame = codestream_of(content)
    if frame and frame.name != "JPEG":
        raise UnreadableImage("PIX004", path, f"this is {frame.name}")


# --- formats that more than their first bytes tell -----------------------------------------------


def _dicom(content: bytes) -> str:
    return DICOM if is_dicom(content) else ""


def _riff(content: bytes) -> str:
    return _RIFF.get(content[8:12], "RIFF") if content.startswith(b"RIFF") else ""


def _brand(content: bytes) -> str:
    return _BRANDS.get(content[8:12], "a video (MP4)") if content[4:8] == b"ftyp" else ""


def _bitmap(content: bytes) -> str:
    header = int.from_bytes(content[14:18], "little")
    return "BMP" if content.startswith(b"BM") and header in _BITMAP_HEADERS else ""


def _nifti(content: bytes) -> str:
    return "NIfTI" if content[344:348] in (b"n+1\0", b"ni1\0") or content[4:7] == b"n+2" else ""


def _gzip(content: bytes) -> str:
    if not content.startswith(b"\x1f\x8b"):
        return ""
    try:
        inside = zlib.decompressobj(31).decompress(content[:_HEAD], _HEAD)
    except zlib.error:
        inside = b""
    return "compressed NIfTI" if _nifti(inside) else "a gzip archive"


def _zip(content: bytes) -> str:
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ""
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    is_numpy = bool(names) and all(name.endswith(".npy") for name in names)
    return "a NumPy archive" if is_numpy else "a ZIP archive"


def _program(content: bytes) -> str:
    return "a program" if content.startswith(b"MZ") and b"\0" in content[:64] else ""


def _portable(content: bytes) -> str:
    is_map = content[:1] == b"P" and content[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6")
    return "PGM" if is_map and content[2:3].isspace() else ""


def _text(content: bytes) -> str:
    head = content[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if not head or any(byte < 32 and byte not in b"\t\n\v\f\r\x1a\x1b" for byte in head):
        return ""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        letters = sum(byte < 127 for byte in head)
        if error.start < len(head) - 3 and letters < 0.6 * len(head):
            return ""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer of Git LFS: fetch the file itself with `git lfs pull`"
    return "text"


_SNIFFERS: tuple[Callable[[bytes], str], ...] = (
    _dicom, _riff, _brand, _bitmap, _nifti, _gzip, _zip, _program, _portable, _text,
)  # fmt: skip
