"""Hold decoding against pydicom and Pillow, on the files with which they are tested themselves.

Run from the project's root: ``python benchmarks/peers.py PILLOW``, where PILLOW is the unpacked
source archive of Pillow (``pip download --no-binary :all: --no-deps pillow``). The files of pydicom
are in its wheel. None is copied. The table that it writes, ``benchmarks/peers.csv``, is committed,
and ``tests/pixels/test_peers.py`` holds the files of pydicom to it. One row per file:

==============  ==================================================================================
``peer``        pydicom or Pillow, with its version
``file``        path below its folder of test files
``outcome``     ``read``, or the code of the refusal
``detail``      size of the image and codes of the notes, or the reason of the refusal
``difference``  where the peer gives pixels: the largest difference to its own, in grey levels of
                255; empty where it gives none
==============  ==================================================================================

The peer's pixels are scaled as the docstring of `cxrstudy.pixels.decode` says, but by functions of
the peer: pydicom's ``pixel_array``, ``apply_modality_lut``, ``apply_voi_lut`` and
``apply_color_lut``; Pillow's ``convert`` and ``exif_transpose``.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
from PIL import Image, ImageOps
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut

from cxrstudy.pixels.decode import UnreadableImage, decode_noted
from cxrstudy.pixels.grey import robust_range
from cxrstudy.pixels.sniff import format_of

TABLE = Path(__file__).with_suffix(".csv")
PYDICOM = Path(pydicom.__file__).parent / "data" / "test_files"


def rows_of(peer: str, folder: Path, files: list[Path]) -> Iterator[dict[str, Any]]:
    """Decode each file, and compare it with what the peer makes of it."""
    of_peer = {"pydicom": by_pydicom, "pillow": by_pillow}[peer]
    for file in files:
        content = file.read_bytes()
        outcome, detail, grey = decoded(content, file)
        yield {
            "peer": f"{peer} {version(peer)}",
            "file": file.relative_to(folder).as_posix(),
            "outcome": outcome,
            "detail": detail.replace(str(file), "the file"),
            "difference": "" if grey is None else difference(grey, of_peer, content),
        }


def decoded(content: bytes, file: Path) -> tuple[str, str, Any]:
    try:
        found = decode_noted(content, file)
    except UnreadableImage as error:
        return error.code, error.detail, None
    height, width = found.grey.shape
    notes = " ".join(dict.fromkeys(note.code for note in found.notes))
    return "read", f"{width} x {height} {notes}".strip(), found.grey


def difference(grey: Any, of_peer: Any, content: bytes) -> int | str:
    try:
        expected = of_peer(content)
    except Exception:  # the peer's errors are of many classes
        return ""
    if expected.shape != grey.shape:
        return f"{expected.shape[1]} x {expected.shape[0]}"
    return int(np.abs(grey.astype(int) - expected).max())


def by_pydicom(content: bytes) -> Any:
    dataset = pydicom.dcmread(BytesIO(content), force=True)
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    stored = dataset.pixel_array
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        shown = apply_color_lut(stored, dataset)[..., :3]
        return luma(shown / np.iinfo(shown.dtype).max)
    if stored.ndim == 3:
        top = 2**dataset.BitsStored - 1 if dataset.BitsStored <= 8 else None
        grey = stored.astype(float) @ np.array([0.299, 0.587, 0.114])
        return scaled(grey, (0, top) if top else None)
    values = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    has_window = "WindowWidth" in dataset or "VOILUTSequence" in dataset
    if dataset.BitsStored <= 8 and not has_window:
        ends = (0, 2**dataset.BitsStored - 1)
    else:
        ends = window_ends(dataset) if has_window else None
    grey = scaled(values, ends)
    return 255 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def window_ends(dataset: Any) -> tuple[float, float]:
    """Outputs of pydicom for black and for white."""
    low, high = (0, 2**dataset.BitsStored - 1)
    if dataset.PixelRepresentation:
        low, high = -(2 ** (dataset.BitsStored - 1)), 2 ** (dataset.BitsStored - 1) - 1
    if "VOILUTSequence" in dataset:
        entries = np.asarray(dataset.VOILUTSequence[0].LUTData)
        return float(entries.min()), float(entries.max())
    ends = apply_modality_lut(np.array([low, high]), dataset)
    return float(ends.min()), float(ends.max())


def by_pillow(content: bytes) -> Any:
    image = Image.open(BytesIO(content))
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        return scaled(np.asarray(upright).astype(float), None)
    if image.format == "PNG" and content[24] == 16:
        raise ValueError("Pillow gives 8 of 16 bits")
    if upright.has_transparency_data:
        black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
        return np.asarray(Image.alpha_composite(black, upright.convert("RGBA")).convert("L"))
    return np.asarray(upright.convert("RGB").convert("L"))


def luma(colours: Any) -> Any:
    return np.rint(255 * (colours @ np.array([0.299, 0.587, 0.114])))


def scaled(values: Any, ends: tuple[float, float] | None) -> Any:
    if ends is None:
        levels, counts = np.unique(values, return_counts=True)
        ends = robust_range(levels.astype(float), counts)
    low, high = ends
    return np.rint(255 * np.clip((values - low) / (high - low), 0, 1))


def files_of_pydicom() -> list[Path]:
    return sorted(PYDICOM.rglob("*.dcm"))


def files_of_pillow(folder: Path) -> list[Path]:
    """Files that are, or claim to be, of a format that is read."""
    endings = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".jp2", ".j2k", ".j2c", ".jpc", ".dcm")
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    kinds = ("PNG", "JPEG", "TIFF", "JPEG 2000", "BigTIFF")
    return [
        file
        for file in files
        if file.suffix.lower() in endings or format_of(file.read_bytes()) in kinds
    ]


def main(pillow: Path) -> None:
    """Write the table."""
    warnings.simplefilter("ignore")
    logging.disable()
    folder = pillow / "Tests" / "images"
    table = pd.DataFrame(
        [
            *rows_of("pydicom", PYDICOM, files_of_pydicom()),
            *rows_of("pillow", folder, files_of_pillow(folder)),
        ]
    )
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.groupby(["peer", "outcome"]).size().to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
