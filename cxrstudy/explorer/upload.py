"""Upload: files that arrive in parts, and what becomes of them: images, or words of refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.base import numbers
from cxrstudy.explorer.gallery import Decoded, Item
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import CODES, Noted, UnreadableImage

#: Maximum number of bytes; an uncompressed radiograph of 4000 x 4000 pixels has 32 MiB.
LARGEST = 64 * 2**20
#: Maximum number of files that arrive at the same time; each view sends one after another.
AT_ONCE = 8
#: Minimum number of pixels of the shorter side.
SMALLEST_SIDE = 32
#: Maximum ratio of the longer to the shorter side.
NARROWEST = 3.0


class UploadError(ValueError):
    """An upload can't be used; the message says why and what can be used."""


@dataclass
class _Arriving:
    """A file that is not whole yet."""

    name: str
    size: int
    content: bytearray = field(default_factory=bytearray)


class Arrivals:
    """Files that arrive in parts, because messages in notebooks are limited in size.

    Each part carries the id of its file and the offset at which it belongs, so that files which
    arrive at the same time are never mixed.
    """

    def __init__(self) -> None:
        self._files: dict[str, _Arriving] = {}

    def __len__(self) -> int:
        return len(self._files)

    def add(self, file: str, name: str, size: int, offset: int, part: bytes) -> bytes | None:
        """Add a part of a file.

        Parameters
        ----------
        file
            Id of the file.
        name, size
            Its name, for messages, and its number of bytes; the same in every part.
        offset
            Where the part belongs: the number of bytes that arrived before.
        part
            The bytes.

        Returns
        -------
        The content of the file if it is whole, None if parts are missing.

        Raises
        ------
        UploadError
            The file is too large or empty, a part does not fit, or too many files arrive at once.
            The file is forgotten.
        """
        try:
            arriving = self._arriving(file, name, size, offset)
            self._check(arriving, name, size, offset, part)
        except UploadError:
            self.drop(file)
            raise
        arriving.content += part
        if len(arriving.content) < size:
            return None
        self.drop(file)
        return bytes(arriving.content)

    def arrived(self, file: str | None) -> int | None:
        """Number of bytes of a file that have arrived; None of a file that is not on its way."""
        arriving = self._files.get(file) if file else None
        return len(arriving.content) if arriving else None

    def drop(self, file: str) -> None:
        """Forget a file that was given up."""
        self._files.pop(file, None)

    def _arriving(self, file: str, name: str, size: int, offset: int) -> _Arriving:
        if file in self._files:
            return self._files[file]
        if offset:
            raise UploadError(f"{name} did not arrive from its beginning; choose it again.")
        if size > LARGEST:
            raise UploadError(f"{name} is larger than {LARGEST >> 20} MiB; choose a smaller file.")
        if size < 1:
            raise UploadError(f"{name} is empty; choose another file.")
        if len(self._files) >= AT_ONCE:
            del self._files[next(iter(self._files))]  # of a view that is gone
        return self._files.setdefault(file, _Arriving(name, size))

    @staticmethod
    def _check(arriving: _Arriving, name: str, size: int, offset: int, part: bytes) -> None:
        at = len(arriving.content)
        whole = (arriving.name, arriving.size) == (name, size)
        if not whole or offset != at or not part or at + len(part) > size:
            raise UploadError(f"{arriving.name} did not arrive as it was sent; choose it again.")


def item_of(name: str, noted: Noted, number: int) -> Item:
    """Make an upload an image of the gallery.

    Parameters
    ----------
    name
        Name of the file.
    noted
        From :func:`read_upload`.
    number
        Number of the upload, from 1; distinguishes files with the same name.
    """
    return Item(f"upload {number}: {name}", Decoded(noted.grey), None, {})


def read_upload(name: str, content: bytes) -> Noted:
    """Decode a PNG, JPEG or DICOM file that somebody uploaded.

    Parameters
    ----------
    name
        Name of the file, for messages.
    content
        Content of the file.

    Raises
    ------
    UploadError
        The file can't be read, is too small or too narrow.
    """
    try:
        noted = decode.decode_noted(content, Path(name))
    except UnreadableImage as error:
        raise UploadError(_in_words(name, error)) from None
    grey = noted.grey
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
    return noted


def _in_words(name: str, error: UnreadableImage) -> str:
    what, advice = CODES[error.code]
    if error.code != "PIX007":  # the other advice is about rows of a manifest
        advice = "Choose a PNG, a JPEG or a DICOM file of one frame."
    return f"{name} can't be used: {what} ({error.detail}). {advice}"
