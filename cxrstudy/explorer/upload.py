"""Upload: decode an image that a user uploads, or explain why it can't be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.base import numbers
from cxrstudy.explorer.gallery import Decoded, Item
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import CODES, UnreadableImage

#: Maximum number of bytes; an uncompressed radiograph of 4000 x 4000 pixels has 32 MiB.
LARGEST = 64 * 2**20
#: Minimum number of pixels of the shorter side.
SMALLEST_SIDE = 32
#: Maximum ratio of the longer to the shorter side.
NARROWEST = 3.0


class UploadError(ValueError):
    """An upload can't be used; the message says why and what can be used."""


@dataclass
class Parts:
    """Collects a file that arrives in parts, because messages in notebooks are limited in size."""

    name: str = ""
    content: bytearray = field(default_factory=bytearray)

    def add(self, name: str, first: bool, part: bytes) -> None:
        """Add the next part.

        Raises
        ------
        UploadError
            The file is too large.
        """
        if first:
            self.name, self.content = name, bytearray()
        self.content += part
        if len(self.content) > LARGEST:
            self.content = bytearray()
            raise UploadError(f"{name} is larger than {LARGEST >> 20} MiB; upload a smaller file.")


def read_upload(name: str, content: bytes, number: int) -> Item:
    """Decode a PNG, JPEG or DICOM file that somebody uploaded.

    Parameters
    ----------
    name
        Name of the file, for messages.
    content
        Content of the file.
    number
        Number of the upload, from 1; distinguishes files with the same name.

    Raises
    ------
    UploadError
        The file can't be read, is too small or too narrow.
    """
    try:
        grey = decode.decode_grey(content, Path(name))
    except UnreadableImage as error:
        raise UploadError(_in_words(name, error)) from None
    height, width = grey.shape
    if min(grey.shape) < SMALLEST_SIDE:
        raise UploadError(
            f"{name} has {width} x {height} pixels; each side needs at least {SMALLEST_SIDE}."
        )
    if max(grey.shape) > NARROWEST * min(grey.shape):
        raise UploadError(
            f"{name} has {width} x {height} pixels, which is not a chest radiograph: one side is "
            f"more than {numbers.plain(NARROWEST)} times the other."
        )
    return Item(f"upload {number}: {name}", Decoded(grey), None, {})


def _in_words(name: str, error: UnreadableImage) -> str:
    what, advice = CODES[error.code]
    if error.code != "PIX007":  # the other advice is about rows of a manifest
        advice = "Choose a PNG, a JPEG or a DICOM file of one frame."
    return f"{name} can't be used: {what} ({error.detail}). {advice}"
