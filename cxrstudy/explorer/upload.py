"""Upload: an image that a reader brings, from bytes to a picture, or to a sentence why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.explorer.gallery import Decoded, Item
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import CODES, UnreadableImage

#: Bytes that are accepted; an uncompressed radiograph of 4000 x 4000 pixels has 32 MiB.
LARGEST = 64 * 2**20
#: Pixels of the shorter side below which there is nothing to see.
SMALLEST_SIDE = 32
#: Longer side to shorter side above which it is no chest.
NARROWEST = 3.0


class UploadError(ValueError):
    """An upload can't be used; the message says why and what would do."""


@dataclass
class Parts:
    """Collects a file that arrives in parts, since a notebook's messages are limited in size."""

    name: str = ""
    content: bytearray = field(default_factory=bytearray)

    def add(self, name: str, first: bool, part: bytes) -> None:
        """Add the next part.

        Raises
        ------
        UploadError
            The file is larger than what is accepted.
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
        Of the file, for people.
    content
        The whole file.
    number
        Of the upload, from 1; tells two files of one name apart.

    Raises
    ------
    UploadError
        It can't be read, is too small or too narrow.
    """
    try:
        grey = decode.decode_grey(content, Path(name))
    except UnreadableImage as error:
        raise UploadError(_in_words(name, error)) from None
    height, width = grey.shape
    if min(grey.shape) < SMALLEST_SIDE:
        raise UploadError(
            f"{name} has {width} x {height} pixels; {SMALLEST_SIDE} a side are the least."
        )
    if max(grey.shape) > NARROWEST * min(grey.shape):
        raise UploadError(
            f"{name} has {width} x {height} pixels, which is no chest radiograph: one side is more "
            f"than {NARROWEST:g} times the other."
        )
    return Item(f"upload {number}: {name}", Decoded(grey), None, {})


def _in_words(name: str, error: UnreadableImage) -> str:
    what, advice = CODES[error.code]
    if error.code != "PIX007":  # what else it advises is about rows of a manifest
        advice = "Choose a PNG, a JPEG or a DICOM file of one frame."
    return f"{name} can't be used: {what} ({error.detail}). {advice}"
