"""Speed of decoding by format, of building pixel files by workers, and of reading them.

    python benchmarks/pixels.py                        # made images, 1,024 x 1,024
    python benchmarks/pixels.py --data ../shared/data/nih1k

The images are invented: smooth with detector-like noise, so that compressed sizes are realistic.
Each number is the best of three, because other work on the machine can only slow it down.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from cxrstudy.pixels.decode import fit, read_grey
from cxrstudy.pixels.memory_map import build, open_pixels

if TYPE_CHECKING:  # the workers import this file and need no tables
    import pandas as pd

SIDE, PIXELS = 1024, 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder of real images; made ones without it")
    parser.add_argument("--images", type=int, default=200, help="how many to decode and build")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for kind, files in sorted(found(asked, folder).items()):
            measure(kind, files, folder)


def found(asked: argparse.Namespace, folder: Path) -> dict[str, list[Path]]:
    if asked.data is None:
        return {kind: made(kind, asked.images, folder) for kind in ("jpg", "png", "png16", "dcm")}
    kinds: dict[str, list[Path]] = {}
    for path in sorted(asked.data.resolve().rglob("*")):
        if path.suffix in (".jpg", ".jpeg", ".png", ".dcm"):
            kinds.setdefault(path.suffix[1:], []).append(path)
    return {kind: paths[: asked.images] for kind, paths in kinds.items()}


def measure(kind: str, files: list[Path], folder: Path) -> None:
    table = manifest(files)
    root = Path(files[0].anchor)
    say(f"{kind}, {len(files)} images, first {files[0].stat().st_size / 1024:.0f} KiB")
    greys = [read_grey(path) for path in files]
    say_rate("decode", len(files), lambda: [read_grey(path) for path in files])
    say_rate(f"fit to {PIXELS}", len(files), lambda: [fit(grey, PIXELS) for grey in greys])
    for workers in (1, 2):
        job = f"build, {workers} worker" + "s" * (workers > 1)
        say_rate(job, len(files), lambda w=workers: build(table, PIXELS, new(folder), root, w))
    store = new(folder)
    build(table, PIXELS, store, root, 2)
    opened = open_pixels(table, PIXELS, store)
    order = np.random.default_rng(0).permutation(len(files))
    say_rate("read from the map, batches of 32", len(files), lambda: read(opened, order))


def new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def read(opened: np.ndarray, order: np.ndarray) -> None:
    for start in range(0, len(order), 32):
        np.ascontiguousarray(opened[order[start : start + 32]])


def say_rate(what: str, count: int, work: Callable[[], object]) -> None:
    seconds = min(timed(work) for _ in range(3))
    say(f"  {what:34} {count / seconds:10,.0f} image/s {1000 * seconds / count:9.2f} ms/image")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def manifest(files: list[Path]) -> pd.DataFrame:
    import pandas as pd

    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    paths = [path.relative_to(path.anchor).as_posix() for path in files]
    return pd.DataFrame({"id": paths, "path": paths, "sha256": hashes, "prepared_sha256": ""})


def made(kind: str, count: int, folder: Path) -> list[Path]:
    random = np.random.default_rng(1)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    chest = 0.6 + 0.3 * np.cos(4 * x) * np.cos(2 * y)
    files = [folder / f"{index}-{kind}.{kind.removesuffix('16')}" for index in range(count)]
    for path in files:
        write(path, kind, np.clip(chest + random.normal(0, 0.01, chest.shape), 0, 1))
    return files


def write(path: Path, kind: str, image: np.ndarray) -> None:
    deep = np.rint(image * 4095).astype(np.uint16)
    if kind == "dcm":
        return write_dicom(path, deep)
    values = deep if kind == "png16" else (deep >> 4).astype(np.uint8)
    return Image.fromarray(values).save(path)


def write_dicom(path: Path, stored: np.ndarray) -> None:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", "1.2.3"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "DX", "CHEST", "PA"
    dataset.PatientOrientation, dataset.ImageLaterality = ["L", "F"], "U"
    dataset.PresentationIntentType, dataset.PresentationLUTShape = "FOR PRESENTATION", "INVERSE"
    dataset.ImagerPixelSpacing = [0.2, 0.2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME1"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    dataset.PixelData = stored.tobytes()
    dataset.save_as(path, enforce_file_format=True)


if __name__ == "__main__":
    main()
