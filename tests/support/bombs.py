"""Bombs: small files that declare images of gigabytes, or that unpack to them."""

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

from tests.support.dicoms import compressed, file_of, radiograph, scene

UID = "1.2.840.10008.1.2"
GREY = scene(40, 48, 255).astype(np.uint8)
_SIDE = 60000


def bombs():
    """Content of each bomb, by name."""
    return {
        "deflated.dcm": deflated(),
        "rows.dcm": file_of(radiograph(GREY, Rows=65535, Columns=65535)),
        "frames.dcm": file_of(radiograph(GREY, NumberOfFrames=2**31 - 1)),
        "run-lengths.dcm": run_lengths(),
        "run-lengths-of-many-rows.dcm": run_lengths(rows=65534, columns=65534),
        "jpeg2000.dcm": in_dicom(jpeg_2000(no_jp2=True)),
        "jpeg.dcm": in_dicom(jpeg(), f"{UID}.4.50"),
        "chunk.png": png(),
        "frame.jpg": jpeg(),
        "strip.tif": tiff({256: _SIDE, 257: _SIDE, 278: _SIDE}),
        "tile.tif": tiff({322: _SIDE, 323: _SIDE}),
        "codestream.j2k": jpeg_2000(no_jp2=True),
        "box.jp2": jpeg_2000(),
        "small-box.jp2": jpeg_2000(is_declared=False),
        "archive.zip": archive(),
    }


def deflated(megabytes=400):
    """A DICOM file whose zeros were deflated: a thousandth of what they unpack to."""
    made = radiograph(GREY)
    made.file_meta.TransferSyntaxUID = f"{UID}.1.99"
    content = file_of(made)
    start = content.index(b"1.2.840.10008.1.2.1.99") + 22
    meta_end = 128 + 4 + 12 + struct.unpack_from("<I", content, 140)[0]
    assert start <= meta_end
    inside = zlib.decompress(content[meta_end:], -15)
    size = megabytes * 10**6
    side = int(size**0.5)
    inside = inside.replace(struct.pack("<I", GREY.size), struct.pack("<I", size))
    inside = inside.replace(struct.pack("<HH", 2, GREY.shape[0]), struct.pack("<HH", 2, side))
    inside = inside.replace(struct.pack("<HH", 2, GREY.shape[1]), struct.pack("<HH", 2, side))
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [engine.compress(inside)]
    parts += [engine.compress(bytes(10**6)) for _ in range(megabytes)]
    return content[:meta_end] + b"".join(parts) + engine.flush()


def run_lengths(rows=40, columns=48):
    """A frame of RLE, of which two bytes unpack to 128; of its segment, to a gigabyte."""
    segment = b"\x81\0" * (2**23 if rows == 40 else 100)
    frame = struct.pack("<16I", 1, 64, *[0] * 14) + segment
    return in_dicom(frame, f"{UID}.5", Rows=rows, Columns=columns)


def in_dicom(frame, syntax=f"{UID}.4.90", **elements):
    made = radiograph(GREY, **({"Rows": _SIDE, "Columns": _SIDE} | elements))
    return file_of(compressed(made, frame, syntax))


def png():
    content = saved("PNG")
    header = struct.pack(">II", _SIDE, _SIDE) + content[24:29]
    crc = zlib.crc32(b"IHDR" + header)
    return content[:16] + header + struct.pack(">I", crc) + content[33:]


def jpeg():
    content = bytearray(saved("JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", _SIDE, _SIDE)
    return bytes(content)


def jpeg_2000(is_declared=True, **options):
    content = bytearray(saved("JPEG2000", **options))
    start = content.index(b"\xff\x4f\xff\x51")
    struct.pack_into(">II", content, start + 8, _SIDE, _SIDE)
    struct.pack_into(">II", content, start + 24, _SIDE, _SIDE)  # in one tile
    if is_declared and b"ihdr" in content:
        struct.pack_into(">II", content, content.index(b"ihdr") + 4, _SIDE, _SIDE)
    return bytes(content)


def tiff(tags):
    """A TIFF of which some tags are other numbers; a tag that it lacks takes the place of 305."""
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "TIFF", compression="tiff_adobe_deflate")
    content = bytearray(stream.getvalue())
    start = struct.unpack_from("<I", content, 4)[0]
    entries = {}
    for place in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", content, start)[0], 12):
        tag, kind, count, value = struct.unpack_from("<HHII", content, place)
        entries[tag] = (kind, count, value)
    if 322 in tags:  # strips become tiles
        entries[324], entries[325] = entries.pop(273), entries.pop(279)
        entries.pop(278)
    entries |= {tag: (4, 1, value) for tag, value in tags.items()}
    listed = b"".join(struct.pack("<HHII", tag, *entries[tag]) for tag in sorted(entries))
    place = len(content)
    content[4:8] = struct.pack("<I", place)
    return bytes(content) + struct.pack("<H", len(entries)) + listed + bytes(4)


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.dcm", bytes(5 * 10**7))
    return stream.getvalue()


def saved(kind, values=GREY, **options):
    """An image as a file that Pillow writes."""
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, kind, **options)
    return stream.getvalue()
