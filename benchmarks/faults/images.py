"""Mutate image files of every kind, and count what their decoding says.

    python -m benchmarks.faults.images 10000 --seed 1

It writes ``images.csv``: a row for each kind of file, mutation and outcome. The outcomes are *same
pixels*, a code of `cxrstudy.pixels.grey.CODES`, *other pixels*, and *crash*: an error without a
code, a process that ends, more than a gigabyte of memory, or more than ten seconds of a processor.

Other pixels are no fault by themselves: nothing in a plain DICOM file tells a damaged byte from a
pixel. They are where the file itself tells: a PNG has checksums, and what is cut off has no end.
"""

import argparse
import io
import os
import random
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from cxrstudy.pixels.decode import decode_grey
from cxrstudy.pixels.grey import UnreadableImage
from tests.support.dicoms import compressed, file_of, radiograph, scene
from tests.support.png import png16

NAME = Path("mutated")
#: Most that decoding a file of some kilobytes may take.
MOST_BYTES, MOST_SECONDS = 2**30, 10
#: Half of all mutations hit the beginning, where the headers are.
HEADER = 600
SAME, OTHER, CRASH = "same pixels", "other pixels", "crash"


# --- whole files ----------------------------------------------------------------------------------


@cache
def whole_files() -> dict[str, bytes]:
    """A small file of every kind that is read."""
    grey, deep = scene(40, 48, 255).astype(np.uint8), scene(40, 48, 4095).astype(np.uint16)
    noise = np.random.default_rng(0).integers(0, 9, (40, 48, 3), np.uint8)
    colour = grey[..., None] // 2 + noise
    made = _pictures(grey, deep, colour) | _dicoms(grey, deep, colour)
    return {kind: content for kind, content in made.items() if content}


def kinds() -> list[str]:
    """Names of the kinds of files."""
    return list(whole_files())


def _pictures(grey: np.ndarray, deep: np.ndarray, colour: np.ndarray) -> dict[str, bytes]:
    return {
        "PNG, 8 bits": _saved(grey, "PNG"),
        "PNG, 16 bits": _saved(deep, "PNG"),
        "PNG, colours of 16 bits": png16(np.repeat(deep[..., None], 3, axis=-1) * 16),
        "PNG, palette": _saved(grey, "PNG", palette=True),
        "JPEG, baseline": _saved(grey, "JPEG"),
        "JPEG, progressive": _saved(colour, "JPEG", progressive=True),
        "JPEG, restarts": _saved(colour, "JPEG", restart_marker_rows=1),
        "TIFF, plain": _saved(deep, "TIFF"),
        "TIFF, LZW": _saved(grey, "TIFF", compression="tiff_lzw"),
        "TIFF, deflate": _saved(deep, "TIFF", compression="tiff_adobe_deflate"),
        "JPEG 2000, box": _saved(grey, "JPEG2000"),
        "JPEG 2000, codestream": _saved(deep, "JPEG2000", no_jp2=True),
    }


def _saved(values: np.ndarray, kind: str, palette: bool = False, **options: object) -> bytes:
    image, stream = Image.fromarray(values), io.BytesIO()
    (image.convert("P") if palette else image).save(stream, kind, **options)
    return stream.getvalue()


def _dicoms(grey: np.ndarray, deep: np.ndarray, colour: np.ndarray) -> dict[str, bytes]:
    from pydicom import uid

    windowed = {"BitsStored": 12, "WindowCenter": "2048", "WindowWidth": "4000"}
    jpeg = _saved(grey, "JPEG")
    return {
        "DICOM, plain": file_of(radiograph(deep, **windowed)),
        "DICOM, implicit": _as(radiograph(deep, **windowed), uid.ImplicitVRLittleEndian),
        "DICOM, deflated": _as(radiograph(deep, **windowed), uid.DeflatedExplicitVRLittleEndian),
        "DICOM, colours": file_of(radiograph(colour)),
        "DICOM, RLE": _packed(radiograph(deep, **windowed), uid.RLELossless),
        "DICOM, JPEG": file_of(compressed(radiograph(grey), jpeg, uid.JPEGBaseline8Bit)),
        "DICOM, JPEG 2000": _packed(radiograph(deep, **windowed), uid.JPEG2000Lossless),
        "DICOM, JPEG-LS": _packed(radiograph(deep, **windowed), uid.JPEGLSLossless),
    }


def _as(dataset: object, syntax: str) -> bytes:
    dataset.file_meta.TransferSyntaxUID = syntax
    return file_of(dataset)


def _packed(dataset: object, syntax: str) -> bytes:
    try:
        dataset.compress(syntax)
    except (RuntimeError, NotImplementedError):  # nothing installed writes it
        return b""
    return file_of(dataset)


# --- mutations ------------------------------------------------------------------------------------


def flip_bits(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        changed[_place(content, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwrite(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    start, count = _place(content, chance), chance.choice((1, 2, 4, 16, 64))
    junk = chance.choice((chance.randbytes(count), bytes(count), b"\xff" * count))
    return (content[:start] + junk + content[start + count :])[: len(content)]


def cut_off(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def cut_and_close(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Cut off, and put the last bytes behind it, so that the file seems to end."""
    return content[: chance.randrange(len(content))] + content[-chance.choice((2, 8, 12)) :]


def take_out(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    start, count = _place(content, chance), chance.choice((1, 2, 16, 512))
    return content[:start] + content[start + count :]


def put_in(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    start = _place(content, chance)
    return content[:start] + chance.randbytes(chance.choice((1, 2, 16, 512))) + content[start:]


def splice(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The header of one file before the rest of another."""
    return chance.choice(others)[: chance.randrange(HEADER)] + content[chance.randrange(HEADER) :]


def enlarge(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Write a large number over two or four bytes of the header, as a size may be."""
    start = chance.randrange(min(len(content), HEADER))
    number = chance.choice((2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**32 - 1))
    size = 2 if number < 2**16 else 4
    value = number.to_bytes(size, chance.choice(("little", "big")))
    return content[:start] + value + content[start + size :]


def _place(content: bytes, chance: random.Random) -> int:
    return chance.randrange(min(len(content), chance.choice((HEADER, len(content)))))


Mutation = Callable[[bytes, list[bytes], random.Random], bytes]
MUTATIONS: dict[str, Mutation] = {
    "bits flipped": flip_bits, "bytes overwritten": overwrite, "cut off": cut_off,
    "cut off, with an end": cut_and_close, "bytes lost": take_out, "bytes added": put_in,
    "header of another": splice, "large number": enlarge,
}  # fmt: skip


def mutated(number: int, seed: int) -> tuple[str, str, bytes]:
    """Kind of file, mutation and content of the mutated file of this number."""
    names = list(MUTATIONS)
    kind = kinds()[number % len(kinds())]
    name = names[number // len(kinds()) % len(names)]
    files, chance = whole_files(), random.Random(f"{seed} {number}")
    return kind, name, MUTATIONS[name](files[kind], list(files.values()), chance)


def is_wrong(kind: str, name: str, said: str) -> bool:
    """Whether decoding should have said something else of a mutated file."""
    is_told = kind.startswith("PNG") or name in ("cut off", "cut off, with an end")
    return said.startswith(CRASH) or (said == OTHER and is_told and name != "header of another")


# --- outcomes -------------------------------------------------------------------------------------


def outcome(content: bytes, kind: str) -> str:
    """What decoding says: same or other pixels, a code, or a crash and its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grey = decode_grey(content, NAME)
    except UnreadableImage as error:
        return error.code
    except BaseException as error:  # a panic of a library in Rust is no Exception
        return f"{CRASH}: {type(error).__name__} {' '.join(str(error).split())[:100]}"
    if grey.dtype != np.uint8 or grey.ndim != 2:
        return f"{CRASH}: an array of {grey.dtype} {grey.shape}"
    return SAME if np.array_equal(grey, _whole(kind)) else OTHER


@cache
def _whole(kind: str) -> np.ndarray:
    return decode_grey(whole_files()[kind], NAME)


def outcomes(numbers: range, seed: int) -> Iterator[tuple[int, str]]:
    """Outcome of each mutated file, from processes that may end at any of them."""
    _ = [_whole(kind) for kind in kinds()]
    left = list(numbers)
    while left:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _work(left, seed, writing)
        os.close(writing)
        with open(reading, encoding="utf-8") as lines:  # noqa: PTH123 (a pipe)
            for line in lines:
                yield left.pop(0), line.rstrip("\n")
        _, status = os.waitpid(child, 0)
        if left:
            yield left.pop(0), f"{CRASH}: the process ended with status {status}"


def _work(numbers: list[int], seed: int, to: int) -> None:
    """Write the outcome of each file as a line, then end this process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries print
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_BYTES, -1))
    for number in numbers:
        kind, _, content = mutated(number, seed)
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        said = outcome(content, kind)
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.write(to, f"{said}\n".encode())
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that make a crash")
    asked = parser.parse_args()
    rows = []
    for number, said in outcomes(range(asked.count), asked.seed):
        kind, name, content = mutated(number, asked.seed)
        wrong = is_wrong(kind, name, said)
        rows.append({
            "file": kind, "mutation": name, "outcome": said.split(":")[0], "wrong": wrong,
        })  # fmt: skip
        if wrong:
            print(f"{number}: {kind}, {name}: {said}", flush=True)
        if wrong and asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            (asked.keep / f"{asked.seed}-{number}").write_bytes(content)
    table = pd.DataFrame(rows).value_counts().rename("files").reset_index()
    table = table.sort_values(["file", "mutation", "outcome"]).assign(seed=asked.seed)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.pivot_table("files", "mutation", "outcome", "sum", fill_value=0).to_string())


if __name__ == "__main__":
    main()
