"""Sniff: formats by name, and the same size and refusals as decoding."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.pixels.decode import UnreadableImage, decode_grey
from cxrstudy.pixels.sniff import format_of, look, no_image
from tests.support.dicoms import file_of, radiograph, scene

HERE = Path("made.img")
GREY = scene(top=255).astype(np.uint8)


def saved(kind, **options):
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, kind, **options)
    return stream.getvalue()


def archive(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name in names:
            written.writestr(name, b"content")
    return stream.getvalue()


def array():
    stream = io.BytesIO()
    np.save(stream, GREY)
    return stream.getvalue()


NIFTI = (348).to_bytes(4, "little") + bytes(340) + b"n+1\0" + bytes(100)
BIG_TIFF = saved("TIFF", big_tiff=True)
IMAGES = {
    "GIF": saved("GIF"), "BMP": saved("BMP"), "WebP": saved("WEBP"), "BigTIFF": BIG_TIFF,
    "NIfTI": NIFTI, "compressed NIfTI": gzip.compress(NIFTI), "a NumPy array": array(),
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "JPEG XL": b"\xff\x0a" + bytes(20),
    "PGM": b"P5\n2 2\n255\n\1\2\3\4", "AVIF": b"\0\0\0\x18ftypavif\0\0\0\0",
    "NRRD": b"NRRD0005\ntype: short\n",
    "MetaImage": b"ObjectType = Image\nNDims = 2\nElementDataFile = LOCAL\n" + bytes(9),
}  # fmt: skip
OTHERS = {
    "PDF": b"%PDF-1.7\n", "a ZIP archive": archive("a.png"), "a NumPy archive": archive("a.npy"),
    "a gzip archive": gzip.compress(b"text"), "text": b"[autorun]\r\nopen=viewer.exe\r\n",
    "a program": b"MZ\x90\0\3" + bytes(60), "AVI": b"RIFF\0\0\0\0AVI LIST",
    "WAV": b"RIFF\0\0\0\0WAVEfmt ", "a web page (HTML)": b"\n<!DOCTYPE html><html>",
    "a folder's settings (.DS_Store)": b"\0\0\0\1Bud1" + bytes(30), "HDF5": b"\x89HDF\r\n\x1a\n",
    "a pointer of Git LFS: fetch the file itself with `git lfs pull`":
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "a file of Windows or Office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9),
}  # fmt: skip


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_of_another_format_is_named(name):
    assert format_of(IMAGES[name]) == name
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(IMAGES[name], HERE)
    assert (caught.value.code, caught.value.detail) == ("PIX004", f"this is {name}")


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_image_is_named(name):
    assert format_of(OTHERS[name]) == name
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(OTHERS[name], HERE)
    assert (caught.value.code, caught.value.detail) == ("PIX002", f"this is {name}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\1\2\3" + bytes(300), r"it starts with b'\x01\x02\x03" + 9 * r"\x00" + "'"),
    ],
)
def test_what_nothing_tells_is_said_by_its_start(content: bytes, said: str) -> None:
    for read in (decode_grey, look):
        with pytest.raises(UnreadableImage) as caught:
            read(content, HERE)
        assert (caught.value.code, caught.value.detail) == ("PIX002", said)


@pytest.mark.parametrize(
    "said", [b"BMI,age\n31,50\n", b"RIFFLE,2\n", b"P5,6\n", "Größe;Ärzte\n".encode("latin-1"),
             "id,größe\n".encode(), "id\n".encode("utf-16")]
)  # fmt: skip
def test_a_table_that_begins_as_an_image_does_is_text(said):
    assert format_of(said) in ("text", "RIFF")
    assert (format_of(said) == "text") != said.startswith(b"RIFF")


@pytest.mark.parametrize(
    ("marker", "precision", "name"),
    [(0xC1, 12, "12-bit JPEG"), (0xC3, 8, "lossless JPEG"), (0xF7, 8, "JPEG-LS"),
     (0xC9, 8, "arithmetic-coded JPEG")],
)  # fmt: skip
def test_a_jpeg_of_another_process_is_named_and_not_called_damaged(marker, precision, name):
    content = bytearray(saved("JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 1], content[place + 4] = marker, precision
    for read in (decode_grey, look):
        with pytest.raises(UnreadableImage, match=f"PIX004.*this is {name}"):
            read(bytes(content), HERE)


@pytest.mark.parametrize("name", ["AUTORUN.INF", "README", "index.htm", "viewer.exe"])
@pytest.mark.parametrize("kind", ["text", "a program", "PDF"])
def test_what_lies_beside_radiographs_is_passed_over(name, kind):
    assert no_image(OTHERS[kind], Path(name)) == kind


def test_what_may_be_a_damaged_radiograph_isn_t_passed_over():
    page = OTHERS["a web page (HTML)"]
    assert not no_image(page, Path("patient.PNG"))  # an error page that was stored as an image
    for content in (b"", bytes(300), saved("PNG")[:20], saved("GIF"), NIFTI):
        assert not no_image(content, Path("IM0001"))


FILES = {
    kind: saved(kind) for kind in ("PNG", "JPEG", "TIFF", "JPEG2000", "GIF", "BMP", "WEBP")
} | {
    "DICOM": file_of(radiograph(scene().astype("u2"))),
    "frames": file_of(radiograph(scene().astype("u2"), NumberOfFrames=30)),
}


@pytest.mark.parametrize("kind", FILES)
@example(cut=0.875, place=0.3738523759046719, junk=b"\0")  # a type of element that is none
@given(cut=st.floats(0, 1.2), place=st.floats(0, 1, exclude_max=True), junk=st.binary(max_size=4))
@pytest.mark.filterwarnings("ignore")
def test_decoding_reads_nothing_that_looking_refuses_and_finds_the_same_size(
    kind, cut, place, junk
):
    content = FILES[kind][: int(cut * len(FILES[kind]))]
    start = int(place * len(content))
    content = content[:start] + junk + content[start + len(junk) :]
    looked, decoded = outcome(look, content), outcome(decode_grey, content)
    if isinstance(looked, str):
        assert decoded == looked
    elif isinstance(decoded, str):
        assert decoded in ("PIX003", "PIX005", "PIX008")
    else:
        assert decoded.shape == (looked.height, looked.width)


def outcome(read, content):
    """What is read, or the code of the refusal."""
    try:
        return read(content, HERE)
    except UnreadableImage as error:
        return error.code
